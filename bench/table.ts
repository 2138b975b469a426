/** The middle one: a lone slow run on a busy machine must not decide a ratio. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
export const times = (ratio: number): string => `${ratio.toFixed(2)} ×`;

/** A bound from the project's goals, and whether the number keeps it. */
export function bound(text: string, kept: boolean): string {
  return `${text}: ${kept ? 'kept' : '**NOT KEPT**'}`;
}

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly bounds: readonly string[];
}

export function markdown({ title, head, rows, bounds }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const table = [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows].map(line).join('\n');
  const list = bounds.map((text) => `* ${text}`).join('\n');
  return [`## ${title}`, table, ...(list === '' ? [] : [list])].join('\n\n');
}
