import { type Line, line } from './line.ts';
import { wrapped } from './text.ts';

const nameWidth = 11;

/** A value of a panel with its name in a column of its own; it goes on below itself, and nothing of it is cut. */
export function valueLines(name: string, text: string, width: number): readonly Line[] {
  return wrapped(text, Math.max(8, width - nameWidth - 2)).map((part, index) =>
    line(` ${(index === 0 ? name : '').padEnd(nameWidth)}`, part),
  );
}
