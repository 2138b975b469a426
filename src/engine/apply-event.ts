import { invariant } from '../base/failure.ts';
import type { RunEvent } from './event.ts';
import { newRun, type RunState, type StepState, stepState } from './state.ts';

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
        crossed: state.crossed && !undoes(state, event.step),
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
      return { ...state, debts: state.debts.filter((debt) => debt.id !== event.id) };
    case 'way-out-started':
      return { ...state, phase: 'way-out' };
    case 'run-ended':
      return { ...state, phase: 'ended', exit: event.exit, endedAt: event.at };
    case 'run-closed':
      return { ...state, closed: true };
  }
}

function continued(state: RunState, event: RunEvent & { type: 'run-continued' }): RunState {
  const { stop: _stop, failure: _failure, exit: _exit, gate: _gate, ...rest } = state;
  const ids = new Set(event.steps.map((planned) => planned.step.id));
  const reset = Object.fromEntries(
    Object.entries(state.steps).map(([id, step]) => [
      id,
      ids.has(id) ? ({ is: 'pending', attempt: step.attempt } satisfies StepState) : step,
    ]),
  );
  return {
    ...rest,
    phase: event.way,
    mode: event.mode,
    by: event.by,
    order: event.steps,
    steps: reset,
    answers: {},
    warnings: 0,
    changed: false,
  };
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
  return {
    ...after,
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

function undoes(state: RunState, id: string): boolean {
  return state.order.some((planned) => planned.step.id === id && planned.step.undoes !== undefined);
}

function withStep(state: RunState, id: string, change: Partial<StepState>): RunState {
  return { ...state, steps: { ...state.steps, [id]: { ...stepState(state, id), ...change } } };
}
