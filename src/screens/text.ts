import stringWidth from 'string-width';
import { safeText } from '../base/safe-text.ts';

/** Terminal columns of a text: the one place that knows wide characters, combining marks and emoji. */
export function columnsOf(text: string): number {
  if (plainAscii.test(text)) return text.length;
  const known = widths.get(text);
  if (known !== undefined) return known;
  if (widths.size >= widthsAtMost) widths.clear();
  const columns = stringWidth(text);
  widths.set(text, columns);
  return columns;
}

const plainAscii = /^[ -~]*$/;
/** Most of a frame is what the frame before had: of every rule and every sign the width is asked for ten times a second. */
const widths = new Map<string, number>();
const widthsAtMost = 4096;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Cells of a text, each a grapheme with its columns. */
function cellsOf(text: string): { readonly text: string; readonly columns: number }[] {
  return Array.from(graphemes.segment(text), ({ segment }) => ({ text: segment, columns: columnsOf(segment) }));
}

/** The first `width` columns. A wide character that would stand half outside is left out. */
function head(text: string, width: number): string {
  if (plainAscii.test(text)) return text.slice(0, Math.max(0, width));
  let taken = '';
  let columns = 0;
  for (const cell of cellsOf(text)) {
    if (columns + cell.columns > width) break;
    taken += cell.text;
    columns += cell.columns;
  }
  return taken;
}

function tail(text: string, width: number): string {
  if (plainAscii.test(text)) return width <= 0 ? '' : text.slice(-width);
  let taken = '';
  let columns = 0;
  for (const cell of cellsOf(text).toReversed()) {
    if (columns + cell.columns > width) break;
    taken = cell.text + taken;
    columns += cell.columns;
  }
  return taken;
}

/** `end`: texts. `middle`: names, which keep their ordinal. Both with `~` where something is missing. */
export type Cut = 'end' | 'middle';

/** One line of safe text, at most `width` columns. */
export function cut(text: string, width: number, how: Cut = 'end'): string {
  const safe = safeText(text);
  if (columnsOf(safe) <= width) return safe;
  if (width <= 0) return '';
  if (how === 'end') return `${head(safe, width - 1)}~`;
  const last = Math.max(1, Math.ceil((width - 1) * 0.6));
  const front = head(safe, width - 1 - last);
  return `${front}~${tail(safe, width - 1 - columnsOf(front))}`;
}

/** Exactly `width` columns. */
export function fitText(
  text: string,
  width: number,
  of: { readonly cut?: Cut; readonly right?: boolean } = {},
): string {
  const short = cut(text, width, of.cut);
  const blanks = ' '.repeat(Math.max(0, width - columnsOf(short)));
  return of.right === true ? blanks + short : short + blanks;
}

/** A number with its unit, and a command that somebody may paste: they stand on one line where they fit on one. */
const unbroken =
  /\d (?:s|min|h|d|B|[KMGTPE]iB)\b|galera-runbook (?:runs|backups|runbooks|transcript) [a-z]+(?: [A-Za-z0-9]+)?/g;

/** Lines of at most `width` columns, broken at blanks; a word that is longer is broken where it must. */
export function wrapped(text: string, width: number): string[] {
  const room = Math.max(1, width);
  const glued = safeText(text).replaceAll(unbroken, (part) =>
    part.length <= room ? part.replaceAll(' ', '\u00a0') : part,
  );
  return broken(glued, room).map((line) => line.replaceAll('\u00a0', ' '));
}

function broken(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (columnsOf(longer) <= room) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (columnsOf(line) > room) {
      const part = head(line, room) || line.slice(0, 1);
      lines.push(part);
      line = line.slice(part.length);
    }
  }
  return [...lines, line];
}
