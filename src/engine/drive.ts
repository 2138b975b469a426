import { FailureError, failure, failureOf } from '../base/failure.ts';
import type { Clock } from '../target/look.ts';
import type { Asked, Asking } from './ask-gate.ts';
import { type Command, decide } from './decide.ts';
import type { Gate, NewEvent, Plan, PlannedStep, RunEvent } from './event.ts';
import { exits } from './exit-code.ts';
import type { Frontend } from './frontend.ts';
import { gateOfStep } from './gate.ts';
import { gateOfPlan, gateOfResume } from './gate-of-plan.ts';
import { Gates } from './gates.ts';
import { type Journaling, JournalWriter } from './journal-writer.ts';
import type { Journal, RunLease } from './ports.ts';
import { planOf, type RunState, stepState } from './state.ts';
import { type Stepping, StepRunner } from './step-runner.ts';

export interface Driving extends Journaling, Asking, Stepping {
  readonly journal: Journal;
  readonly frontend: Frontend;
  readonly clock: Clock;
  readonly lease: RunLease;
  /** Both input and output are a terminal: somebody can be asked. */
  readonly terminal: boolean;
  readonly by: string;
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

/** A run while it is going: events in, state out. One writer. */
export class Run {
  readonly #env: Driving;
  readonly #journal: JournalWriter;
  readonly #gates: Gates;
  readonly #steps: StepRunner;
  #leased = false;
  /** Taken up and not answered for yet: nothing is written. */
  #outside = false;

  constructor(env: Driving, events: readonly RunEvent[] = []) {
    this.#env = env;
    this.#journal = new JournalWriter(env, events);
    this.#gates = new Gates(env, this.#journal);
    this.#steps = new StepRunner(env, this.#journal, this.#gates);
  }

  get state(): RunState {
    return this.#journal.state;
  }

  get events(): readonly RunEvent[] {
    return this.#journal.events;
  }

  append(event: NewEvent): Promise<void> {
    return this.#journal.append(event);
  }

  /** The step that is under way is stopped or finished, then payers run. Asked again, it changes nothing. */
  async stop(by: string): Promise<void> {
    if (this.#outside) return this.#gates.decline();
    if (!this.#going() || this.state.stop !== undefined) return;
    await this.append({ type: 'stop-asked', by, hard: false });
    this.#gates.dismiss();
    this.#steps.stop();
  }

  /** Waiting ends at once, nothing is paid, work in the cluster goes on. */
  async abandon(by: string): Promise<void> {
    if (this.#outside) return this.#gates.decline();
    if (!this.#going() || this.state.stop === 'hard') return;
    await this.append({ type: 'stop-asked', by, hard: true });
    this.#gates.dismiss();
    this.#steps.letGo();
  }

  #going(): boolean {
    return this.state.phase !== 'ended' && this.state.phase !== 'new';
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
    const answer = await this.#gates.put(await this.#gateOf(event), event.mode);
    if (answer.answer.answer === 'no' || this.#gates.declined) return false;
    this.#outside = false;
    this.#leased = true;
    await this.append(event);
    for (const asked of over?.asked ? [over.asked, answer] : [answer]) await this.#gates.keep(asked);
    await this.append({ type: 'lease-taken', holder: this.#env.by, ...(over ? { from: over.from } : {}) });
    if (event.type === 'run-continued' && event.way === 'repair') await this.#settleUnbegun();
    return true;
  }

  async #gateOf(event: NewEvent & { readonly type: 'run-resumed' | 'run-continued' }): Promise<Gate> {
    const plan = planOf(this.state);
    if (event.type === 'run-continued') return gateOfPlan(plan, this.#journal.foretold(event));
    if (this.state.part === 'forward' && !this.state.changed) await this.#env.unmoved(plan);
    return gateOfResume(plan, this.state);
  }

  /** Died between its debt and its start: nothing was done that somebody could pay for, or that is kept. */
  async #settleUnbegun(): Promise<void> {
    for (const { id, step } of this.state.debts)
      if (stepState(this.state, step).attempt === 0)
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
      const command = decide(this.state);
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
      case 'settle':
        return await this.#steps.run(command);
    }
  }

  async #ask(what: 'plan' | PlannedStep): Promise<void> {
    const plan = planOf(this.state);
    if (what !== 'plan') {
      if (await this.#steps.passIfSo(what)) return;
      // Asked to stop while it was looked: that is no answer to this gate.
      if (this.state.stop === undefined) await this.#gates.ask(gateOfStep(plan, what, this.state));
      return;
    }
    if ((await this.#gates.ask(gateOfPlan(plan, this.state))) === 'yes') await this.#begin();
  }

  /** After the plan's yes: the lease, and whether the plan still holds. A failure here is the run's, before anything was changed. */
  async #begin(): Promise<void> {
    const plan = planOf(this.state);
    try {
      if (!this.#leased) await this.#takeLease(plan.run);
      if (this.state.phase === 'forward') await this.#env.unmoved(plan);
    } catch (thrown) {
      await this.append({
        type: 'step-failed',
        step: 'plan',
        failure: failureOf(thrown, 'look at the target, then plan again'),
        inDoubt: false,
      });
    }
  }

  async #takeLease(run: string): Promise<void> {
    const holder = await this.#env.lease.take(run);
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
    // Whoever finds the lease finds the run too: a bastion that is lost at the first gate must not keep the cluster to itself.
    await this.#env.mirror.push(this.events);
  }

  /**
   * Decided again in its turn among the lines that wait: what was let go, or a Ctrl-C, may have changed what is owed, and the end names just
   * that. Undefined: there is something to do after all.
   */
  async #end(): Promise<number | undefined> {
    const ended = await this.#journal.appendDecided((state) => {
      const command = decide(state);
      if (command.do !== 'end') return undefined;
      return { type: 'run-ended', exit: command.exit, says: command.says, unpaid: command.unpaid } as const;
    });
    if (ended !== undefined && this.#leased) await this.#finish();
    return ended?.exit;
  }

  async #finish(): Promise<void> {
    const { exit, debts, closed } = this.state;
    const finished = (exit === exits.done || exit === exits.warned) && debts.length === 0 && !closed;
    // Who has lost the lease leaves Jobs and mirror to who has it now.
    const ours = await this.#env.fence.check().then(
      () => true,
      () => false,
    );
    if (finished && ours) await this.#env.tidy(planOf(this.state).run).catch(() => undefined);
    if (finished) await this.append({ type: 'run-closed', by: this.#env.by });
    // A run that never held the lease has nothing in the cluster.
    const mirrored = this.events.some(({ type }) => type === 'lease-taken');
    if (ours && mirrored) await this.#env.mirror.push(this.events).catch(() => undefined);
    await this.#env.lease.release().catch(() => undefined);
  }
}
