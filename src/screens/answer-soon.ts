import { fingersMs } from './key-reader.ts';
import type { Timers } from './timers.ts';

/** `y` and `n` are first letters of many a text: they answer once nothing has followed them as fast as a paste does. */
export class AnswerSoon {
  readonly #timers: Timers;
  readonly #end: (answer: 'yes' | 'no') => void;
  #recall: (() => void) | undefined;

  constructor(timers: Timers, end: (answer: 'yes' | 'no') => void) {
    this.#timers = timers;
    this.#end = end;
  }

  give(answer: 'yes' | 'no', from = this.#timers.now()): void {
    this.#recall = this.#timers.after(fingersMs, () => {
      // The program was busy: what came meanwhile has not been read yet.
      const isLate = this.#timers.now() - from >= 2 * fingersMs;
      if (isLate) this.give(answer);
      else this.#end(answer);
    });
  }

  /** True: an answer was given just now, and counts no more. */
  takeBack(): boolean {
    const given = this.#recall !== undefined;
    this.#recall?.();
    this.#recall = undefined;
    return given;
  }
}
