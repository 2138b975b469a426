import { line } from './line.ts';
import { rule } from './rule.ts';
import { safeLines } from './safe-lines.ts';
import type { Screen } from './screen.ts';
import type { Area, View } from './view.ts';

/** A text that is read: a transcript, logs, a description. */
export const textScreen: Screen = {
  name: 'text',
  members: 'tall',
  blocks: () => [],
  hints: () => ['story', 'page-down', 'filter', 'write', 'help', 'back'],
  scrolls: (view, area) => ({ lines: linesOf(view, area).length, page: area.height - 1 }),
  body(view, area) {
    const { reading, scroll } = view.state.ui;
    const all = linesOf(view, area);
    const page = area.height - 1;
    const top = Math.max(0, Math.min(scroll.text ?? 0, all.length - page));
    const shown = all.slice(top, top + page);
    const range = all.length === 0 ? 'empty' : `${top + 1}-${top + shown.length} of ${all.length}`;
    return [rule(reading?.title ?? 'Nothing is open', range, area.width), ...shown.map((text) => line(` ${text}`))];
  },
};

function linesOf({ state }: View, area: Area): readonly string[] {
  const { reading } = state.ui;
  return reading === undefined ? [] : safeLines(reading.lines, area.width - 2, reading.kind !== 'output');
}
