import type { Clock } from '../../src/target/look.ts';

/** Time that moves only when a test says so; sleeping ends at once when the time is there. */
export class ManualClock implements Clock {
  #now: number;
  #sleepers: { readonly until: number; readonly wake: () => void }[] = [];

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason);
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.#sleepers.push({ until: this.#now + ms, wake: resolve });
    });
  }

  get sleeping(): number {
    return this.#sleepers.length;
  }

  set(now: number): void {
    this.#now = now;
    const due = this.#sleepers.filter(({ until }) => until <= now);
    this.#sleepers = this.#sleepers.filter(({ until }) => until > now);
    for (const { wake } of due) wake();
  }

  advance(ms: number): void {
    this.set(this.#now + ms);
  }
}
