import { FailureError, failure, failureOf, invariant } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import { type Clock, type Look, stoppedByOperator } from '../target/look.ts';
import type { Action, AnyAction, Catalogue, Check, Debt, Observed } from './action.ts';
import { isFailure, isPending } from './action.ts';
import { applyEvent } from './apply-event.ts';
import { type Asked, askGate } from './ask-gate.ts';
import { type Command, decide } from './decide.ts';
import type { Gate, Mode, NewEvent, Plan, PlannedStep, RunEvent, StepHow } from './event.ts';
import { exits } from './exit-code.ts';
import { fencedHands, type Writes } from './fenced-hands.ts';
import type { Frontend } from './frontend.ts';
import { gateOfAttestation, gateOfOverride, gateOfPlan, gateOfResume, gateOfStep } from './gate.ts';
import { planAction } from './plan.ts';
import type { Fence, Journal, LookFor, Mirror, RunLease } from './ports.ts';
import { resolveInput, type Scope } from './resolve-input.ts';
import { newRun, owed, type RunState, stepState } from './state.ts';
import { hasTouched } from './touched.ts';

export interface Driving {
  readonly catalogue: Catalogue;
  readonly look: LookFor;
  readonly writes: Writes;
  readonly journal: Journal;
  readonly mirror: Mirror;
  readonly fence: Fence;
  readonly lease: RunLease;
  readonly frontend: Frontend;
  readonly clock: Clock;
  /** Both input and output are a terminal: somebody can be asked. */
  readonly terminal: boolean;
  readonly by: string;
  readonly cluster?: string;
  /** Throws when what the plan saw has moved; asked once the plan's gate is answered and the lease is held. */
  readonly unmoved: (plan: Plan) => Promise<void>;
  /** Removes what a run without open ends need not leave in the cluster (its Jobs). */
  readonly tidy: (run: string) => Promise<void>;
}

/** A lease that was another's: who had it, and the gate that a person answered where one had to be asked. */
export interface TakenOver {
  readonly from: string;
  readonly asked?: Asked;
}

/** How long a step may take when its runbook does not say. */
const defaultTimeoutMs = { check: 120_000, wait: 1_800_000, do: 1_800_000 } as const;
/** A check whose answer is unknown (a dropped connection) is asked again after this, until its deadline or this often. */
const againAfterMs = 2_000;
const askAgain = 3;

/** What may follow the end of a run. */
const afterTheEnd: readonly NewEvent['type'][] = ['run-closed', 'run-continued', 'run-resumed'];

/** One step while it is done. */
interface Doing {
  readonly planned: PlannedStep;
  readonly attempt: number;
  readonly pays: readonly Debt[];
  readonly signal: AbortSignal;
  /** On a way out. */
  readonly paying: boolean;
}

interface Started {
  readonly input: JsonObject;
  readonly memo: JsonObject;
}

/** Of what was foretold, what nobody has to wait for: all that an attested step can give to later ones. */
function certain(foretold: JsonObject = {}): JsonObject {
  return Object.fromEntries(Object.entries(foretold).filter(([, value]) => !isPending(value)));
}

/** A run while it is going: events in, state out. One writer. */
export class Run {
  readonly #env: Driving;
  readonly #events: RunEvent[];
  #state: RunState;
  /** Appends wait for each other: actions may write in parallel, lines are numbered. */
  #last: Promise<void> = Promise.resolve();
  /** Why a line could not be kept, the first time: no further effect on the way forward. */
  #unkept: FailureError | undefined;
  readonly #unwritten: RunEvent[] = [];
  #stopping = new AbortController();
  #detached = Promise.withResolvers<'detached'>();
  #gate: AbortController | undefined;
  #leased = false;
  /** Taken up and not answered for yet: nothing is written. */
  #outside = false;
  #declined = false;

  constructor(env: Driving, events: readonly RunEvent[] = []) {
    this.#env = env;
    this.#events = [...events];
    this.#state = events.reduce(applyEvent, newRun);
  }

