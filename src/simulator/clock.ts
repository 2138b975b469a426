import { FailureError } from '../base/failure.ts';
import type { Clock } from '../target/look.ts';

interface Sleeper {
  readonly at: number;
  readonly order: number;
  /** Does not move time by itself: a lease that is renewed while work goes on. */
  readonly background: boolean;
  wake(): void;
}

export interface ClockOptions {
  /** Milliseconds of real time for one of practice; 0: as fast as it goes. */
  readonly pace?: number;
}

/** Real time between two looks when time is paced. */
const frameMs = 50;

/**
 * Time moves only while somebody sleeps or looks on, and only to the earliest of those who sleep: whatever else is under way, a file that is
 * written or a question to a person, takes no time at all. Those who wake at the same moment wake in the order in which they fell asleep.
 */
export class VirtualClock implements Clock {
  readonly #now: () => number;
  readonly #advance: (ms: number) => void;
  readonly #pace: number;
  #sleepers: Sleeper[] = [];
  #count = 0;
  #armed = false;
  #lookers = 0;

  constructor(now: () => number, advance: (ms: number) => void, options: ClockOptions = {}) {
    this.#now = now;
    this.#advance = advance;
    this.#pace = options.pace ?? 0;
  }

  now(): number {
    return this.#now();
  }

  sleep(ms: number, signal?: AbortSignal, background = false): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const sleeper: Sleeper = {
        at: this.#now() + Math.max(1, Math.ceil(ms)),
        order: this.#count++,
        background,
        wake: () => {
          signal?.removeEventListener('abort', aborted);
          resolve();
        },
      };
      const aborted = () => {
        this.#sleepers = this.#sleepers.filter((each) => each !== sleeper);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', aborted, { once: true });
      this.#sleepers.push(sleeper);
      this.#arm();
    });
  }

  /**
   * Somebody looks on until the function that it gives is called: meanwhile time passes by itself too. Only where it is paced: as fast as
   * it goes, it would never stand still.
   */
  lookOn(): () => void {
    this.#lookers += 1;
    this.#arm();
    let looks = true;
    return () => {
      if (looks) this.#lookers -= 1;
      looks = false;
    };
  }

  get #moves(): boolean {
    return (this.#lookers > 0 && this.#pace > 0) || this.#sleepers.some((each) => !each.background);
  }

  /** Not at once: whoever was just woken has its turn first. */
  #arm(): void {
    if (this.#armed || !this.#moves) return;
    this.#armed = true;
    if (this.#pace === 0) setImmediate(() => this.#turn(Number.POSITIVE_INFINITY));
    else setTimeout(() => this.#turn(frameMs / this.#pace), frameMs);
  }

  /** A world that cannot be kept just now stands still; where time is paced it is tried again. */
  #pass(ms: number): void {
    try {
      this.#advance(ms);
    } catch (thrown) {
      if (this.#pace === 0 || !(thrown instanceof FailureError)) throw thrown;
    }
  }

  #turn(mostMs: number): void {
    this.#armed = false;
    if (!this.#moves) return;
    const earliest = Math.min(...this.#sleepers.map((each) => each.at));
    const ms = Math.min(earliest - this.#now(), mostMs);
    if (ms > 0) this.#pass(ms);
    const now = this.#now();
    const due = this.#sleepers.filter((each) => each.at <= now).toSorted((a, b) => a.at - b.at || a.order - b.order);
    this.#sleepers = this.#sleepers.filter((each) => each.at > now);
    for (const sleeper of due) sleeper.wake();
    const rest = mostMs - Math.max(0, ms);
    if (this.#pace === 0 || due.length === 0 || rest <= 0) this.#arm();
    else {
      // The rest of this frame, once whoever was just woken has had its turn: many who wake often must not slow time down.
      this.#armed = true;
      setImmediate(() => this.#turn(rest));
    }
  }
}
