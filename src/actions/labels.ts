/** On every object that this program creates in the cluster. */
export const managedBy = { 'app.kubernetes.io/managed-by': 'galera-runbook' } as const;
export const managedBySelector = 'app.kubernetes.io/managed-by=galera-runbook';

export const kindLabel = 'galera-runbook/kind';
export const clusterLabel = 'galera-runbook/cluster';
