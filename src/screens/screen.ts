import type { CommandName } from './key-table.ts';
import type { Line } from './line.ts';
import type { ScreenName, ScreensState } from './state.ts';
import type { Area, View } from './view.ts';

/** Things of one kind that the cursor goes through, by id. */
export interface Block {
  readonly name: string;
  readonly ids: readonly string[];
  /** Where the cursor is as long as nobody has moved it; the first one otherwise. */
  readonly start?: string;
}

/**
 * One screen: what stands between the frame's top and its last two rows. Pure: the same state gives the same lines. To add one, see
 * CONTRIBUTING.md.
 */
export interface Screen {
  readonly name: ScreenName;
  /** Whether the members stand on rows 4 to 8 at every size, or only where there is room. */
  readonly members: 'always' | 'tall';
  /** What `tab` goes round. */
  blocks(view: View): readonly Block[];
  /** Exactly what is drawn; longer is cut, shorter is filled. */
  body(view: View, area: Area): readonly Line[];
  /** Commands of row 24, most likely first; those that do not work now are left out. */
  hints(view: View): readonly CommandName[];
  /** Row 23, when no key has just said something there. */
  line?(view: View): string | undefined;
  /** Row 24 in the place of the hints. */
  keys?(view: View, area: Area): Line | undefined;
  /** Lines of a text that scrolls, and how many of them are shown at once. */
  scrolls?(view: View, area: Area): { readonly lines: number; readonly page: number };
}

export function focusOf(state: ScreensState, blocks: readonly Block[]): Block | undefined {
  const wanted = state.ui.focus[state.ui.screen];
  return blocks.find(({ name, ids }) => name === wanted && ids.length > 0) ?? blocks.find(({ ids }) => ids.length > 0);
}

/** Selection is by identity; when that goes, the cursor stays in its place. */
export function cursorOf(state: ScreensState, block: Block): string | undefined {
  const kept = state.ui.cursors[block.name];
  if (kept === undefined) return block.start ?? block.ids[0];
  return block.ids.includes(kept.id) ? kept.id : block.ids[Math.min(kept.at, block.ids.length - 1)];
}

/** The cursor of the block that has the focus. */
export function cursorIn(view: View, blocks: readonly Block[], name: string): string | undefined {
  const focus = focusOf(view.state, blocks);
  return focus?.name === name ? cursorOf(view.state, focus) : undefined;
}

/** The part of a list that is drawn, with the cursor in it. */
export function windowOf<T>(all: readonly T[], cursor: number, height: number): readonly T[] {
  const top = Math.max(0, Math.min(Math.max(0, cursor) - height + 1, all.length - height));
  return all.slice(top, top + height);
}
