import { invariant } from '../base/failure.ts';
import type { Debt } from './action.ts';
import type { RunEvent } from './event.ts';
import { isAskedAgain, stoppedBy } from './resumption.ts';
import { isInDoubt, isPutBack, newRun, owed, type RunState, type StepState, stepState } from './state.ts';

/** The only way a run's state changes: live, on resume, in screens and in the transcript. Pure. */
export function applyEvent(state: RunState, event: RunEvent): RunState {
  invariant(event.seq === state.seq + 1, `event ${event.seq} after ${state.seq}`);
  return { ...next(state, event), seq: event.seq };
}

export function foldEvents(events: readonly RunEvent[]): RunState {
  return events.reduce(applyEvent, newRun);
}

function next(state: RunState, event: RunEvent): RunState {
  switch (event.type) {
    case 'run-started':
      return {
        ...state,
        phase: 'forward',
        plan: event.plan,
        order: event.plan.steps,
        mode: event.mode,
        by: event.by,
        startedAt: event.at,
      };
    case 'run-continued':
      return continued(state, event);
    case 'run-resumed':
      return resumed(state, event);
    case 'lease-taken':
    case 'lease-released':
    case 'effect-started':
    case 'effect-ended':
      return state;
    case 'stop-asked':
      return { ...state, stop: event.hard ? 'hard' : 'soft' };
    case 'gate-opened':
      return { ...state, gate: event.gate };
    case 'gate-answered': {
      const { gate: _gate, ...rest } = state;
      return { ...rest, answers: { ...state.answers, [event.step]: event.answer } };
    }
    case 'step-started':
      return started(state, event);
    case 'step-passed':
      return {
        ...withStep(state, event.step, { is: 'passed', output: event.output, endedAt: event.at }),
        outputs: { ...state.outputs, [event.step]: event.output },
        crossed: state.crossed && undoneBy(state, event.step) === undefined,
        debts: state.debts.map((debt) => afterUndoing(debt, undoneBy(state, event.step))),
        unproven: state.unproven && actionOf(state, event.step) !== 'galera.same-data',
      };
    case 'step-failed': {
      const failed = withStep(state, event.step, {
        is: 'failed',
        failure: event.failure,
        inDoubt: event.inDoubt,
        endedAt: event.at,
      });
      return state.failure ? failed : { ...failed, failure: { step: event.step, failure: event.failure } };
    }
    case 'step-skipped':
      return withStep(state, event.step, { is: 'skipped', endedAt: event.at });
    case 'warned':
      return { ...state, warnings: state.warnings + 1 };
    case 'debt-owed':
      return { ...state, debts: [...state.debts.filter((debt) => debt.id !== event.debt.id), event.debt] };
    case 'debt-paid':
      return paid(state, event.id);
    case 'way-out-started':
      return { ...state, phase: 'way-out' };
    case 'run-ended':
      return {
        ...state,
        phase: 'ended',
        exit: event.exit,
        endedAt: event.at,
        rolledBack: isPutBack(state) && owed(state).length === 0,
      };
    case 'run-closed':
      return { ...state, closed: true };
  }
}

function continued(state: RunState, event: RunEvent & { type: 'run-continued' }): RunState {
  const { stop: _stop, failure: _failure, exit: _exit, endedAt: _endedAt, gate: _gate, ...rest } = state;
  const kinds = new Map(event.steps.map(({ step }) => [step.id, step.kind]));
  const reset = Object.fromEntries(
    Object.entries(state.steps).map(([id, step]) => [id, kinds.has(id) ? takenUp(step, kinds.get(id)) : step]),
  );
  return {
    ...rest,
    phase: event.way,
    part: event.way,
    section: event.way === 'repair' || event.way === 'resume' ? state.section : sectionOf(event.way),
    mode: event.mode,
    by: event.by,
    order: event.steps,
    steps: reset,
    answers: {},
    warnings: 0,
    changed: false,
  };
}

function sectionOf(way: 'rollback' | 'close'): RunState['section'] {
  return way === 'rollback' ? 'rollback' : 'steps';
}

/** What acts and is in doubt stays so, to be settled with what its start has journaled; everything else begins anew. */
function takenUp(step: StepState, kind: string | undefined): StepState {
  const { failure: _failure, inDoubt: _inDoubt, ...rest } = step;
  return kind === 'do' && isInDoubt(step) ? { ...rest, is: 'started' } : { is: 'pending', attempt: step.attempt };
}

/**
 * The same plan goes on. What had stopped the way forward before the process died still does, so its way out goes on; but who stopped
 * waiting waits again. Of the answers only the plan's stays, which was asked for again.
 */
function resumed(state: RunState, event: RunEvent & { type: 'run-resumed' }): RunState {
  const { gate: _gate, stop, ...rest } = state;
  const next: RunState = { ...rest, mode: event.mode, by: event.by, ...(stop === 'soft' ? { stop } : {}) };
  if (next.phase === 'way-out' || stoppedBy(next) !== undefined) return { ...next, phase: 'way-out' };
  const steps = { ...state.steps };
  for (const { step } of state.order) {
    const now = stepState(state, step.id);
    const again = step.kind !== 'do' && (now.is === 'started' || isAskedAgain(step, state));
    if (again) steps[step.id] = { is: 'pending', attempt: now.attempt };
  }
  return { ...next, steps, answers: { plan: 'yes' } };
}

/** What a step in doubt owed is paid: whatever it has done is undone, so its next start is a new one and owes again. */
function paid(state: RunState, id: string): RunState {
  const next = { ...state, debts: state.debts.filter((debt) => debt.id !== id) };
  const step = state.debts.find((debt) => debt.id === id)?.step;
  if (step === undefined || !isInDoubt(stepState(state, step))) return next;
  return withStep(next, step, { is: 'failed', inDoubt: false });
}

function started(state: RunState, event: RunEvent & { type: 'step-started' }): RunState {
  const planned = state.order.find((candidate) => candidate.step.id === event.step);
  const acts = planned !== undefined && planned.step.kind === 'do';
  const after = withStep(state, event.step, {
    is: 'started',
    attempt: event.attempt,
    input: event.input,
    memo: event.memo,
    startedAt: event.at,
  });
  // Whoever pays by themselves, or repairs before the point of no return, takes away what the steps before have made.
  const takesAway = state.phase === 'way-out' || (state.phase === 'repair' && !state.crossed && !state.unproven);
  const paid = state.debts.filter(
    (debt) => event.pays?.includes(debt.id) && stepState(state, debt.step).is === 'passed',
  );
  return {
    ...after,
    undone: takesAway ? [...state.undone, ...paid.map((debt) => debt.step)] : state.undone,
    changed: state.changed || acts,
    unproven: state.unproven || (acts && planned.danger === 'destroys' && state.phase !== 'close'),
    crossed:
      state.crossed ||
      (acts && planned.danger === 'destroys' && planned.step.undoes === undefined && state.phase !== 'close'),
  };
}

function actionOf(state: RunState, id: string): string | undefined {
  return state.order.find((planned) => planned.step.id === id)?.step.action;
}

/** The step that this one has undone. */
function undoneBy(state: RunState, id: string): string | undefined {
  return state.order.find((planned) => planned.step.id === id)?.step.undoes;
}

function afterUndoing(debt: Debt, undone: string | undefined): Debt {
  const { undoneSays, ...rest } = debt;
  return debt.step === undone && undoneSays !== undefined ? { ...rest, says: undoneSays } : debt;
}

function withStep(state: RunState, id: string, change: Partial<StepState>): RunState {
  return { ...state, steps: { ...state.steps, [id]: { ...stepState(state, id), ...change } } };
}
