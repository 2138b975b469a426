import { isCaughtUp } from './caught-up.ts';
import type { ScreensView } from './store.ts';
import type { Timers } from './timers.ts';

/** What is pressed before this has passed since something was drawn was meant for something else (design §6.18). */
export const armedAfterMs = 400;
/** Longer than that nobody is kept waiting for what the screen shows of the cluster: what comes later is asked again. */
const settledAfterMs = 3000;

/** When the keys of a gate go live: all of it has stood there for long enough, with what the run's last step did in it. */
export class Arming {
  readonly #store: ScreensView;
  readonly #timers: Timers;
  readonly #live: () => void;
  /** When a page of this asking was first on the screen, the last one or not. */
  #seenAt: number | undefined;
  /** Its last line was. */
  #drawn = false;
  /** Its last line has stood there for long enough. */
  #armed = false;
  /** What the screen shows of the cluster has the run's own last step in it. */
  #settled = true;
  #settle: { readonly since: number; readonly by: number } = { since: 0, by: 0 };
  #disarm: () => void = () => undefined;

  /** `live` may be called more than once of the same gate. */
  constructor(store: ScreensView, timers: Timers, live: () => void) {
    this.#store = store;
    this.#timers = timers;
    this.#live = live;
  }

  /** The next gate is one of a run. `since`: in the target's time, its last step ended then. */
  settleSince(since: number): void {
    this.#settled = false;
    this.#settle = { since, by: this.#timers.now() + settledAfterMs };
  }

  /** The next gate is one of a plan: nothing of ours has moved the cluster since it was looked at last. */
  isSettledAlready(): void {
    this.#settled = true;
  }

  /** It is asked, or asked again. */
  begin(): void {
    this.#seenAt = undefined;
    this.unarm();
  }

  /** Keys are dead until it was drawn anew. */
  unarm(): void {
    this.#armed = false;
    this.#drawn = false;
    this.#disarm();
  }

  /** A frame was written with a page of it. */
  drawn(endShown: boolean): void {
    this.#seenAt ??= this.#timers.now();
    if (!endShown || this.#drawn) return;
    this.#drawn = true;
    this.#disarm = this.#timers.after(armedAfterMs, () => {
      this.#armed = true;
      this.goLive();
    });
  }

  /** All of it has been on the screen. */
  get wasDrawn(): boolean {
    return this.#drawn;
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** Looks again whether what the run's last step did has come to the screen. */
  settle(): void {
    this.#settled ||= this.#timers.now() >= this.#settle.by || isCaughtUp(this.#store.getState(), this.#settle.since);
  }

  /** A page of it has stood there for long enough: a key is meant for it. */
  get wasSeen(): boolean {
    return this.#seenAt !== undefined && this.#timers.now() - this.#seenAt >= armedAfterMs;
  }

  goLive(): void {
    if (!this.#armed) return;
    this.settle();
    if (this.#settled) this.#live();
    else this.#disarm = this.#timers.after(Math.max(1, this.#settle.by - this.#timers.now()), () => this.goLive());
  }
}
