import { isTyped, type KeyPress, tooFast } from './key-reader.ts';
import type { GateView } from './state.ts';

const heldDown = 'a key held down does not answer: let go for a second';

/** Why a `y` is no yes, for the gate's last row; undefined when it is one. */
export function whyNoYes(gate: GateView, pressed: KeyPress): string | undefined {
  if (!gate.endShown) return 'not before its last line was shown';
  if (!gate.live) return 'that was too early: press y again in a second';
  if (!pressed.alone) return 'several keys at once do not answer';
  if (pressed.repeated) return heldDown;
  return isTyped(pressed) ? undefined : tooFast('y');
}

/**
 * Why `n`, esc or ctrl-c is no answer to a gate of a run. There a no is an answer too: clients may be cut off. Meant for what was on the screen
 * before, or held down since then, it is none.
 */
export function whyNoNo(wasSeen: boolean, pressed: KeyPress): string | undefined {
  if (pressed.repeated) return heldDown;
  if (!isTyped(pressed)) return tooFast(pressed.key);
  return wasSeen ? undefined : 'that was too early: press it again in a second';
}
