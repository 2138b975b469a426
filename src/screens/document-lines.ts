import type { DocumentBlock, Inline } from '../runbook/document.ts';
import type { Danger } from '../runbook/runbook.ts';
import { blank, type Line, line, type Span, span, widthOf } from './line.ts';
import { rule } from './rule.ts';
import { columnsOf, cut, wrapped } from './text.ts';
import type { Role } from './theme.ts';

/** Prose that is wider is hard to read. */
const proseAtMost = 100;
const columnAtLeast = 8;

export type Dangers = { readonly [step: string]: Danger };

export interface Drawing {
  /** What each step may do, for the mark below its heading. */
  readonly dangers?: Dangers;
  /** Code that is wider than the screen goes on below; otherwise it is cut at the edge. */
  readonly wraps?: boolean;
}

/** A document as lines of `width` columns. */
export function documentLines(blocks: readonly DocumentBlock[], width: number, how: Drawing = {}): readonly Line[] {
  return blocks.flatMap((block, index) => [...(index === 0 ? [] : [blank]), ...blockLines(block, width, how)]);
}

/** Whether some of its code is wider than the screen. */
export function hasWideCode(blocks: readonly DocumentBlock[], width: number): boolean {
  return blocks.some((block) => {
    switch (block.kind) {
      case 'code':
        return block.text.split('\n').some((text) => columnsOf(codeText(text)) > width - codeIndent);
      case 'quote':
        return hasWideCode(block.blocks, width - 2);
      case 'list':
        return block.items.some((item) => hasWideCode(item, width - 4));
      default:
        return false;
    }
  });
}

const codeIndent = 4;

function codeText(text: string): string {
  return cut(text.replaceAll('\t', '    '), Number.POSITIVE_INFINITY);
}

function codeLines(text: string, width: number, wraps: boolean): readonly Line[] {
  return text.split('\n').flatMap((each) => {
    const room = Math.max(1, width - codeIndent);
    const parts = wraps ? chopped(codeText(each), room) : [cut(codeText(each), room)];
    return parts.map((part) => line(' '.repeat(codeIndent), part));
  });
}

/** In pieces as wide as there is room: blanks of code are kept, also where a line ends. */
function chopped(text: string, room: number): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const { segment } of graphemes.segment(text)) {
    if (piece !== '' && columnsOf(piece + segment) > room) {
      pieces.push(piece);
      piece = '';
    }
    piece += segment;
  }
  return [...pieces, piece];
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function blockLines(block: DocumentBlock, width: number, how: Drawing): readonly Line[] {
  switch (block.kind) {
    case 'heading':
      return headingLines(block, width, how);
    case 'paragraph':
      return flowed(block.inlines, Math.min(proseAtMost, width));
    case 'quote':
      return quoteLines(block, width, how);
    case 'list':
      return block.items.flatMap((item, index) =>
        indented(
          block.first === undefined ? '- ' : `${block.first + index}. `,
          item.flatMap((each) => blockLines(each, width - 4, how)),
        ),
      );
    case 'code':
      return codeLines(block.text, width, how.wraps === true);
    case 'table':
      return tableLines(block.rows, width);
    case 'rule':
      return [line(span('─'.repeat(width), 'rule'))];
  }
}

function headingLines(
  block: DocumentBlock & { kind: 'heading' },
  width: number,
  { dangers = {} }: Drawing,
): readonly Line[] {
  if (block.depth > 3) return [line(span(block.text, 'strong'))];
  if (block.depth === 1) return wrapped(block.text, width).map((text) => line(span(text, 'strong')));
  const danger = block.id === undefined ? undefined : dangers[block.id];
  return [rule(block.text, block.id ?? '', width), ...(danger === undefined ? [] : [dangerLine(danger)])];
}

/** As in plan and run: the mark says before the gate what it will ask. */
function dangerLine(danger: Danger): Line {
  if (danger === 'destroys') return line(span('!! destroys', 'destroys'), ': asks for the name of the cluster');
  if (danger === 'disrupts') return line(span('! disrupts', 'look'), ': asks yes or no');
  return line(danger);
}

