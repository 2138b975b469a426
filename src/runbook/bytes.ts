import type { Problem, Report } from './problem.ts';

export const maxBytes = 1024 * 1024;
const maxLineLength = 4000;

/**
 * The document's text without a byte order mark, as editors count it, or the one reason why it cannot be read: too large, empty,
 * binary, not UTF-8. A byte order mark and CRLF are fine.
 */
export function decode(bytes: Uint8Array, file: string): { readonly text: string } | { readonly problem: Problem } {
  const at = (line: number, column: number, message: string, suggestion: string) => ({
    problem: { file, line, column, message, suggestion },
  });
  if (bytes.length > maxBytes) {
    const size = `${bytes.length} bytes`;
    return at(1, 1, `the file has ${size}, a runbook at most ${maxBytes} (1 MiB)`, 'is this the right file?');
  }
  const nul = bytes.indexOf(0);
  if (nul !== -1) {
    const [line, column] = end(new TextDecoder().decode(bytes.subarray(0, nul)));
    return at(
      line,
      column,
      'the file is binary: it has a NUL byte',
      'a runbook is Markdown; save it as UTF-8, not UTF-16',
    );
  }
  const bad = badByte(bytes);
  if (bad !== undefined) {
    const [line, column] = end(bad.before);
    const byte = bytes[bad.offset]?.toString(16).padStart(2, '0');
    return at(line, column, `the file is not UTF-8 (byte 0x${byte})`, 'save it as UTF-8');
  }
  const text = new TextDecoder().decode(bytes);
  if (text.trim() === '')
    return at(1, 1, 'the file is empty', 'a runbook starts with a line `---` and its front matter');
  return { text };
}

function end(text: string): [line: number, column: number] {
  const lines = text.split('\n');
  return [lines.length, (lines.at(-1)?.length ?? 0) + 1];
}

/** Where the first byte sequence that is not UTF-8 begins. TextDecoder refuses without saying where: so halve until it is clear. */
function badByte(bytes: Uint8Array): { readonly offset: number; readonly before: string } | undefined {
  if (decodes(bytes, false) !== undefined) return undefined;
  let good = 0;
  let bad = bytes.length + 1; // one more than there is: the end itself may be the error, in the middle of a character
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (decodes(bytes.subarray(0, middle), true) === undefined) bad = middle;
    else good = middle;
  }
  // A streaming decoder leaves an unfinished character out, so this text ends where the bad sequence begins.
  const before = decodes(bytes.subarray(0, good), true) ?? '';
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return { offset: mark + new TextEncoder().encode(before).length, before };
}

function decodes(bytes: Uint8Array, stream: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream });
  } catch {
    return undefined;
  }
}

/**
 * A character that a reader does not see, or that changes the order in which he sees others: controls except tab and line ends, a
 * carriage return alone (a line end for Markdown, none for YAML), bidirectional marks, zero-width ones.
 */
const unseen =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|\u034f|[\u{e0000}-\u{e0fff}]|\r(?!\n)/gu;

export function hasUnseen(text: string): boolean {
  return text.search(unseen) !== -1;
}

/** Reports what hides: unseen characters (the first of each line), and lines so long that their end is out of sight. */
export function refuseUnseen(text: string, report: Report): void {
  let start = 0;
  for (const line of text.split(/(?<=\n)/)) {
    const at = line.search(unseen);
    const code = line.codePointAt(at)?.toString(16).toUpperCase().padStart(4, '0');
    if (at !== -1) report.add(start + at, `a character that no reader sees: U+${code}`, 'delete it');
    if (line.length > maxLineLength)
      report.add(start + maxLineLength, `a line of more than ${maxLineLength} characters`, 'break it');
    start += line.length;
  }
}
