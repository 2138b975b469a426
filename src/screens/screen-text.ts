import { documentLines, hasWideCode } from './document-lines.ts';
import { type Line, line, textOf } from './line.ts';
import { hasMatch, marked } from './marked.ts';
import { rule } from './rule.ts';
import { safeLines } from './safe-lines.ts';
import type { Screen } from './screen.ts';
import type { Reading } from './state.ts';
import { wrapped } from './text.ts';
import type { Area, View } from './view.ts';

/** Columns that stay free beside a text. */
export const textMargin = 2;

/** A text that is read: a runbook, a transcript, logs, a description. */
export const textScreen: Screen = {
  name: 'text',
  members: 'tall',
  blocks: () => [],
  hints: (view) => [
    ...(view.state.ui.reading?.runbook === undefined ? [] : (['open'] as const)),
    'story',
    'page-down',
    'filter',
    ...(isCut(view) ? (['wrap'] as const) : []),
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

/** Lines of output, or code of a document, that the edge cuts. */
export function isCut({ state, width }: View): boolean {
  const { reading } = state.ui;
  return reading?.kind === 'output' || hasWideCode(reading?.blocks ?? [], width - textMargin);
}

/** The text as it is drawn: what `n` goes through. Made once for a text and a width, since a document is long and drawn often. */
export function textRows({ state }: View, area: Area): readonly Line[] {
  const { reading, wraps } = state.ui;
  if (reading === undefined) return [];
  const of = `${area.width} ${wraps}`;
  const made = drawn.get(reading);
  if (made?.of === of) return made.rows;
  const rows = rowsOf(reading, area.width - textMargin, wraps);
  drawn.set(reading, { of, rows });
  return rows;
}

const leastValue = 20;

const drawn = new WeakMap<Reading, { readonly of: string; readonly rows: readonly Line[] }>();

function rowsOf({ kind, lines, blocks, dangers }: Reading, width: number, wraps: boolean): readonly Line[] {
  if (blocks !== undefined)
    return documentLines(blocks, width, { ...(dangers === undefined ? {} : { dangers }), wraps });
  if (kind === 'values')
    return safeLines(lines, Number.POSITIVE_INFINITY, false).flatMap((text) => hanging(text, width));
  return safeLines(lines, width, kind !== 'output' || wraps).map((text) => line(text));
}

/** A value goes on below itself, not below its name. */
function hanging(text: string, width: number): readonly Line[] {
  const indent = /^(?:[a-z\d]+(?: [a-z\d]+)*)? {2,}/.exec(text)?.[0].length ?? 0;
  const room = width - indent;
  if (room < leastValue) return wrapped(text, width).map((part) => line(part));
  return wrapped(text.slice(indent), room).map((part, index) =>
    line(index === 0 ? text.slice(0, indent) : ' '.repeat(indent), part),
  );
}
