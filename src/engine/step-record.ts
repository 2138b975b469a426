import { type Failure, failure, failureOf } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import { stoppedByOperator } from '../target/look.ts';
import type { Debt, Observed, Planned } from './action.ts';
import type { PlannedStep, StepHow } from './event.ts';
import type { JournalWriter } from './journal-writer.ts';
import { owed } from './state.ts';
import { hasTouched } from './touched.ts';

/** One step while it is done. */
export interface Doing {
  readonly planned: PlannedStep;
  readonly attempt: number;
  readonly pays: readonly Debt[];
  readonly signal: AbortSignal;
  /** On a way out. */
  readonly paying: boolean;
}

/** What an action was started with: a process that finds its start in the journal needs no more to look for its work. */
export interface Started {
  readonly input: JsonObject;
  readonly memo: JsonObject;
}

/** Journals how a step starts and ends, and what that does to debts. */
export class StepRecord {
  readonly #journal: JournalWriter;

  constructor(journal: JournalWriter) {
    this.#journal = journal;
  }

  /** What it owes stands in the journal before its start. */
  async begun(doing: Doing, started: Started, debts: Planned['debts']): Promise<void> {
    const { id } = doing.planned.step;
    for (const debt of debts) await this.#journal.append({ type: 'debt-owed', debt: { ...debt, step: id } });
    await this.started(doing, started);
  }

  async started({ planned, attempt, pays }: Doing, { input, memo }: Started): Promise<void> {
    await this.#journal.append({
      type: 'step-started',
      step: planned.step.id,
      attempt,
      input,
      memo,
      ...(pays.length > 0 ? { pays: pays.map((debt) => debt.id) } : {}),
    });
  }

  async settled(
    planned: PlannedStep,
    observed: Observed,
    how: 'applied' | 'already-so' | 'settled' | 'held',
    pays: readonly Debt[],
  ): Promise<void> {
    const { step } = planned;
    if (observed.is !== 'so')
      return await this.failed(step.id, observed.failure, observed.is === 'unknown' && how === 'applied');
    for (const says of observed.warnings ?? []) await this.#journal.append({ type: 'warned', step: step.id, says });
    await this.passed(planned, how, pays, { ...observed, facts: observed.facts ?? {} });
  }

  async passed(
    { step }: PlannedStep,
    how: StepHow,
    pays: readonly Debt[],
    { says, output, facts }: { readonly says: string; readonly output: JsonObject; readonly facts: JsonObject },
  ): Promise<void> {
    await this.#journal.append({ type: 'step-passed', step: step.id, how, says, output, facts });
    const paid = pays.length > 0 ? pays : owed(this.#journal.state).filter((debt) => step.pays.includes(debt.step));
    for (const debt of paid) await this.#journal.append({ type: 'debt-paid', id: debt.id, says });
  }

  async failed(step: string, of: Failure, inDoubt: boolean): Promise<void> {
    await this.#journal.append({ type: 'step-failed', step, failure: of, inDoubt });
  }

  /** Ended by what it threw. `started`: its effects may have begun. */
  async broken({ planned, signal }: Doing, thrown: unknown, started: boolean): Promise<void> {
    // Nobody waits: its work in the cluster goes on, so it has not failed. Who takes the run up finds it in doubt.
    if (started && this.#journal.state.stop === 'hard') return;
    const found = failureOf(thrown, 'look at the target by hand');
    const stopped = signal.aborted && signal.reason === stoppedByOperator;
    await this.failed(
      planned.step.id,
      stopped ? failure('failed', 'the step to end', stoppedByOperator, 'nothing: what it left is paid for') : found,
      started && found.kind === 'unknown',
    );
    await this.#settleUntouched(planned.step.id);
  }

  /** A step none of whose effects took place, in this attempt or one before, owes nothing: its payer would need what was just refused. */
  async #settleUntouched(step: string): Promise<void> {
    if (hasTouched(this.#journal.events, step)) return;
    for (const debt of this.#journal.state.debts.filter((each) => each.step === step))
      await this.#journal.append({ type: 'debt-paid', id: debt.id, says: `nothing was done by ${step}` });
  }
}
