import { failureOf } from '../base/failure.ts';
import { lookEveryMs, sqlEveryMs } from './cluster-now.ts';
import { listEveryMs } from './listing-now.ts';
import type { Operations } from './operations.ts';
import type { ScreensView } from './store.ts';
import type { Timers } from './timers.ts';
import type { Writer } from './writer.ts';

/** A member that has not answered by then is unknown, whatever becomes of the question. */
const sampleMs = 2000;
const lookMs = 10_000;

/**
 * Looks at the target again and again: each member each second, Kubernetes every two, lists every five. Each question has its own
 * deadline, and the next one is not asked before it was answered: one that is silent costs the others nothing.
 */
export class Live {
  readonly #operations: Operations;
  readonly #store: ScreensView;
  readonly #writer: Writer;
  readonly #timers: Timers;
  readonly #asked = new Set<string>();
  #due = { look: 0, list: 0 };
  #cancel: () => void = () => undefined;
  #stopped = false;

  constructor(operations: Operations, store: ScreensView, writer: Writer, timers: Timers) {
    this.#operations = operations;
    this.#store = store;
    this.#writer = writer;
    this.#timers = timers;
  }

  start(): void {
    this.#second();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** Lists are read at once: a run has just ended. */
  refresh(): void {
    this.#due.list = 0;
  }

  /** Looks at once: what is on the screen is to be judged by it. */
  lookNow(): void {
    if (this.#stopped) return;
    this.#due.look = 0;
    this.#cancel();
    this.#second();
  }

  #second(): void {
    const now = this.#timers.now();
    this.#writer.tick(now);
    // One that is under way was asked before: it is asked again as soon as it was answered.
    if (now >= this.#due.look && !this.#asked.has('look')) {
      this.#due.look = now + lookEveryMs - sqlEveryMs / 2;
      this.#once('look', lookMs, () => this.#operations.look(), {
        got: (look, at, took) => this.#writer.looked(look, at, took),
        not: (found, at) => this.#writer.lookFailed(found, at),
      });
    }
    if (now >= this.#due.list) {
      this.#due.list = now + listEveryMs;
      this.#once('list', lookMs, () => this.#operations.list(), {
        got: (listing, at, took) => this.#writer.listed(listing, at, took),
        not: (found, at) => this.#writer.listFailed(found, at),
      });
    }
    for (const { member } of this.#store.getState().look.last?.value.members ?? []) {
      this.#once(member, sampleMs, () => this.#operations.sample(member), {
        got: (status, at, took) => this.#writer.sampled(member, status, at, took),
        not: (found, at) => this.#writer.sampleFailed(member, found, at),
      });
    }
    this.#cancel = this.#timers.after(sqlEveryMs, () => this.#second());
  }

  #once<T>(
    name: string,
    deadlineMs: number,
    ask: () => Promise<T>,
    told: { got(value: T, at: number, tookMs: number): void; not(found: string, at: number): void },
  ): void {
    if (this.#asked.has(name)) return;
    this.#asked.add(name);
    const from = this.#timers.now();
    let late = false;
    const cancel = this.#timers.after(deadlineMs, () => {
      late = true;
      if (!this.#stopped) told.not(`no answer in ${deadlineMs / 1000} s`, this.#timers.now());
    });
    void ask()
      .then(
        (value) => {
          const now = this.#timers.now();
          if (!late && !this.#stopped) told.got(value, now, now - from);
        },
        (thrown: unknown) => {
          if (!late && !this.#stopped) told.not(failureOf(thrown, '').found, this.#timers.now());
        },
      )
      .finally(() => {
        cancel();
        this.#asked.delete(name);
      });
  }
}
