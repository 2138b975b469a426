import { blank, fitLine, type Line, line, span } from './line.ts';
import { rule } from './rule.ts';
import type { Area } from './view.ts';

/** A titled part of a pane. */
export interface Section {
  readonly head?: readonly [left: string, right: string];
  readonly lines: readonly Line[];
}

interface Drawn {
  readonly line: Line;
  readonly isRule: boolean;
}

/** Sections below each other over the whole width. */
export function stacked(sections: readonly Section[], width: number): Line[] {
  return sections.flatMap(({ head, lines }) => [...(head ? [rule(head[0], head[1], width)] : []), ...lines]);
}

/** Two panes side by side; the left one takes `leftWidth` columns. */
export function sideBySide(left: readonly Section[], right: readonly Section[], leftWidth: number, area: Area): Line[] {
  const width = area.width - leftWidth - 1;
  const a = drawn(left, leftWidth, { to: 1 });
  const b = drawn(right, width, { from: 1 });
  return Array.from({ length: area.height }, (_, index) => {
    const [one, other] = [a[index], b[index]];
    const joint = jointOf(index, one?.isRule === true, other?.isRule === true);
    return line(fitLine(one?.line ?? blank, leftWidth), span(joint, 'rule'), other?.line ?? blank);
  });
}

function drawn(sections: readonly Section[], width: number, ends: { from?: number; to?: number }): Drawn[] {
  return sections.flatMap(({ head, lines }) => [
    ...(head ? [{ line: rule(head[0], head[1], width, ends), isRule: true }] : []),
    ...lines.map((each) => ({ line: each, isRule: false })),
  ]);
}

function jointOf(index: number, left: boolean, right: boolean): string {
  if (index === 0) return '┬';
  if (left && right) return '┼';
  return left ? '┤' : right ? '├' : '│';
}
