/** Commands that lines, transcript and tables show: whole, so that they can be pasted. */

export function resumeCommand(run: string): string {
  return `galera-runbook runs resume ${run}`;
}

export function repairCommand(run: string): string {
  return `galera-runbook runs repair ${run}`;
}

export function closeCommand(run: string): string {
  return `galera-runbook runs close ${run}`;
}

/** How a debt is ended: at once, or when the run is closed. */
export function endsWith(run: string, due: 'end' | 'close'): string {
  return due === 'end' ? `repair: ${repairCommand(run)}` : `freed by: ${closeCommand(run)}`;
}
