import type { Context } from './context.ts';
import { areaNow } from './frame.ts';
import { textOf } from './line.ts';
import { hasMatch } from './marked.ts';
import { textRows } from './screen-text.ts';
import { matchOutput } from './scroll-output.ts';
import type { ScreenName } from './state.ts';
import { viewOf } from './view.ts';

/** Screens with text, in which `/` searches; elsewhere it filters a list. */
export function isSearched(screen: ScreenName): boolean {
  return screen === 'text' || screen === 'run';
}

/** The next line with what was searched for, or the one before; from the end it goes on at the beginning. */
export function findNext(searching: Context, by: 1 | -1): void {
  const { ui } = searching.store.getState();
  const wanted = ui.searches[ui.screen] ?? '';
  if (!find(searching, wanted, by)) searching.writer.message(`no line has "${wanted}"`);
}

/** While it is typed: the line that is seen may have it already. In output the newest is looked at first. */
export function findFirst(searching: Context): void {
  const { ui } = searching.store.getState();
  const wanted = ui.searches[ui.screen] ?? '';
  if (ui.screen === 'run') {
    searching.writer.follow('output');
    matchOutput(searching, wanted, -1, 0);
  } else findText(searching, wanted, 1, 0);
}

function find(searching: Context, wanted: string, by: 1 | -1): boolean {
  return searching.store.getState().ui.screen === 'run'
    ? matchOutput(searching, wanted, by)
    : findText(searching, wanted, by, 1);
}

function findText({ store, writer }: Context, wanted: string, by: 1 | -1, first: number): boolean {
  const view = viewOf(store.getState());
  const rows = textRows(view, areaNow(view));
  const from = view.state.ui.scroll.text ?? 0;
  const order = rows.map((_, index) => (from + by * (index + first) + rows.length * 2) % rows.length);
  const found = order.find((index) => hasMatch(textOf(rows[index] ?? []), wanted));
  if (found !== undefined) writer.scroll('text', found);
  return found !== undefined;
}