  get state(): RunState {
    return this.#state;
  }

  get events(): readonly RunEvent[] {
    return this.#events;
  }

  /** The step that is under way is stopped or finished, then payers run. Asked again, it changes nothing. */
  async stop(by: string): Promise<void> {
    if (this.#outside) return this.#decline();
    if (!this.#going() || this.#state.stop !== undefined) return;
    await this.append({ type: 'stop-asked', by, hard: false });
    this.#gate?.abort();
    this.#stopping.abort(stoppedByOperator);
  }

  /** Waiting ends at once, nothing is paid, work in the cluster goes on. */
  async abandon(by: string): Promise<void> {
    if (this.#outside) return this.#decline();
    if (!this.#going() || this.#state.stop === 'hard') return;
    await this.append({ type: 'stop-asked', by, hard: true });
    this.#gate?.abort();
    this.#detached.resolve('detached');
  }

  #decline(): void {
    this.#declined = true;
    this.#gate?.abort();
  }

  #going(): boolean {
    return this.#state.phase !== 'ended' && this.#state.phase !== 'new';
  }

  append(event: NewEvent): Promise<void> {
    const appended = this.#last.then(() => this.#append(event));
    this.#last = appended.catch(() => undefined);
    return appended;
  }

  async #append(event: NewEvent): Promise<void> {
    // Work that was let go may still tell something: nobody waits for it any more, and who takes the run up looks for itself.
    if (this.#state.phase === 'ended' && !afterTheEnd.includes(event.type)) return;
    const stamped = this.#stamped(event);
    await this.#write(stamped);
    this.#events.push(stamped);
    this.#state = applyEvent(this.#state, stamped);
    this.#env.frontend.event(stamped, this.#state);
  }

  #stamped(event: NewEvent): RunEvent {
    return { ...event, seq: this.#state.seq + 1, at: this.#env.clock.now() } as RunEvent;
  }

  /** A journal that takes no line, above all for a full disk, ends the way forward; what is set aside for it lets the payers still be journaled, and after that the mirror alone does. */
  async #write(event: RunEvent): Promise<void> {
    this.#unwritten.push(event);
    try {
      await this.#writeAll();
    } catch (thrown) {
      if (!(thrown instanceof FailureError)) throw thrown;
      const first = this.#unkept === undefined;
      this.#unkept ??= thrown;
      if (first && (await this.#env.journal.useReserve().catch(() => false)))
        await this.#writeAll().catch(() => undefined);
    }
  }

  /** In order and without a gap, whatever had no room before: a journal with a line left out could not be read again. */
  async #writeAll(): Promise<void> {
    for (let next = this.#unwritten[0]; next !== undefined; next = this.#unwritten[0]) {
      await this.#env.journal.append(next);
      this.#unwritten.shift();
    }
  }

  /**
   * Takes up a run whose lease is ours by now. Before that its journal may be another's, so nothing was written; what was asked until then is
   * written here. False: somebody said no, and the run stays as it was.
   */
  async takeUp(
    event: NewEvent & { readonly type: 'run-resumed' | 'run-continued' },
    over?: TakenOver,
  ): Promise<boolean> {
    this.#outside = true;
    const answer = await this.#put(await this.#gateOf(event), event.mode);
    if (answer.answer.answer === 'no' || this.#declined) return false;
    this.#outside = false;
    this.#leased = true;
    await this.append(event);
    for (const each of over?.asked ? [over.asked, answer] : [answer]) {
      await this.append({ type: 'gate-opened', gate: each.gate });
      await this.#answered(each);
    }
    await this.append({ type: 'lease-taken', holder: this.#env.by, ...(over ? { from: over.from } : {}) });
    if (event.type === 'run-continued' && event.way === 'repair') await this.#settleUnbegun();
    return true;
  }

  async #gateOf(event: NewEvent & { readonly type: 'run-resumed' | 'run-continued' }): Promise<Gate> {
    const plan = this.#plan();
    if (event.type === 'run-continued') return gateOfPlan(plan, applyEvent(this.#state, this.#stamped(event)));
    if (this.#state.part === 'forward' && !this.#state.changed) await this.#env.unmoved(plan);
    return gateOfResume(plan, this.#state);
  }

  /** Died between its debt and its start: nothing was done that somebody could pay for, or that is kept. */
  async #settleUnbegun(): Promise<void> {
    for (const { id, step } of this.#state.debts)
      if (stepState(this.#state, step).attempt === 0)
        await this.append({ type: 'debt-paid', id, says: `${step} never started` });
  }

  /** What a process that died after its run's end has left undone. The lease is ours. */
  async tidyUp(): Promise<void> {
    this.#leased = true;
    await this.#finish();
  }

  /** Performs what is decided until the run has ended; gives its exit code. */
  async drive(): Promise<number> {
    for (;;) {
      const command = decide(this.#state);
      if (command.do !== 'end') {
        await this.#perform(command);
        continue;
      }
      const exit = await this.#end();
      if (exit !== undefined) return exit;
    }
  }

  async #perform(command: Exclude<Command, { do: 'end' }>): Promise<void> {
    switch (command.do) {
      case 'ask':
        return await this.#ask(command.step);
      case 'skip':
        return await this.append({ type: 'step-skipped', step: command.step, reason: command.reason });
      case 'way-out':
        return await this.append({ type: 'way-out-started', reason: command.reason });
      case 'start':
        return await this.#step(command.planned, command.attempt, command.pays, 'start');
      case 'settle':
        return await this.#step(command.planned, command.attempt, command.pays, 'settle');
    }
  }

  /**
   * Decided again in its turn among the lines that wait: what was let go, or a Ctrl-C, may have changed what is owed, and the end names just
   * that. Undefined: there is something to do after all.
   */
  async #end(): Promise<number | undefined> {
    const appended = this.#last.then(async () => {
      const command = decide(this.#state);
      if (command.do !== 'end') return undefined;
      await this.#append({ type: 'run-ended', exit: command.exit, says: command.says, unpaid: command.unpaid });
      return command.exit;
    });
    this.#last = appended.then(
      () => undefined,
      () => undefined,
    );
    const exit = await appended;
    if (exit !== undefined && this.#leased) await this.#finish();
    return exit;
  }

  async #finish(): Promise<void> {
    const { exit, debts, closed } = this.#state;
    const finished = (exit === exits.done || exit === exits.warned) && debts.length === 0 && !closed;
    // Who has lost the lease leaves Jobs and mirror to who has it now.
    const ours = await this.#env.fence.check().then(
      () => true,
      () => false,
    );
    if (finished && ours) await this.#env.tidy(this.#plan().run).catch(() => undefined);
    if (finished) await this.append({ type: 'run-closed', by: this.#env.by });
    // A run that never held the lease has nothing in the cluster.
    const mirrored = this.#events.some(({ type }) => type === 'lease-taken');
    if (ours && mirrored) await this.#env.mirror.push(this.#events).catch(() => undefined);
    await this.#env.lease.release().catch(() => undefined);
  }

  #plan(): Plan {
    invariant(this.#state.plan, 'a run has a plan from its first event');
    return this.#state.plan;
  }

  // --- gates

  async #ask(what: 'plan' | PlannedStep): Promise<void> {
    if (what === 'plan') {
      if ((await this.#answer(gateOfPlan(this.#plan(), this.#state))) === 'yes') await this.#begin();
      return;
    }
    await this.#answer(gateOfStep(this.#plan(), what, this.#state));
  }

  async #answer(gate: Gate): Promise<'yes' | 'no'> {
    await this.append({ type: 'gate-opened', gate });
    const asked = await this.#put(gate, this.#state.mode);
    await this.#answered(asked);
    return asked.answer.answer;
  }

  async #put(gate: Gate, mode: Mode): Promise<Asked> {
    this.#gate = new AbortController();
    // Asked to stop while it was about to open: nobody has to answer it any more.
    if (this.#state.stop !== undefined || this.#declined) this.#gate.abort();
    return await askGate(this.#env, gate, mode, this.#gate.signal);
  }

  async #answered({ gate, answer, by }: Asked): Promise<void> {
    await this.append({
      type: 'gate-answered',
      step: gate.step,
      sha256: gate.sha256,
      answer: answer.answer,
      by: answer.why ? `${by} (${answer.why})` : by,
      ...(answer.typed === undefined ? {} : { typed: answer.typed }),
    });
  }

  /** After the plan's yes: the lease, and whether the plan still holds. A failure here is the run's, before anything was changed. */
  async #begin(): Promise<void> {
    try {
      if (!this.#leased) {
        const holder = await this.#env.lease.take(this.#plan().run);
        if (holder !== undefined) {
          throw new FailureError(
            failure(
              'held',
              'no other run on this Galera cluster',
              `the lease is held by ${holder}`,
              'wait until that run has ended, which galera-runbook status shows; if its process died: galera-runbook runs resume, or runs repair',
            ),
          );
        }
        this.#leased = true;
        await this.append({ type: 'lease-taken', holder: this.#env.by });
      }
      if (this.#state.phase === 'forward') await this.#env.unmoved(this.#plan());
    } catch (thrown) {
      await this.append({
        type: 'step-failed',
        step: 'plan',
        failure: failureOf(thrown, 'look at the target, then plan again'),
        inDoubt: false,
      });
    }
  }

  // --- steps

  async #step(planned: PlannedStep, attempt: number, pays: readonly Debt[], how: 'start' | 'settle'): Promise<void> {
    const { step } = planned;
    const action = this.#env.catalogue.get(step.action);
    invariant(action, `unknown action ${step.action}`);
    const paying = this.#state.phase === 'way-out';
    const limit = AbortSignal.timeout(step.timeoutMs ?? defaultTimeoutMs[step.kind]);
    const stoppable = !paying && (action.kind === 'check' || action.stoppable);
    const signal = stoppable ? AbortSignal.any([limit, this.#stopping.signal]) : limit;
    // Work that was let go ends with the process; its fenced hands refuse every further effect.
    await Promise.race([this.#work({ planned, attempt, pays, signal, paying }, action, how), this.#detached.promise]);
  }

  async #work(doing: Doing, action: AnyAction, how: 'start' | 'settle'): Promise<void> {
    if (action.kind === 'check') return await this.#check(doing, action);
    return await (how === 'start' ? this.#act(doing, action) : this.#settle(doing, action));
  }

  #input(planned: PlannedStep, pays: readonly Debt[]): JsonObject {
    const plan = this.#plan();
    const scope: Scope = { ...plan.parameters, ...plan.facts, ...this.#state.outputs };
    return resolveInput(planned.step.with, scope, pays.at(-1)?.payWith.input ?? {});
  }

  async #check({ planned, attempt, signal }: Doing, check: Check): Promise<void> {
    const { step } = planned;
    const look = this.#env.look(step.id, attempt, signal);
    await this.append({ type: 'step-started', step: step.id, attempt, input: planned.input, memo: {} });
    let observed: Observed;
    try {
      const input = this.#input(planned, []);
      observed = await this.#asked(() => check.observe(input, look), look, step.kind === 'wait');
    } catch (thrown) {
      return await this.#failed(step.id, failureOf(thrown, 'look at the target by hand'), false);
    }
    await this.#settled(planned, observed, 'held', []);
  }

  async #act(doing: Doing, action: Action): Promise<void> {
    const { planned, attempt, pays, signal } = doing;
    const { step } = planned;
    const look = this.#env.look(step.id, attempt, signal);
    let started: Started | undefined;
    try {
      const input = this.#input(planned, pays);
      const fresh = planned.pendingInputs.length > 0 || pays.length > 0 || planned.seen?.failure !== undefined;
      const plan = fresh ? await planAction(action, input, look) : planned;
      if (isFailure(plan)) return await this.#failed(step.id, plan, false);
      if (!(await this.#mayReturnTraffic(doing))) return await this.#unproven(step.id);
      // Let go meanwhile: the run may have ended, and owes nothing more.
      if (this.#state.stop === 'hard') return;
      for (const debt of plan.debts) await this.append({ type: 'debt-owed', debt: { ...debt, step: step.id } });
      started = { input, memo: plan.memo };
      await this.#started(doing, started);
      const before = await this.#observe(() => action.observe(input, look, plan.memo));
      if (before.is === 'so') return await this.#settled(planned, before, 'already-so', pays);
    } catch (thrown) {
      return await this.#broken(doing, thrown, started !== undefined);
    }
    await this.#apply(doing, action, started);
  }

  /** Started by a process that died, or whose answer was lost: what its start has journaled says what to look for, and to do again. */
  async #settle(doing: Doing, action: Action): Promise<void> {
    const { planned, attempt, pays, signal, paying } = doing;
    const { step } = planned;
    const { input = {}, memo = {} } = stepState(this.#state, step.id);
    const look = this.#env.look(step.id, attempt, signal);
    const seen = await this.#asked(() => action.observe(input, look, memo), look);
    if (seen.is === 'so') return await this.#settled(planned, seen, 'settled', pays);
    if (seen.is === 'unknown') {
      const gate = gateOfAttestation(this.#plan(), planned, seen.failure);
      if (paying || (await this.#answer(gate)) === 'no') return await this.#failed(step.id, seen.failure, true);
      return await this.#passed(planned, 'attested', pays, {
        says: `${this.#env.by} says that it has happened`,
        output: certain(planned.foretold),
        facts: {},
      });
    }
    // What destroys is asked for again: it is a second beginning, maybe hours later and by somebody else.
    const again = planned.danger === 'destroys' && !paying;
    if (again && (await this.#answer(gateOfStep(this.#plan(), planned, this.#state))) === 'no') return;
    if (!(await this.#mayReturnTraffic(doing))) return await this.#unproven(step.id);
    await this.#started(doing, { input, memo });
    // Who goes on after a failure wants it tried anew where the first one's work is found broken; a run that only died ends as it would have.
    const anew =
      this.#state.part === 'forward' ? undefined : () => this.#act({ ...doing, attempt: attempt + 1 }, action);
    await this.#apply(doing, action, { input, memo }, anew);
  }

  async #started({ planned, attempt, pays }: Doing, { input, memo }: Started): Promise<void> {
    await this.append({
      type: 'step-started',
      step: planned.step.id,
      attempt,
      input,
      memo,
      ...(pays.length > 0 ? { pays: pays.map((debt) => debt.id) } : {}),
    });
  }

  async #apply(doing: Doing, action: Action, { input, memo }: Started, anew?: () => Promise<void>): Promise<void> {
    const { planned, attempt, pays, signal, paying } = doing;
    const { step } = planned;
    try {
      await action.apply(input, this.#hands(this.#env.look(step.id, attempt, signal), paying), memo);
      const look = this.#env.look(step.id, attempt, AbortSignal.timeout(defaultTimeoutMs.check));
      await this.#settled(planned, await this.#asked(() => action.observe(input, look, memo), look), 'applied', pays);
    } catch (thrown) {
      const broken = failureOf(thrown, '').kind !== 'unknown' && !signal.aborted && this.#state.stop === undefined;
      if (anew && broken) return await anew();
      await this.#broken(doing, thrown, true);
    }
  }

  async #broken({ planned, signal }: Doing, thrown: unknown, started: boolean): Promise<void> {
    // Nobody waits: its work in the cluster goes on, so it has not failed. Who takes the run up finds it in doubt.
    if (started && this.#state.stop === 'hard') return;
    const found = failureOf(thrown, 'look at the target by hand');
    const stopped = signal.aborted && signal.reason === stoppedByOperator;
    await this.#failed(
      planned.step.id,
      stopped ? failure('failed', 'the step to end', stoppedByOperator, 'nothing: what it left is paid for') : found,
      started && found.kind === 'unknown',
    );
    await this.#settleUntouched(planned.step.id);
  }

  /** A step none of whose effects took place, in this attempt or one before, owes nothing: its payer would need what was just refused. */
  async #settleUntouched(step: string): Promise<void> {
    if (hasTouched(this.#events, step)) return;
    for (const debt of this.#state.debts.filter((each) => each.step === step))
      await this.append({ type: 'debt-paid', id: debt.id, says: `nothing was done by ${step}` });
  }

  /**
   * Traffic returns to proven data only (design §6.12): once data was replaced and the check between has not passed, giving it back is a
   * person's typed decision. A run that replaced nothing may always give it back.
   */
  async #mayReturnTraffic({ planned, paying }: Doing): Promise<boolean> {
    if (planned.step.action !== 'traffic.put-back' || !this.#state.unproven) return true;
    if (paying) return false;
    return (
      (await this.#answer(
        gateOfOverride(this.#plan(), planned.step.id, [
          'the data was replaced and not compared with what was proven before the stop',
          'yes returns traffic to unproven data',
        ]),
      )) === 'yes'
    );
  }

  async #unproven(step: string): Promise<void> {
    await this.#failed(
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

  #hands(look: Look, paying: boolean) {
    const at = { ...look.at, owes: owed(this.#state).map(({ id }) => id), unproven: this.#state.unproven };
    return fencedHands({ ...look, at }, this.#env.writes, {
      append: (event) => this.append(event),
      mirror: () => this.#env.mirror.push(this.#events),
      check: async () => {
        if (this.#state.stop === 'hard')
          throw new FailureError(
            failure(
              'failed',
              'somebody waiting for this step',
              'the operator stopped waiting',
              'galera-runbook runs repair',
            ),
          );
        if (this.#unkept && !paying) throw this.#unkept;
        await this.#env.fence.check();
      },
      pulse: (pulse) => this.#env.frontend.pulse(pulse),
      keepOutput: (name, text) => this.#env.journal.keepOutput(name, text),
    });
  }

  /** Asked again while the answer is unknown, or, to wait, until it is so or the step's time is over. */
  async #asked(ask: () => Promise<Observed>, look: Look, wait = false): Promise<Observed> {
    for (let asked = 1; ; asked++) {
      const observed = await this.#observe(ask);
      const enough = wait ? false : observed.is === 'not-so' || asked >= askAgain;
      if (observed.is === 'so' || enough || look.signal.aborted) return observed;
      await look.clock.sleep(againAfterMs, look.signal).catch(() => undefined);
    }
  }

  async #observe(ask: () => Promise<Observed>): Promise<Observed> {
    try {
      return await ask();
    } catch (thrown) {
      return { is: 'unknown', failure: failureOf(thrown, 'look at the target by hand') };
    }
  }

  async #settled(
    planned: PlannedStep,
    observed: Observed,
    how: 'applied' | 'already-so' | 'settled' | 'held',
    pays: readonly Debt[],
  ): Promise<void> {
    const { step } = planned;
    if (observed.is !== 'so')
      return await this.#failed(step.id, observed.failure, observed.is === 'unknown' && how === 'applied');
    for (const says of observed.warnings ?? []) await this.append({ type: 'warned', step: step.id, says });
    await this.#passed(planned, how, pays, { ...observed, facts: observed.facts ?? {} });
  }

  async #passed(
    { step }: PlannedStep,
    how: StepHow,
    pays: readonly Debt[],
    { says, output, facts }: { readonly says: string; readonly output: JsonObject; readonly facts: JsonObject },
  ): Promise<void> {
    await this.append({ type: 'step-passed', step: step.id, how, says, output, facts });
    const paid = pays.length > 0 ? pays : owed(this.#state).filter((debt) => step.pays.includes(debt.step));
    for (const debt of paid) await this.append({ type: 'debt-paid', id: debt.id, says });
  }

  async #failed(step: string, of: ReturnType<typeof failure>, inDoubt: boolean): Promise<void> {
    await this.append({ type: 'step-failed', step, failure: of, inDoubt });
  }
}
