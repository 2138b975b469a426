import { isPutBack, kept, owed, type RunState, stepState } from '../engine/state.ts';
import { lastOf } from './open-run.ts';
import type { OpenRun } from './state.ts';
import { columnsOf } from './text.ts';
import type { View } from './view.ts';

/** Row 23 of a run that goes: what ctrl-c means now. */
export function interruptSays(view: View, { state }: OpenRun): string {
  if (state.stop === 'soft') return 'stopping at a safe point; ctrl-c again: pay nothing, Jobs go on';
  const stops = stopsText(view, state);
  if (state.phase === 'way-out') return `ctrl-c now: ${stops}; all that is owed is paid first`;
  if (state.crossed) return `ctrl-c now: ${stops}, then the run ends; you decide what is paid`;
  const debts = owed(state).map(({ id }) => id.split(':')[0] ?? '');
  const pays = debts.length === 0 ? 'nothing is owed' : `pays ${debts.join(', ')}`;
  const stays = debts.some((id) => ['traffic', 'members'].includes(id)) ? '' : '; the database stays as is';
  const texts = [`ctrl-c now: ${stops}; ${pays}${stays}`, `ctrl-c now: ${stops}; ${pays}`];
  return texts.find((text) => columnsOf(text) < view.width) ?? `ctrl-c now: ${stops}; what is owed is paid`;
}

/** As the engine does it (engine/step-runner.ts): what pays on the way out is finished, a check or a wait is given up, and an action says it. */
function stopsText({ state: { runbooks } }: View, state: RunState): string {
  const step = state.order.find((planned) => stepState(state, planned.step.id).is === 'started')?.step;
  if (step === undefined) return 'stops at the next safe point';
  if (state.phase === 'way-out') return `${step.id} is finished`;
  if (step.kind !== 'do') return `${step.kind} ${step.id} is given up`;
  const row = runbooks?.find(({ runbook }) => runbook.name === state.plan?.runbook.name);
  const stoppable = row?.steps[step.id]?.stoppable;
  if (stoppable === undefined) return 'stops at the next safe point';
  return stoppable ? `the work of ${step.id} stops` : `${step.id} is finished`;
}

/** Row 23 of a run that has ended: how, and what it keeps. */
export function endSays({ state, events }: OpenRun): string | undefined {
  if (state.exit === undefined) return undefined;
  const says = lastOf(events, 'run-ended', () => true)?.says;
  const ended = `run ${state.plan?.run} ended with exit ${state.exit}${says === undefined ? '' : `: ${says}`}`;
  // The screen of a run that failed has the rest.
  if (state.failure !== undefined) return `${ended}; t has all of this`;
  const debts = owed(state);
  const owes = debts.length === 0 ? '' : `; owes ${debts.length}: p repairs`;
  const back = isPutBack(state) ? '' : 'u rolls back, ';
  const keeps = state.closed || kept(state).length === 0 ? '' : `; ${back}x closes`;
  return `${ended}${owes}${keeps}`;
}
