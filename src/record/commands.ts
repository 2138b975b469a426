import { exits } from '../engine/exit-code.ts';
import { owed, type RunState } from '../engine/state.ts';

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

export function rollbackCommand(run: string): string {
  return `galera-runbook runs rollback ${run}`;
}

/** The last line of a run that ended with 131: what pays its debts, or goes on with the work that nobody waits for any more. */
export function openEndCommand(state: RunState): string | undefined {
  const run = state.plan?.run;
  if (run === undefined || state.phase !== 'ended' || state.exit !== exits.owes) return undefined;
  if (owed(state).length > 0) return repairCommand(run);
  if (state.part === 'close') return closeCommand(run);
  return state.section === 'rollback' ? rollbackCommand(run) : resumeCommand(run);
}

/** How a debt is ended: at once, or when the run is closed. */
export function endsWith(run: string, due: 'end' | 'close'): string {
  return due === 'end' ? `repair: ${repairCommand(run)}` : `freed by: ${closeCommand(run)}`;
}
