# measure: what a copy of the data directory will take.
total=$(data_bytes "$GR_DATADIR")
succeed "\"dataBytes\":$total"
