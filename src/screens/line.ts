import { type Cut, columnsOf, cut, fitText } from './text.ts';
import type { Role } from './theme.ts';

/** Text of one role. A line is spans side by side; every screen is lines and nothing else. */
export interface Span {
  readonly text: string;
  readonly role?: Role;
}

export type Line = readonly Span[];

export const blank: Line = [];

export function span(text: string, role?: Role): Span {
  return role === undefined ? { text } : { text, role };
}

/** Strings are spans without a role. */
export function line(...parts: readonly (string | Span | Line)[]): Line {
  return parts.flatMap((part) => (typeof part === 'string' ? [{ text: part }] : 'text' in part ? [part] : part));
}

export function textOf(of: Line): string {
  return of.map(({ text }) => text).join('');
}

export function widthOf(of: Line): number {
  return of.reduce((sum, { text }) => sum + columnsOf(text), 0);
}

/** Exactly `width` columns: cut at the edge, or filled with blanks. */
export function fitLine(of: Line, width: number): Line {
  const spans: Span[] = [];
  let left = width;
  for (const each of of) {
    const columns = columnsOf(each.text);
    if (columns > left) {
      spans.push({ ...each, text: fitText(each.text, left) });
      return spans;
    }
    spans.push(each);
    left -= columns;
  }
  return left > 0 ? [...spans, { text: ' '.repeat(left) }] : spans;
}

/** `left` at the left, `right` at the right edge; the left one gives way. */
export function apart(left: Line, right: Line, width: number): Line {
  return [...fitLine(left, Math.max(0, width - widthOf(right))), ...right];
}

export interface Column {
  readonly title: string;
  readonly width: number;
  /** Numbers stand right. */
  readonly right?: true;
  readonly cut?: Cut;
}

export type Cell = string | Span;

/** Cells of fixed width with one blank between them, so that nothing shakes. The last column takes no blanks behind it. */
export function row(columns: readonly Column[], cells: readonly Cell[]): Line {
  return columns.flatMap((column, index): Span[] => {
    const cell = cells[index] ?? '';
    const { text, role } = typeof cell === 'string' ? { text: cell, role: undefined } : cell;
    const last = index === columns.length - 1;
    const options = { ...(column.cut ? { cut: column.cut } : {}), ...(column.right ? { right: true } : {}) };
    const fitted = last && !column.right ? cut(text, column.width, column.cut) : fitText(text, column.width, options);
    return [span(fitted, role), ...(last ? [] : [span(' ')])];
  });
}

export function heads(columns: readonly Column[]): Line {
  return row(
    columns,
    columns.map(({ title }) => title),
  );
}
