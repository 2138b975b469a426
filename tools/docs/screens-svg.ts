import { frame } from '../../src/screens/frame.ts';
import { columnsOf } from '../../src/screens/text.ts';
import { paint } from '../../src/screens/theme.ts';
import { healthy } from '../../test/screens/world.ts';

const cell = { width: 8.4, height: 18 };
const edge = 12;
const ground = '#16181d';
const ink = '#d6d9de';

/** SGR parameters of the theme, in a terminal's usual shades. */
const shades: Readonly<Record<string, string>> = {
  '2': '#8b909a',
  '31': '#e06c75',
  '32': '#6cc070',
  '33': '#e5c07b',
  '35': '#c678dd',
  '36': '#56b6c2',
};

interface Piece {
  readonly at: number;
  readonly text: string;
  readonly look: readonly string[];
}

/** The dashboard of the golden screen as a picture, painted by the theme. The same screen gives the same bytes. */
export function screensSvg(): string {
  const rows = frame(healthy().state()).map((line) => piecesOf(paint(line, { colour: true, unicode: true })));
  const width = 80 * cell.width + 2 * edge;
  const height = rows.length * cell.height + 2 * edge;
  const drawn = rows.flatMap((pieces, row) => pieces.flatMap((piece) => drawnAt(piece, edge + row * cell.height)));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="galera-runbook: a Galera cluster at rest on a terminal">
<rect width="${width}" height="${height}" rx="8" fill="${ground}"/>
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" xml:space="preserve">
${drawn.join('\n')}
</g>
</svg>
`;
}

/** A painted row as text in one look each. */
function piecesOf(painted: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let look: readonly string[] = [];
  for (const [, codes, text] of painted.matchAll(/\u001b\[([\d;]*)m|([^\u001b]+)/g)) {
    if (codes !== undefined) look = codes === '0' ? [] : codes.split(';');
    if (text === undefined) continue;
    pieces.push({ at, text, look });
    at += columnsOf(text);
  }
  return pieces;
}

function drawnAt({ at, text, look }: Piece, y: number): string[] {
  const reverse = look.includes('7');
  const colour = look.map((code) => shades[code]).find((shade) => shade !== undefined) ?? ink;
  const x = (columns: number) => (edge + columns * cell.width).toFixed(1);
  const long = (columns: number) => (columns * cell.width).toFixed(1);
  const back = reverse
    ? [`<rect x="${x(at)}" y="${y}" width="${long(columnsOf(text))}" height="${cell.height}" fill="${colour}"/>`]
    : [];
  const weight = look.includes('1') ? ' font-weight="bold"' : '';
  // Word by word and with its length, so that columns stand whatever the font is.
  const words = [...text.matchAll(/\S+(?: \S+)*/g)].map((word) => {
    const from = at + columnsOf(text.slice(0, word.index));
    return `<text x="${x(from)}" y="${y + 13}" fill="${reverse ? ground : colour}"${weight} textLength="${long(columnsOf(word[0]))}" lengthAdjust="spacingAndGlyphs">${escaped(word[0])}</text>`;
  });
  return [...back, ...words];
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
