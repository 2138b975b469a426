# start-member.sh: what the container of a Galera member runs (`bash -c`, by galera.ts; variables from the pod's specification).
# It tells the three starts apart: a new database, a new Primary of the data there is (`safe_to_bootstrap: 1`), and joining.
set -eu
trap 'exit 143' TERM # bash as PID 1 has no default for SIGTERM: a member that still waits would take the whole grace period to stop
data=/var/lib/mysql
mkdir -p /run/mysqld && chown mysql: /run/mysqld "$data"
member() { echo "$STATEFULSET-$1.$SERVICE.$NAMESPACE.svc.cluster.local"; }
peers=() address=
for i in $(seq 0 $((REPLICAS - 1))); do
  address+=${address:+,}$(member "$i")
  [ "$HOSTNAME" = "$STATEFULSET-$i" ] || peers+=("$(member "$i")")
done
answers() { for peer in "${peers[@]}"; do timeout 1 bash -c ": </dev/tcp/$peer/4567" 2>/dev/null && return; done; return 1; }
options=()
# A new database only by ordinal 0, and only while galera.ts allows it: an ordinal 0 that lost its volume must never start a second,
# empty cluster beside the one that is left. The others need no database to join: the state dump brings one.
if [ ! -d "$data/mysql" ] && [ "$HOSTNAME" = "$STATEFULSET-0" ] && [ "${NEW_DATABASE:-}" = yes ]; then
  mariadb-install-db --user=mysql --auth-root-authentication-method=normal --skip-test-db >/dev/null
  # One statement a line. Not replicated: these would move the position, and the others get them with the data.
  printf '%s\n' "SET SESSION wsrep_on=OFF;" \
    "DELETE FROM mysql.global_priv WHERE User='' OR (User='root' AND Host<>'localhost');" \
    "FLUSH PRIVILEGES;" \
    "ALTER USER root@localhost IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';" \
    "CREATE USER root@'%' IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';" \
    "GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;" \
    "CREATE USER status@'%' IDENTIFIED BY '$MYSQL_STATUS_PASSWORD';" \
    "GRANT PROCESS, BINLOG MONITOR, SELECT ON *.* TO status@'%';" > /run/mysqld/new-database.sql
  options+=(--wsrep-new-cluster --init-file=/run/mysqld/new-database.sql)
elif grep -qs '^safe_to_bootstrap: 1' "$data/grastate.dat"; then
  options+=(--wsrep-new-cluster)
else
  # mariadbd that finds no Primary gives up after 30 s and ends: CrashLoopBackOff, waiting 10, 20, 40 s. So wait before it.
  echo "waits for a member that answers on 4567"
  until answers; do sleep 0.3 & wait $!; done # `wait` lets the trap through at once
fi
server=(mariadbd --user=mysql --bind-address=0.0.0.0 --skip-name-resolve --binlog-format=ROW --innodb-autoinc-lock-mode=2
  --wsrep-on=ON --wsrep-provider=/usr/lib/galera/libgalera_smm.so --wsrep-cluster-name="$CLUSTER" --wsrep-cluster-address="gcomm://$address"
  --wsrep-node-name="$HOSTNAME" --wsrep-node-address="$IP" --wsrep-sst-method=rsync)
# A crash leaves seqno -1 in grastate.dat. The position is in InnoDB; a start that does not say it makes of every crash a state dump,
# and of a new Primary a new state UUID. (Galera believes it only of the UUID in grastate.dat: one of zeros still means a dump.)
# With no provider among the options, --wsrep-recover says "disabled, skipping position recovery" and succeeds.
if [ -d "$data/mysql" ] && grep -qs '^seqno: *-1' "$data/grastate.dat"; then
  position=$("${server[@]}" --wsrep-recover 2>&1 | sed -n 's/.*Recovered position: *\([0-9a-f:-]*\).*/\1/p')
  echo "recovered position: $position"
  [ -z "$position" ] || options+=(--wsrep-start-position="$position")
fi
exec "${server[@]}" "${options[@]}"
