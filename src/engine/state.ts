import { type Failure, invariant } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import type { Debt } from './action.ts';
import type { Gate, Mode, Plan, PlannedStep, Way } from './event.ts';

export interface StepState {
  readonly is: 'pending' | 'started' | 'passed' | 'failed' | 'skipped';
  readonly attempt: number;
  readonly input?: JsonObject;
  readonly memo?: JsonObject;
  readonly output?: JsonObject;
  readonly failure?: Failure;
  /** Failed without knowing whether its effect has happened. */
  readonly inDoubt?: boolean;
  readonly startedAt?: number;
  readonly endedAt?: number;
}

/** `forward`: as planned. `way-out`: something stopped it, payers run. The ways take up a run whose last part is over. */
export type Phase = 'new' | 'forward' | 'way-out' | Way | 'ended';

/** A run, folded from its journal; frozen data, replaced by each event. */
export interface RunState {
  readonly seq: number;
  readonly phase: Phase;
  /** What is under way, or was when it ended: a way out belongs to it. */
  readonly part: 'forward' | Way;
  /** Which part of the document `repair` and `resume` go on with: `rollback` once that was chosen. */
  readonly section: 'steps' | 'rollback';
  readonly plan?: Plan;
  readonly mode: Mode;
  readonly by: string;
  /** Steps of what is going on now: the plan's, or the rollback's or close's own. */
  readonly order: readonly PlannedStep[];
  readonly steps: { readonly [id: string]: StepState };
  /** Outputs by step, over all phases: a rollback may use what went before. */
  readonly outputs: { readonly [id: string]: JsonObject };
  readonly gate?: Gate;
  /** Answers that still count, by step: a new attempt asks again. */
  readonly answers: { readonly [step: string]: 'yes' | 'no' };
  readonly debts: readonly Debt[];
  readonly stop?: 'soft' | 'hard';
  /** What ended the way forward. */
  readonly failure?: { readonly step: string; readonly failure: Failure };
  readonly warnings: number;
  /** A step that acts has started, in this part of the run. */
  readonly changed: boolean;
  /** A step that destroys has started and was not undone: the operator decides what is paid (design §5, Debts). */
  readonly crossed: boolean;
  /** Data was replaced, by a swap or by undoing one, and nobody has compared since what runs with what was proven (design §6.12). */
  readonly unproven: boolean;
  /** Steps that had passed and whose debts somebody began to pay on a way out: what comes after them has lost its ground. */
  readonly undone: readonly string[];
  readonly exit?: number;
  /** A rollback, or a repair that went on with one, has come to its end and owes nothing. */
  readonly rolledBack: boolean;
  readonly closed: boolean;
  readonly startedAt?: number;
  readonly endedAt?: number;
}

export const newRun: RunState = {
  seq: 0,
  phase: 'new',
  part: 'forward',
  section: 'steps',
  mode: 'interactive',
  by: '',
  order: [],
  steps: {},
  outputs: {},
  answers: {},
  debts: [],
  warnings: 0,
  changed: false,
  crossed: false,
  unproven: false,
  undone: [],
  rolledBack: false,
  closed: false,
};

/** Not of a new run: its plan comes with its first event. */
export function planOf(state: RunState): Plan {
  invariant(state.plan, 'a run has a plan from its first event');
  return state.plan;
}

export function stepState(state: RunState, id: string): StepState {
  return state.steps[id] ?? { is: 'pending', attempt: 0 };
}

/** Started, and nobody knows whether it has happened: the process died, or its answer was lost. */
export function isInDoubt({ is, inDoubt }: StepState): boolean {
  return is === 'started' || (is === 'failed' && inDoubt === true);
}

/** Steps that act, had started, and are not waited for any more since the operator has stopped that: their work in the cluster goes on. */
export function leftAtWork(state: RunState): readonly string[] {
  if (state.stop !== 'hard') return [];
  return state.order
    .filter(({ step }) => step.kind === 'do' && isInDoubt(stepState(state, step.id)))
    .map(({ step }) => step.id);
}

/** The data of before is in its place again, whether or not it serves yet: there is no going back from here. */
export function isPutBack(state: RunState): boolean {
  return state.rolledBack || (state.section === 'rollback' && !state.crossed);
}

/** Debts that a run may not end with unnamed. */
export function owed(state: RunState): readonly Debt[] {
  return state.debts.filter((debt) => debt.due === 'end');
}

/** What stays until the run is closed. */
export function kept(state: RunState): readonly Debt[] {
  return state.debts.filter((debt) => debt.due === 'close');
}
