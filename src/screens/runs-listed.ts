import { clockText } from '../base/time.ts';
import type { RunSummary } from '../record/run-summary.ts';
import { filtered } from './filtering.ts';
import type { ScreensState } from './state.ts';

/** Those that the filter of the runs lets through. */
export function runsFiltered(state: ScreensState): readonly RunSummary[] {
  return filtered(
    state,
    'runs',
    state.listing.last?.value.runs ?? [],
    ({ run, runbook, by, outcome }) => `${run} ${runbook} ${by} ${outcome}`,
  );
}

/** Why no run is listed, where no filter is the reason, and which key helps. */
export function emptyRuns({ listing, ui }: ScreensState): string {
  const { last, failing } = listing;
  if (last === undefined)
    return failing === undefined ? 'being read' : `not read since ${clockText(failing.since)}: ${failing.found}`;
  return ui.screen === 'dashboard' ? 'no runs yet: b takes a backup' : 'no runs yet: 1, then b takes a backup';
}
