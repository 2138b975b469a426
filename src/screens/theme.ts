import { safeText } from '../base/safe-text.ts';
import type { Line } from './line.ts';
import { columnsOf } from './text.ts';

/** What a piece of text is, never how it looks (screens.md §1). */
export type Role =
  | 'good'
  | 'look'
  | 'unknown'
  | 'bad'
  | 'destroys'
  | 'running'
  | 'off'
  | 'cursor'
  | 'banner'
  | 'rule'
  | 'left'
  | 'strong'
  | 'gate'
  | 'gate-typed';

/** SGR parameters: with colour, and where `NO_COLOR` is set. Only the terminal's 16 colours; no blue, no bright black. */
const looks: { readonly [R in Role]: { readonly colour: string; readonly plain: string } } = {
  good: { colour: '32', plain: '' },
  look: { colour: '1;33', plain: '1' },
  unknown: { colour: '35', plain: '4' },
  bad: { colour: '1;31', plain: '1' },
  destroys: { colour: '31;7', plain: '7' },
  running: { colour: '36', plain: '1' },
  off: { colour: '2', plain: '' },
  cursor: { colour: '7', plain: '7' },
  banner: { colour: '7', plain: '7' },
  rule: { colour: '2', plain: '' },
  left: { colour: '2', plain: '' },
  strong: { colour: '1', plain: '1' },
  gate: { colour: '33', plain: '' },
  'gate-typed': { colour: '31', plain: '' },
};

/** One column each, so both sets share one layout. */
const inAscii: Readonly<Record<string, string>> = {
  '✓': 'v',
  '✗': 'x',
  '»': '*',
  '━': '=',
  '─': '-',
  '│': '|',
  '┌': '+',
  '┐': '+',
  '└': '+',
  '┘': '+',
  '├': '+',
  '┤': '+',
  '┬': '+',
  '┴': '+',
  '┼': '+',
  '═': '=',
  '║': '#',
  '╔': '#',
  '╗': '#',
  '╚': '#',
  '╝': '#',
  '⣀': '.',
  '⣤': ':',
  '⣶': 'o',
  '⣿': 'O',
};

export interface Theme {
  readonly colour: boolean;
  readonly unicode: boolean;
}

/** No UTF-8, the Linux console, and locales in which box drawing may take two columns: ASCII. */
export function themeOf(env: { readonly [name: string]: string | undefined }): Theme {
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((each) => each !== undefined && each !== '') ?? '';
  const wide = /^(ja|ko|zh)/i.test(locale);
  return {
    colour: (env.NO_COLOR ?? '') === '',
    unicode: /utf-?8/i.test(locale) && !wide && env.TERM !== 'linux',
  };
}

/** A character that ASCII has no sign for keeps its columns. */
function ascii(text: string): string {
  return text.replaceAll(/[^ -~]\p{M}*/gu, (sign) => inAscii[sign] ?? '?'.repeat(columnsOf(sign)));
}

/** A line as the terminal gets it. Made safe here again: nothing gets past. */
export function paint(line: Line, theme: Theme): string {
  return line
    .filter(({ text }) => text !== '')
    .map(({ text, role }) => {
      const safe = safeText(text);
      const shown = theme.unicode ? safe : ascii(safe);
      const look = role === undefined ? '' : looks[role][theme.colour ? 'colour' : 'plain'];
      return look === '' ? shown : `\u001b[${look}m${shown}\u001b[0m`;
    })
    .join('');
}
