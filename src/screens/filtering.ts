import type { ScreenName, ScreensState } from './state.ts';

/** Rows of a list that its filter lets through; `textOf` is what it looks in. */
export function filtered<T>(
  { ui }: ScreensState,
  screen: ScreenName,
  rows: readonly T[],
  textOf: (row: T) => string,
): readonly T[] {
  const wanted = (ui.filters[screen] ?? '').toLowerCase();
  return wanted === '' ? rows : rows.filter((row) => textOf(row).toLowerCase().includes(wanted));
}

/** Why a list of so many is empty: its filter. */
export function noneMatches({ ui }: ScreensState, screen: ScreenName, count: number): string {
  return `0 of ${count} match "${ui.filters[screen] ?? ''}": esc clears`;
}
