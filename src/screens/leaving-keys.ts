import { armedAfterMs } from './arming.ts';
import type { Acting } from './commands.ts';
import { isTyped, type KeyPress } from './key-reader.ts';
import { leavingOrder, whyNotLeave } from './leaving.ts';

/** Keys of the question that `q` asks while a run is under way. Enter there may stop the run, so it is taken as a gate takes its answer. */
export class LeavingKeys {
  readonly #acting: Acting;
  readonly #now: () => number;
  #drawnAt: number | undefined;

  constructor(acting: Acting, now: () => number) {
    this.#acting = acting;
    this.#now = now;
  }

  /** A frame was written, with the question in it or without. */
  drawn(shown: boolean): void {
    this.#drawnAt = shown ? (this.#drawnAt ?? this.#now()) : undefined;
  }

  press(pressed: KeyPress): void {
    const { store, writer } = this.#acting;
    const { key } = pressed;
    const at = leavingOrder.indexOf(store.getState().ui.leaving?.cursor ?? 'stay');
    const to = { j: at + 1, down: at + 1, k: at - 1, up: at - 1 }[key];
    if (key === 'esc') writer.leaving(undefined);
    else if (to !== undefined) writer.leaving({ cursor: leavingOrder[Math.max(0, Math.min(2, to))] ?? 'stay' });
    else if (key === 'enter') this.#enter(pressed);
  }

  #enter(pressed: KeyPress): void {
    const { store, writer, session, finish } = this.#acting;
    const { run, ui } = store.getState();
    const seen = this.#drawnAt === undefined ? -1 : pressed.at - this.#drawnAt;
    if (!isTyped(pressed) || pressed.repeated || seen < armedAfterMs) {
      writer.message('enter: too early, too fast or held down: press it again in a second, alone');
      return;
    }
    const not = run === undefined ? undefined : whyNotLeave(run);
    if (ui.leaving?.cursor === 'leave' && not !== undefined) {
      writer.message(`not now: ${not}`);
      return;
    }
    writer.leaving(undefined);
    if (ui.leaving?.cursor === 'stop') session.interrupt('leaving');
    if (ui.leaving?.cursor === 'leave') session.abandon('leaving');
    if (ui.leaving?.cursor !== 'stay') finish();
  }
}
