import { documentLines } from './document-lines.ts';
import { type Line, line, textOf } from './line.ts';
import { hasMatch, marked } from './marked.ts';
import { rule } from './rule.ts';
import { safeLines } from './safe-lines.ts';
import type { Screen } from './screen.ts';
import type { Reading } from './state.ts';
import type { Area, View } from './view.ts';

/** A text that is read: a runbook, a transcript, logs, a description. */
export const textScreen: Screen = {
  name: 'text',
  members: 'tall',
  blocks: () => [],
  hints: ({ state }) => [
    ...(state.ui.reading?.runbook === undefined ? [] : (['open'] as const)),
    'story',
    'page-down',
    'filter',
    ...(state.ui.reading?.kind === 'output' ? (['wrap'] as const) : []),
    'write',
    'help',
    'back',
  ],
  scrolls: (view, area) => ({ lines: textRows(view, area).length, page: area.height - 1 }),
  body(view, area) {
    const { reading, scroll, searches } = view.state.ui;
    const all = textRows(view, area);
    const page = area.height - 1;
    const top = Math.max(0, Math.min(scroll.text ?? 0, all.length - page));
    const shown = all.slice(top, top + page);
    const wanted = searches.text ?? '';
    const range = all.length === 0 ? 'empty' : `${top + 1}-${top + shown.length} of ${all.length}`;
    const title = `${reading?.title ?? 'Nothing is open'}${wanted === '' ? '' : `, /${wanted}`}`;
    return [
      rule(title, range, area.width),
      ...(reading === undefined ? [line('  nothing is open: esc goes back')] : []),
      ...shown.map((each) => line(' ', hasMatch(textOf(each), wanted) ? marked(textOf(each), wanted) : each)),
    ];
  },
};

/** The text as it is drawn: what `n` goes through. Made once for a text and a width, since a document is long and drawn often. */
export function textRows({ state }: View, area: Area): readonly Line[] {
  const { reading, wraps } = state.ui;
  if (reading === undefined) return [];
  const of = `${area.width} ${wraps}`;
  const made = drawn.get(reading);
  if (made?.of === of) return made.rows;
  const rows = rowsOf(reading, area.width - 2, wraps);
  drawn.set(reading, { of, rows });
  return rows;
}

const drawn = new WeakMap<Reading, { readonly of: string; readonly rows: readonly Line[] }>();

function rowsOf({ kind, lines, blocks, dangers }: Reading, width: number, wraps: boolean): readonly Line[] {
  if (blocks !== undefined) return documentLines(blocks, width, dangers);
  return safeLines(lines, width, kind !== 'output' || wraps).map((text) => line(text));
}
