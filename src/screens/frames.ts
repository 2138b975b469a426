import { frame, gateInFrame } from './frame.ts';
import { isTooSmall } from './gate-shown.ts';
import type { ScreensView } from './store.ts';
import { paint, type Theme } from './theme.ts';
import type { Timers } from './timers.ts';

/** Data is drawn so long after the first of it came, with all that came meanwhile: a second's answers are one frame. A key is drawn at once. */
export const frameMs = 100;

/**
 * What is on the screen: lines as the terminal gets them, made anew when the store has changed. The same lines are the same array, so that
 * nothing is drawn for them.
 */
export class Frames {
  readonly #store: ScreensView;
  readonly #theme: Theme;
  readonly #timers: Timers;
  readonly #listeners = new Set<() => void>();
  #lines: readonly string[] = [];
  #gate: ReturnType<typeof gateInFrame>;
  #asksLeaving = false;
  #cancel: (() => void) | undefined;
  readonly #stop: () => void;
  #shown: () => void = () => undefined;

  constructor(store: ScreensView, theme: Theme, timers: Timers) {
    this.#store = store;
    this.#theme = theme;
    this.#timers = timers;
    this.#make();
    this.#stop = store.subscribe(() => this.#changed());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly lines = (): readonly string[] => this.#lines;

  /** Called when the newest lines stand on the terminal without having been drawn again. */
  onUnchanged(call: () => void): void {
    this.#shown = call;
  }

  /** The asking of the gate in these lines. */
  get gate(): ReturnType<typeof gateInFrame> {
    return this.#gate;
  }

  /** The question about leaving is in these lines. */
  get asksLeaving(): boolean {
    return this.#asksLeaving;
  }

  /** A key was pressed: what it did, and the data that waits for its frame, is drawn now. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#make();
  }

  close(): void {
    this.#cancel?.();
    this.#stop();
  }

  #changed(): void {
    this.#cancel ??= this.#timers.after(frameMs, () => {
      this.#cancel = undefined;
      this.#make();
    });
  }

  #make(): void {
    const state = this.#store.getState();
    const lines = frame(state).map((line) => paint(line, this.#theme));
    this.#gate = gateInFrame(state);
    this.#asksLeaving = state.ui.leaving !== undefined && !isTooSmall(state);
    const same = lines.length === this.#lines.length && lines.every((line, index) => line === this.#lines[index]);
    if (same) {
      this.#shown();
      return;
    }
    this.#lines = lines;
    for (const listener of this.#listeners) listener();
  }
}
