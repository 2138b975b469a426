import { createHash } from 'node:crypto';
import { type Failure, failureOf, invariant } from '../base/failure.ts';
import { canonical, type Json, type JsonObject } from '../base/json.ts';
import type { Runbook, Step } from '../runbook/runbook.ts';
import type { Look } from '../target/look.ts';
import {
  type Action,
  type AnyAction,
  type Catalogue,
  type Check,
  type Debt,
  isFailure,
  type Planned,
  pending,
} from './action.ts';
import type { Plan, PlannedStep } from './event.ts';
import { needOf, strongerNeed } from './gate-policy.ts';
import { leftOut, pendingFields, resolveInput, type Scope } from './resolve-input.ts';
import { type RunState, stepState } from './state.ts';

export interface Planning {
  readonly catalogue: Catalogue;
  /** A reading view for one step of this run. */
  look(step: string, attempt: number): Look;
}

const nothing: Planned = { effects: [], debts: [], memo: {}, says: [] };

/** Next step's text for a failure that no action has put into words. */
const lookFurther = 'this is not an answer that planning expects: look at the target by hand';

/**
 * Steps with what each will do, read from the target and nothing written. Leading checks are asked now and reported together. `scope`
 * holds parameters, target, run and the outputs that are there already; `debts` what is owed already (a repair, a rollback).
 */
export async function planSteps(
  planning: Planning,
  steps: readonly Step[],
  scope: Scope,
  debts: readonly Debt[],
  attempts: (step: string) => number,
): Promise<readonly PlannedStep[]> {
  const planned: PlannedStep[] = [];
  const known: { [name: string]: Json } = { ...scope };
  const owed = [...debts];
  let leading = true;
  for (const step of steps) {
    const action = planning.catalogue.get(step.action);
    invariant(action, `the validator has let an unknown action pass: ${step.action}`);
    const one = await planStep({ planning, step, action, scope: known, owed, leading, attempt: attempts(step.id) + 1 });
    planned.push(one);
    if (one.skipped === undefined) {
      if (step.kind === 'do') leading = false;
      owed.push(...one.debts.map((debt) => ({ ...debt, step: step.id })));
      known[step.id] = outputOf(action, one);
    }
  }
  return planned;
}

async function planStep(of: {
  planning: Planning;
  step: Step;
  action: AnyAction;
  scope: Scope;
  owed: readonly Debt[];
  leading: boolean;
  attempt: number;
}): Promise<PlannedStep> {
  const { planning, step, action, scope, owed } = of;
  const skipped = leftOut(step, scope);
  if (skipped !== undefined) return { ...nothing, step, input: {}, pendingInputs: [], danger: 'reads', skipped };
  const debt = owed.findLast((candidate) => step.pays.includes(candidate.step));
  if (step.pays.length > 0 && !debt)
    return { ...nothing, step, input: {}, pendingInputs: [], danger: 'reads', skipped: 'nothing is owed' };
  const input = resolveInput(step.with, scope, debt?.payWith.input);
  const pendingInputs = pendingFields(input);
  const look = planning.look(step.id, of.attempt);
  if (action.kind === 'check') {
    const seen =
      of.leading && pendingInputs.length === 0 && step.kind === 'check'
        ? await seenNow(action, input, look)
        : undefined;
    return {
      ...nothing,
      step,
      input,
      pendingInputs,
      danger: 'reads',
      ...(step.gate ? { gate: step.gate } : {}),
      ...(seen ?? {}),
    };
  }
  const danger = action.danger(input);
  const gate = strongerNeed(needOf[danger], step.gate);
  const planned = await planAction(action, input, look);
  const failed = isFailure(planned);
  return {
    ...(failed ? nothing : planned),
    ...(failed ? { seen: { is: 'not-so', says: planned.found, failure: planned } } : {}),
    step,
    input,
    pendingInputs,
    danger,
    ...(gate ? { gate } : {}),
  };
}

/** The steps of a part that takes up a run, with what the run has found out and what it owes. */
export async function planPart(
  planning: Planning,
  steps: readonly Step[],
  state: RunState,
): Promise<readonly PlannedStep[]> {
  const scope = { ...state.plan?.parameters, ...state.plan?.facts, ...state.outputs };
  return await planSteps(planning, steps, scope, state.debts, (step) => stepState(state, step).attempt);
}

/** An action's plan, with what it threw as a failure. */
export async function planAction(action: Action, input: JsonObject, look: Look): Promise<Planned | Failure> {
  try {
    return await action.plan(input, look);
  } catch (thrown) {
    return failureOf(thrown, lookFurther);
  }
}

async function seenNow(
  check: Check,
  input: JsonObject,
  look: Look,
): Promise<Pick<PlannedStep, 'seen' | 'foretold' | 'memo' | 'gate'>> {
  try {
    const observed = await check.observe(input, look);
    if (observed.is !== 'so')
      return { seen: { is: observed.is, says: observed.failure.found, failure: observed.failure }, memo: {} };
    return {
      seen: { is: 'so', says: observed.says, ...(observed.warnings ? { warnings: observed.warnings } : {}) },
      foretold: observed.output,
      memo: {},
      ...(observed.gate ? { gate: observed.gate } : {}),
    };
  } catch (thrown) {
    const failure = failureOf(thrown, lookFurther);
    return { seen: { is: 'unknown', says: failure.found, failure }, memo: {} };
  }
}

/** What later steps see of this one while planning: what is certain, the rest pending. */
function outputOf(action: AnyAction, planned: PlannedStep): JsonObject {
  const unknown = Object.fromEntries(action.outputs.map((name) => [name, pending]));
  return { ...unknown, ...planned.foretold };
}

/** The refusals of a plan: it cannot be carried out while there is one. */
export function refusals(
  steps: readonly PlannedStep[],
): readonly { readonly step: string; readonly failure: Failure }[] {
  return steps.flatMap(({ step, seen }) => (seen?.failure ? [{ step: step.id, failure: seen.failure }] : []));
}

export interface PlanRequest {
  readonly run: string;
  readonly runbook: Runbook;
  readonly parameters: { readonly [name: string]: Json };
  readonly targetFacts: JsonObject;
  readonly program: string;
  /** What must not move between plan and start (design §5, Plan first). */
  readonly saw: Json;
}

export async function makePlan(planning: Planning, request: PlanRequest): Promise<Plan> {
  const { run, runbook, parameters } = request;
  const facts = { target: request.targetFacts, run: { id: run } };
  const look = planning.look('plan', 0);
  const readAt = look.clock.now();
  const steps = await planSteps(planning, runbook.steps, { ...parameters, ...facts }, [], () => 0);
  return {
    run,
    runbook: { name: runbook.name, title: runbook.title, sha256: runbook.sha256 },
    parameters,
    facts,
    identity: look.identity,
    program: request.program,
    readAt,
    steps,
    saw: sha256(canonical(request.saw)),
  };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