const callouts = { NOTE: 'strong', TIP: 'strong', IMPORTANT: 'strong', WARNING: 'look', CAUTION: 'destroys' } as const;
const marks: Readonly<Record<string, string>> = { WARNING: '! ', CAUTION: '!! ' };

function quoteLines(block: DocumentBlock & { kind: 'quote' }, width: number, how: Drawing): readonly Line[] {
  const inside = documentLines(block.blocks, width - 2, how).map((each) => line('  ', each));
  if (block.word === undefined) return inside;
  return [line(span(`${marks[block.word] ?? ''}${block.word}`, callouts[block.word])), ...inside];
}

function indented(head: string, lines: readonly Line[]): readonly Line[] {
  return lines.map((each, index) => line(index === 0 ? head : ' '.repeat(head.length), each));
}

const roles: { readonly [L in NonNullable<Inline['look']>]: Role } = { code: 'strong', strong: 'strong' };

/** Words with their looks, broken at blanks. */
function flowed(inlines: readonly Inline[], width: number): readonly Line[] {
  const lines: Line[] = [];
  let now: Span[] = [];
  let columns = 0;
  const next = () => {
    lines.push(now);
    now = [];
    columns = 0;
  };
  for (const word of wordsOf(inlines)) {
    const room = widthOf(word);
    if (columns > 0 && columns + 1 + room > width) next();
    if (columns > 0) now.push(span(' '));
    // A word that is longer than a line is broken where it must.
    const pieces =
      room <= width ? [word] : word.flatMap((each) => wrapped(each.text, width).map((text) => [span(text, each.role)]));
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) next();
      now.push(...piece);
    }
    columns = widthOf(now);
  }
  return now.length > 0 || lines.length === 0 ? [...lines, now] : lines;
}

/** A word may have pieces of several looks: `code`, and the comma behind it. */
function wordsOf(inlines: readonly Inline[]): readonly (readonly Span[])[] {
  const words: Span[][] = [];
  let open = false;
  for (const { text, look } of inlines) {
    const parts = text.replaceAll(/\s+/g, ' ').split(' ');
    for (const [index, part] of parts.entries()) {
      if (index > 0) open = false;
      if (part === '') continue;
      const piece = span(cut(part, Number.POSITIVE_INFINITY), look === undefined ? undefined : roles[look]);
      if (open) words.at(-1)?.push(piece);
      else words.push([piece]);
      open = true;
    }
  }
  return words;
}

function tableLines(rows: readonly (readonly (readonly Inline[])[])[], width: number): readonly Line[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const natural = Array.from({ length: columns }, (_, at) =>
    Math.max(1, ...rows.map((row) => columnsOf((row[at] ?? []).map(({ text }) => text).join('')))),
  );
  const widths = fitted(natural, width - 2 * (columns - 1));
  return rows.flatMap((row, index) => {
    const cells = widths.map((room, at) => flowed(row[at] ?? [], room));
    const height = Math.max(1, ...cells.map((cell) => cell.length));
    const drawn = Array.from({ length: height }, (_, of) =>
      widths.flatMap((room, at): Line => {
        const cell = cells[at]?.[of] ?? [];
        const shown = index === 0 ? cell.map(({ text }) => span(text, 'strong')) : cell;
        return at === widths.length - 1 ? shown : [...shown, span(' '.repeat(room - widthOf(shown) + 2))];
      }),
    );
    return index === 0 ? [...drawn, line(span(widths.map((room) => '─'.repeat(room)).join('  '), 'rule'))] : drawn;
  });
}

/** The widest columns give way first, down to a least width. */
function fitted(natural: readonly number[], width: number): readonly number[] {
  const widths = [...natural];
  for (let over = widths.reduce((sum, each) => sum + each, 0) - width; over > 0; over--) {
    const widest = Math.max(...widths);
    if (widest <= columnAtLeast) break;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return widths;
}
