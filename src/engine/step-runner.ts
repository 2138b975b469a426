import { type Failure, failure, failureOf, invariant } from '../base/failure.ts';
import { canonical, type Json, type JsonObject } from '../base/json.ts';
import { type Look, stoppedByOperator } from '../target/look.ts';
import {
  type Action,
  type AnyAction,
  type Catalogue,
  type Check,
  type Debt,
  isFailure,
  isPending,
  type Observed,
  type Planned,
} from './action.ts';
import { type Command, paidBy } from './decide.ts';
import type { PlannedStep } from './event.ts';
import { gateOfAttestation, gateOfOverride, gateOfStep } from './gate.ts';
import type { Gates } from './gates.ts';
import type { JournalWriter } from './journal-writer.ts';
import { observed, observedAgain } from './observing.ts';
import { planAction } from './plan.ts';
import type { LookFor } from './ports.ts';
import { resolveInput, type Scope } from './resolve-input.ts';
import { planOf, stepState } from './state.ts';
import { type Acting, handsOfStep } from './step-hands.ts';
import { type Doing, type Started, StepRecord } from './step-record.ts';
import { hasActed } from './touched.ts';

export interface Stepping extends Acting {
  readonly catalogue: Catalogue;
  readonly look: LookFor;
  readonly by: string;
}

/** How long a step may take when its runbook does not say. */
const defaultTimeoutMs = { check: 120_000, wait: 1_800_000, do: 1_800_000 } as const;

function returnsTraffic({ step }: PlannedStep): boolean {
  return step.action === 'traffic.put-back';
}

/** Of what was foretold, what nobody has to wait for: all that an attested step can give to later ones. */
function certain(foretold: JsonObject = {}): JsonObject {
  return Object.fromEntries(Object.entries(foretold).filter(([, value]) => !isPending(value)));
}

/** A check between has given other values than the ones that were planned, shown and answered yes to. */
function movedInput({ input: planned, pendingInputs }: PlannedStep, now: JsonObject): Failure | undefined {
  const moved = Object.keys(now).filter(
    (name) => !pendingInputs.includes(name) && canonical(now[name]) !== canonical(planned[name]),
  );
  if (moved.length === 0) return undefined;
  const word = (value: Json | undefined) => (typeof value === 'string' ? value : canonical(value));
  const each = (of: JsonObject) => moved.map((name) => `${name} ${word(of[name])}`).join(', ');
  return failure('refused', `${each(planned)}, as planned`, each(now), 'plan again');
}

/** Does one step: asks what is so, applies an action, asks again. What came of it is journaled; nothing is thrown that a step may throw. */
export class StepRunner {
  readonly #env: Stepping;
  readonly #journal: JournalWriter;
  readonly #gates: Gates;
  readonly #record: StepRecord;
  readonly #stopping = new AbortController();
  readonly #detached = Promise.withResolvers<'detached'>();

  constructor(env: Stepping, journal: JournalWriter, gates: Gates) {
    this.#env = env;
    this.#journal = journal;
    this.#gates = gates;
    this.#record = new StepRecord(journal);
  }

  /** The step that is under way is stopped where it may be, or finished. */
  stop(): void {
    this.#stopping.abort(stoppedByOperator);
  }

  /** Nobody waits for the step that is under way. */
  letGo(): void {
    this.#detached.resolve('detached');
  }

