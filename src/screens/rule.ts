import { type Line, span } from './line.ts';
import { columnsOf, cut } from './text.ts';

const bar = '─';

/**
 * `── Members ───────────── each 1 s ──`: blocks are parted by a titled rule, never boxed (screens.md §1). `ends`: how many bars stand
 * outside of the titles, where another pane begins there.
 */
export function rule(left: string, right: string, width: number, ends: { from?: number; to?: number } = {}): Line {
  const after = bar.repeat(ends.to ?? 2);
  const end = right === '' ? after : ` ${cut(right, Math.max(0, width - (left === '' ? 4 : 12)))} ${after}`;
  const before = bar.repeat(ends.from ?? 2);
  const start = left === '' ? '' : `${before} ${cut(left, Math.max(0, width - columnsOf(end) - 5))} `;
  const room = width - columnsOf(start) - columnsOf(end);
  return [span(start + bar.repeat(Math.max(0, room)) + end, 'rule')];
}
