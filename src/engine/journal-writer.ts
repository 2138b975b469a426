import { FailureError } from '../base/failure.ts';
import type { Clock } from '../target/look.ts';
import { applyEvent } from './apply-event.ts';
import type { NewEvent, RunEvent } from './event.ts';
import type { Frontend } from './frontend.ts';
import type { Journal } from './ports.ts';
import { newRun, type RunState } from './state.ts';

export interface Journaling {
  readonly journal: Journal;
  readonly frontend: Pick<Frontend, 'event'>;
  readonly clock: Clock;
}

/** What may follow the end of a run. */
const afterTheEnd: readonly NewEvent['type'][] = ['run-closed', 'run-continued', 'run-resumed'];

/** The events of a run and the state that they make. Each one is kept in the journal, then folded, then shown. */
export class JournalWriter {
  readonly #env: Journaling;
  readonly #events: RunEvent[];
  #state: RunState;
  /** Appends wait for each other: actions may write in parallel, lines are numbered. */
  #last: Promise<void> = Promise.resolve();
  #unkept: FailureError | undefined;
  readonly #unwritten: RunEvent[] = [];

  constructor(env: Journaling, events: readonly RunEvent[]) {
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

  /** Why a line could not be kept, the first time: no further effect on the way forward. */
  get unkept(): FailureError | undefined {
    return this.#unkept;
  }

  async append(event: NewEvent): Promise<void> {
    await this.appendDecided(() => event);
  }

  /** Decides in its turn among the lines that wait: those before it may have changed what is so. Undefined: there is nothing to append. */
  appendDecided<T extends NewEvent>(decide: (state: RunState) => T | undefined): Promise<T | undefined> {
    const appended = this.#last.then(async () => {
      const event = decide(this.#state);
      if (event !== undefined) await this.#append(event);
      return event;
    });
    this.#last = appended.then(
      () => undefined,
      () => undefined,
    );
    return appended;
  }

  /** The state as it would be with this event. */
  foretold(event: NewEvent): RunState {
    return applyEvent(this.#state, this.#stamped(event));
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
}
