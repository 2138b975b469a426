import { safeText } from '../base/safe-text.ts';

/** What this program and its documents write, and what stands for it in ASCII. */
const known: Readonly<Record<string, string>> = {
  '✓': 'v',
  '✗': 'x',
  '»': '*',
  '→': '->',
  '←': '<-',
  '–': '-',
  '—': '-',
  '−': '-',
  '‐': '-',
  '‑': '-',
  '…': '...',
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '·': '-',
  '•': '-',
  '×': 'x',
  '≥': '>=',
  '≤': '<=',
  '≠': '!=',
  '±': '+-',
  µ: 'u',
  '§': 'section ',
};

/**
 * Safe text in ASCII, on one line: for logs, serial consoles and screen readers. Letters without an ASCII form become escapes rather than
 * question marks: a name must stay one name.
 */
export function ascii(text: string): string {
  return safeText(text).replaceAll(/[^ -~]/gu, (character) => {
    const written = known[character];
    if (written !== undefined) return written;
    return /\p{Zs}/u.test(character) ? ' ' : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

/** Breaks at blanks, so that lines fit in `width`; a word that is longer stays whole, to be copied. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
