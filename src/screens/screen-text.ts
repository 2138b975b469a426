import { line } from './line.ts';
import { marked } from './marked.ts';
import { rule } from './rule.ts';
import { safeLines } from './safe-lines.ts';
import type { Screen } from './screen.ts';
import type { Area, View } from './view.ts';

/** A text that is read: a transcript, logs, a description. */
export const textScreen: Screen = {
  name: 'text',
  members: 'tall',
  blocks: () => [],
  hints: () => ['page-down', 'filter', 'write', 'help', 'back'],
  scrolls: (view, area) => ({ lines: textRows(view, area).length, page: area.height - 1 }),
  body(view, area) {
    const { reading, scroll } = view.state.ui;
    const all = textRows(view, area);
    const page = area.height - 1;
    const top = Math.max(0, Math.min(scroll.text ?? 0, all.length - page));
    const shown = all.slice(top, top + page);
    const range = all.length === 0 ? 'empty' : `${top + 1}-${top + shown.length} of ${all.length}`;
    return [
      rule(reading?.title ?? 'Nothing is open', range, area.width),
      ...shown.map((text) => line(' ', marked(text, view.state.ui.searches.text ?? ''))),
    ];
  },
};

/** The text as it is drawn: what `n` goes through. */
export function textRows({ state }: View, area: Area): readonly string[] {
  const { reading, wraps } = state.ui;
  return reading === undefined ? [] : safeLines(reading.lines, area.width - 2, reading.kind !== 'output' || wraps);
}
