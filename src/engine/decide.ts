import type { Debt } from './action.ts';
import type { PlannedStep } from './event.ts';
import { exitOfRun } from './exit-code.ts';
import { answeredNo, hasBegun, notReached, stoppedBy } from './resumption.ts';
import { kept, leftAtWork, owed, type RunState, stepState } from './state.ts';

export type Command =
  | { readonly do: 'ask'; readonly step: 'plan' | PlannedStep }
  | { readonly do: 'start'; readonly planned: PlannedStep; readonly attempt: number; readonly pays: readonly Debt[] }
  /** It started in a process that died: whether it has happened has to be seen first. */
  | { readonly do: 'settle'; readonly planned: PlannedStep; readonly attempt: number; readonly pays: readonly Debt[] }
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
    case 'resume':
      return onTheWay(state);
    case 'way-out':
      return wayOut(state);
  }
}

function onTheWay(state: RunState): Command {
  const stopped = stoppedBy(state);
  // Not begun: no lease, so nothing may be done about what was owed before.
  if (stopped !== undefined) return hasBegun(state) ? { do: 'way-out', reason: stopped } : end(state);
  if (state.answers.plan === undefined) return { do: 'ask', step: 'plan' };
  for (const planned of state.order) {
    const { is, attempt } = stepState(state, planned.step.id);
    if (is === 'skipped' || (is === 'passed' && !owesStill(state, planned))) continue;
    if (planned.skipped !== undefined) return { do: 'skip', step: planned.step.id, reason: planned.skipped };
    if (is === 'started') return settle(state, planned, attempt);
    const idle = whyIdle(state, planned);
    if (idle !== undefined) return { do: 'skip', step: planned.step.id, reason: idle };
    if (planned.gate !== undefined && !isAnswered(state, planned)) return { do: 'ask', step: planned };
    return start(state, planned, attempt + 1);
  }
  return end(state);
}

/** The gate of a close is that of its only step: typed, with what is removed, and asked once. */
function isAnswered(state: RunState, { step }: PlannedStep): boolean {
  return state.answers[state.part === 'close' ? 'plan' : step.id] !== undefined;
}

/**
 * Payers of what is owed, in document order, each once. After the point of no return nothing is paid by itself: the operator
 * decides between going on and going back. A rollback or a repair that failed leaves its debts to the operator too.
 */
function wayOut(state: RunState): Command {
  if (state.crossed) return end(state);
  for (const planned of state.order) {
    const { is, attempt } = stepState(state, planned.step.id);
    if (paidBy(state, planned).length === 0) continue;
    // What was answered no is not done by way of paying: what it pays stays the operator's.
    if (state.answers[planned.step.id] === 'no') continue;
    if (is === 'started') return settle(state, planned, attempt);
    if (is === 'pending' || is === 'passed') return start(state, planned, attempt + 1);
  }
  return end(state);
}

/** A payer that has passed, and its debt is open: the process died between the two lines, or the debt was made again since. */
function owesStill(state: RunState, planned: PlannedStep): boolean {
  return planned.step.kind === 'do' && paidBy(state, planned).length > 0;
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

function settle(state: RunState, planned: PlannedStep, attempt: number): Command {
  return { do: 'settle', planned, attempt, pays: paidBy(state, planned) };
}

function end(state: RunState): Command {
  const unpaid = owed(state).map((debt) => debt.id);
  return { do: 'end', exit: exitOfRun(state), says: saysEnd(state), unpaid };
}

function saysEnd(state: RunState): string {
  const working = leftAtWork(state);
  if (working.length > 0) return `stopped waiting: work in the cluster goes on (${working.join(', ')})`;
  if (state.stop !== undefined) return 'stopped by the operator';
  const no = answeredNo(state);
  if (no !== undefined) return `answered no at ${no === 'plan' ? 'the plan' : no}`;
  if (state.failure)
    return state.changed ? `failed at ${state.failure.step}` : `refused at ${state.failure.step}, nothing was changed`;
  const left = notReached(state);
  if (left.length > 0) return `what was owed is paid; the run did not reach its goal: ${left.join(', ')} not done`;
  return state.warnings > 0 ? 'done, with warnings' : 'done and verified';
}
