import type { Debt } from './action.ts';
import type { PlannedStep } from './event.ts';
import { exitOfRun } from './exit-code.ts';
import { kept, owed, type RunState, stepState } from './state.ts';

export type Command =
  | { readonly do: 'ask'; readonly step: 'plan' | PlannedStep }
  | { readonly do: 'start'; readonly planned: PlannedStep; readonly attempt: number; readonly pays: readonly Debt[] }
  | { readonly do: 'skip'; readonly step: string; readonly reason: string }
  | { readonly do: 'way-out'; readonly reason: string }
  | { readonly do: 'end'; readonly exit: number; readonly says: string; readonly unpaid: readonly string[] };

/** What is next, from the state alone. Pure: whoever drives performs it and appends what came of it. */
export function decide(state: RunState): Command {
  if (state.stop === 'hard') return end(state);
  switch (state.phase) {
    case 'new':
    case 'ended':
      return end(state);
    case 'forward':
    case 'repair':
    case 'rollback':
    case 'close':
      return onTheWay(state);
    case 'way-out':
      return wayOut(state);
  }
}

function onTheWay(state: RunState): Command {
  const stopped = whyStopped(state);
  // Not begun: no lease, so nothing may be done about what was owed before.
  if (stopped !== undefined) return begun(state) ? { do: 'way-out', reason: stopped } : end(state);
  if (state.answers.plan === undefined) return { do: 'ask', step: 'plan' };
  for (const planned of state.order) {
    const { is, attempt } = stepState(state, planned.step.id);
    if (is === 'passed' || is === 'skipped') continue;
    if (planned.skipped !== undefined) return { do: 'skip', step: planned.step.id, reason: planned.skipped };
    if (is === 'started') return start(state, planned, attempt);
    const idle = whyIdle(state, planned);
    if (idle !== undefined) return { do: 'skip', step: planned.step.id, reason: idle };
    if (planned.gate !== undefined && state.answers[planned.step.id] === undefined) return { do: 'ask', step: planned };
    return start(state, planned, attempt + 1);
  }
  return end(state);
}

/**
 * Payers of what is owed, in document order, each once. After the point of no return nothing is paid by itself: the operator
 * decides between going on and going back. A rollback or a repair that failed leaves its debts to the operator too.
 */
function wayOut(state: RunState): Command {
  if (state.crossed) return end(state);
  for (const planned of state.order) {
    const { is, attempt } = stepState(state, planned.step.id);
    if (is !== 'pending') continue;
    const pays = paidBy(state, planned);
    if (pays.length > 0) return start(state, planned, attempt + 1);
  }
  return end(state);
}

/** The plan's gate was answered yes and the lease was got. */
function begun(state: RunState): boolean {
  return state.answers.plan === 'yes' && state.failure?.step !== 'plan';
}

function whyStopped(state: RunState): string | undefined {
  if (state.stop !== undefined) return 'stopped by the operator';
  const no = answeredNo(state);
  if (no !== undefined) return `${no} was answered no`;
  if (state.failure) return `${state.failure.step} failed`;
  return undefined;
}

/** The step, or the plan, whose gate was answered no. */
function answeredNo(state: RunState): string | undefined {
  return Object.entries(state.answers).find(([, answer]) => answer === 'no')?.[0];
}

/** Why a planned step has nothing to do now. */
function whyIdle(state: RunState, planned: PlannedStep): string | undefined {
  if (planned.step.pays.length > 0 && paidBy(state, planned).length === 0) return 'nothing is owed';
  const { undoes } = planned.step;
  if (undoes !== undefined && stepState(state, undoes).attempt === 0) return `${undoes} never started`;
  return undefined;
}

/** Open debts of the steps that this one pays; what a run keeps is only paid for by closing it. */
export function paidBy(state: RunState, planned: PlannedStep): readonly Debt[] {
  return (state.phase === 'close' ? kept(state) : owed(state)).filter((debt) => planned.step.pays.includes(debt.step));
}

function start(state: RunState, planned: PlannedStep, attempt: number): Command {
  return { do: 'start', planned, attempt, pays: paidBy(state, planned) };
}

function end(state: RunState): Command {
  const unpaid = owed(state).map((debt) => debt.id);
  return { do: 'end', exit: exitOfRun(state), says: saysEnd(state), unpaid };
}

function saysEnd(state: RunState): string {
  if (state.stop === 'hard') return 'stopped waiting: work in the cluster goes on';
  if (state.stop === 'soft') return 'stopped by the operator';
  const no = answeredNo(state);
  if (no !== undefined) return `answered no at ${no === 'plan' ? 'the plan' : no}`;
  if (state.failure)
    return state.changed ? `failed at ${state.failure.step}` : `refused at ${state.failure.step}, nothing was changed`;
  return state.warnings > 0 ? 'done, with warnings' : 'done and verified';
}
