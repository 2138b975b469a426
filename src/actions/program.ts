/** This program and its version, as manifests name it. */
export const program = 'galera-runbook 0.1.0';
