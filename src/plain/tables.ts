import { ascii } from './ascii.ts';

export interface Column {
  readonly title: string;
  /** Numbers stand right. */
  readonly right?: true;
}

/** Columns of equal width, two blanks between them, ASCII, nothing cut. A title is always there, rows or none. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], indent = ''): string[] {
  const cells = [columns.map(({ title }) => title), ...rows].map((row) =>
    columns.map((_, index) => ascii(row[index] ?? '')),
  );
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)));
  return cells.map((row) => {
    const parts = row.map((cell, index) => {
      const width = widths[index] ?? 0;
      return columns[index]?.right === true ? cell.padStart(width) : cell.padEnd(width);
    });
    return `${indent}${parts.join('  ')}`.trimEnd();
  });
}
