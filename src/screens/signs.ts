import { type Span, span } from './line.ts';
import type { Role } from './theme.ts';

/** A sign with a word beside it carries every meaning; colour repeats it. */
const signs = {
  good: ['✓', 'good'],
  look: ['!', 'look'],
  unknown: ['?', 'unknown'],
  bad: ['✗', 'bad'],
  planned: ['-', 'off'],
  off: ['-', 'off'],
  running: ['»', 'running'],
  destroys: ['!!', 'destroys'],
  none: [' ', undefined],
} as const satisfies Record<string, readonly [string, Role | undefined]>;

export type Sign = keyof typeof signs;

export function sign(of: Sign): Span {
  const [text, role] = signs[of];
  return span(text, role);
}

/** `text` in the role of its sign; good needs no colour beside its sign. */
export function inRole(of: Sign, text: string): Span {
  const role = signs[of][1];
  return span(text, role === 'good' ? undefined : role);
}
