/** What things are called on every practice cluster. */
export const names = {
  statefulSet: 'mariadb-server',
  container: 'mariadb',
  service: 'mariadb',
  claim: 'mysql-data',
  backups: 'galera-backups',
  cluster: 'practice',
} as const;
