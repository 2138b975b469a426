import type { GateView, ScreensState } from './state.ts';
import { smallest } from './view.ts';

/** Too small for the grid: nothing is asked there. */
export function isTooSmall({ size }: ScreensState): boolean {
  return size.columns < smallest.columns || size.rows < smallest.rows;
}

/**
 * The gate that is on the screen now. While a text field is open, the operator is asked about leaving, or the terminal is too small it waits
 * unseen: a gate never pops up under somebody's fingers.
 */
export function gateShown(state: ScreensState): GateView | undefined {
  const { ui, gate, review } = state;
  if (ui.typing !== undefined || ui.leaving !== undefined || isTooSmall(state)) return undefined;
  if (gate !== undefined) return gate;
  return ui.screen === 'plan' ? review?.gate : undefined;
}