  async run({ do: how, planned, attempt, pays }: Extract<Command, { do: 'start' | 'settle' }>): Promise<void> {
    const { step } = planned;
    const action = this.#env.catalogue.get(step.action);
    invariant(action, `unknown action ${step.action}`);
    const paying = this.#journal.state.phase === 'way-out';
    const limit = AbortSignal.timeout(step.timeoutMs ?? defaultTimeoutMs[step.kind]);
    const stoppable = !paying && (action.kind === 'check' || action.stoppable);
    const signal = stoppable ? AbortSignal.any([limit, this.#stopping.signal]) : limit;
    // Work that was let go ends with the process; its fenced hands refuse every further effect.
    await Promise.race([this.#work({ planned, attempt, pays, signal, paying }, action, how), this.#detached.promise]);
  }

  /**
   * In a rollback, what is so already passes and nobody is asked about it: its own run has cut and stopped before it failed, and what it
   * does was answered yes with its plan. On the way forward another hand did it, and that is for a person to see. False: it is to be asked about.
   */
  async passIfSo(planned: PlannedStep): Promise<boolean> {
    const { state } = this.#journal;
    const { step } = planned;
    const action = this.#env.catalogue.get(step.action);
    if (action?.kind !== 'do' || state.section !== 'rollback' || step.gate !== undefined) return false;
    if (returnsTraffic(planned) && state.unproven) return false;
    const attempt = stepState(state, step.id).attempt + 1;
    const signal = AbortSignal.any([AbortSignal.timeout(defaultTimeoutMs.check), this.#stopping.signal]);
    const doing = { planned, attempt, pays: paidBy(state, planned), signal, paying: false };
    const found = await Promise.race([this.#foundSo(doing, action), this.#detached.promise]);
    if (found === undefined || found === 'detached' || this.#journal.state.stop !== undefined) return false;
    await this.#record.begun(doing, found, found.debts);
    await this.#record.settled(planned, found.seen, 'already-so', doing.pays);
    return true;
  }

  /** What cannot be read, or is refused, is no reason to end here: the step is asked about and shows it then. */
  async #foundSo(
    doing: Doing,
    action: Action,
  ): Promise<(Started & { debts: Planned['debts']; seen: Observed }) | undefined> {
    const look = this.#env.look(doing.planned.step.id, doing.attempt, doing.signal);
    try {
      const input = this.#input(doing.planned, doing.pays);
      const plan = await this.#planned(doing, action, input, look);
      if (isFailure(plan)) return undefined;
      const seen = await action.observe(input, look, plan.memo);
      return seen.is === 'so' ? { input, memo: plan.memo, debts: plan.debts, seen } : undefined;
    } catch {
      return undefined;
    }
  }

  async #work(doing: Doing, action: AnyAction, how: 'start' | 'settle'): Promise<void> {
    if (action.kind === 'check') return await this.#check(doing, action);
    return await (how === 'start' ? this.#act(doing, action) : this.#settle(doing, action));
  }

  #input(planned: PlannedStep, pays: readonly Debt[]): JsonObject {
    const { state } = this.#journal;
    const plan = planOf(state);
    const scope: Scope = { ...plan.parameters, ...plan.facts, ...state.outputs };
    return resolveInput(planned.step.with, scope, pays.at(-1)?.payWith.input ?? {});
  }

  async #check(doing: Doing, check: Check): Promise<void> {
    const { planned, attempt, signal } = doing;
    const { step } = planned;
    const look = this.#env.look(step.id, attempt, signal);
    await this.#record.started({ ...doing, pays: [] }, { input: planned.input, memo: {} });
    let seen: Observed;
    try {
      const input = this.#input(planned, []);
      seen = await observedAgain(
        () => check.observe(input, look, planned.foretold),
        look,
        step.kind === 'wait' ? 'state' : 'answer',
      );
    } catch (thrown) {
      return await this.#record.failed(step.id, failureOf(thrown, 'look at the target by hand'), false);
    }
    await this.#record.settled(planned, seen, 'held', []);
  }

  async #act(doing: Doing, action: Action): Promise<void> {
    const { planned, attempt, pays, signal } = doing;
    const { step } = planned;
    const look = this.#env.look(step.id, attempt, signal);
    let started: Started | undefined;
    try {
      const input = this.#input(planned, pays);
      const plan = await this.#planned(doing, action, input, look);
      if (isFailure(plan)) return await this.#record.failed(step.id, plan, false);
      if (!(await this.#mayReturnTraffic(doing))) return await this.#unproven(step.id);
      // Let go meanwhile: the run may have ended, and owes nothing more.
      if (this.#journal.state.stop === 'hard') return;
      started = { input, memo: plan.memo };
      await this.#record.begun(doing, started, plan.debts);
      const before = await observed(() => action.observe(input, look, plan.memo));
      if (before.is === 'so') return await this.#record.settled(planned, before, 'already-so', pays);
    } catch (thrown) {
      return await this.#record.broken(doing, thrown, started !== undefined);
    }
    await this.#apply(doing, action, started);
  }

  /** The plan's, or made now where it could not see all of it. */
  async #planned({ planned, pays }: Doing, action: Action, input: JsonObject, look: Look): Promise<Planned | Failure> {
    const moved = pays.length > 0 ? undefined : movedInput(planned, input);
    if (moved !== undefined) return moved;
    const fresh = planned.pendingInputs.length > 0 || pays.length > 0 || planned.seen?.failure !== undefined;
    return fresh ? await planAction(action, input, look) : planned;
  }

  /** Started by a process that died, or whose answer was lost: what its start has journaled says what to look for, and to do again. */
  async #settle(doing: Doing, action: Action): Promise<void> {
    const { planned, attempt, pays, signal, paying } = doing;
    const { step } = planned;
    const { input = {}, memo = {} } = stepState(this.#journal.state, step.id);
    const look = this.#env.look(step.id, attempt, signal);
    const seen = await observedAgain(() => action.observe(input, look, memo), look);
    if (seen.is === 'so') return await this.#record.settled(planned, seen, 'settled', pays);
    if (seen.is === 'unknown') {
      const gate = gateOfAttestation(planOf(this.#journal.state), planned, seen.failure);
      if (paying || (await this.#gates.ask(gate)) === 'no')
        return await this.#record.failed(step.id, seen.failure, true);
      return await this.#record.passed(planned, 'attested', pays, {
        says: `${this.#env.by} says that it has happened`,
        output: certain(planned.foretold),
        facts: {},
      });
    }
    // What destroys is asked for again: it is a second beginning, maybe hours later and by somebody else. An attempt that has done nothing yet
    // may never have been asked about. A close is always asked about anew, as a whole.
    const { state, events } = this.#journal;
    const again =
      !paying &&
      planned.gate !== undefined &&
      state.part !== 'close' &&
      (planned.danger === 'destroys' || !hasActed(events, step.id, attempt));
    if (again && (await this.#gates.ask(gateOfStep(planOf(state), planned, state))) === 'no') return;
    if (!(await this.#mayReturnTraffic(doing))) return await this.#unproven(step.id);
    await this.#record.started(doing, { input, memo });
    // Who goes on after a failure wants it tried anew where the first one's work is found broken; a run that only died ends as it would have.
    const anew =
      this.#journal.state.part === 'forward' ? undefined : () => this.#act({ ...doing, attempt: attempt + 1 }, action);
    await this.#apply(doing, action, { input, memo }, anew);
  }

  async #apply(doing: Doing, action: Action, { input, memo }: Started, anew?: () => Promise<void>): Promise<void> {
    const { planned, attempt, pays, signal, paying } = doing;
    const { step } = planned;
    try {
      const hands = handsOfStep(this.#env, this.#journal, this.#env.look(step.id, attempt, signal), paying);
      await action.apply(input, hands, memo);
      const look = this.#env.look(step.id, attempt, AbortSignal.timeout(defaultTimeoutMs.check));
      const seen = await observedAgain(() => action.observe(input, look, memo), look, 'effect');
      await this.#record.settled(planned, seen, 'applied', pays);
    } catch (thrown) {
      const broken =
        failureOf(thrown, '').kind !== 'unknown' && !signal.aborted && this.#journal.state.stop === undefined;
      if (anew && broken) return await anew();
      await this.#record.broken(doing, thrown, true);
    }
  }

  /**
   * Traffic returns to proven data only (design §6.12): once data was replaced and the check between has not passed, giving it back is a
   * person's typed decision. A run that replaced nothing may always give it back.
   */
  async #mayReturnTraffic({ planned, paying }: Doing): Promise<boolean> {
    const { state } = this.#journal;
    if (!returnsTraffic(planned) || !state.unproven) return true;
    if (paying) return false;
    const gate = gateOfOverride(planOf(state), planned.step.id, [
      'the data was replaced and not compared with what was proven before the stop',
      'yes returns traffic to unproven data',
    ]);
    return (await this.#gates.ask(gate)) === 'yes';
  }

  async #unproven(step: string): Promise<void> {
    await this.#record.failed(
      step,
      failure(
        'refused',
        'data that was compared with what was proven before the stop',
        'nobody has decided to return traffic without that',
        'galera-runbook runs repair goes on and compares; runs rollback goes back',
      ),
      false,
    );
  }
}
