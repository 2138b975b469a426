import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitLine, line, span, widthOf } from '../../src/screens/line.ts';
import { columnsOf, cut, fitText, wrapped } from '../../src/screens/text.ts';
import { paint, themeOf } from '../../src/screens/theme.ts';

const awkward = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('データベース', 'e\u0301e\u0301', '👩‍👩‍👧', '\u001b[2J', '\u202Eevil', '\t', '\r\n', '\u200B'),
);

describe('text in cells', () => {
  it('takes exactly its width, whatever is in it', () => {
    fc.assert(
      fc.property(awkward, fc.integer({ min: 0, max: 40 }), (text, width) => {
        expect(columnsOf(fitText(text, width))).toBe(width);
        expect(columnsOf(fitText(text, width, { cut: 'middle', right: true }))).toBe(width);
        expect(widthOf(fitLine(line(cut(text, 60), span(cut(text, 60), 'bad')), width))).toBe(width);
      }),
    );
  });

  it('wraps within its width', () => {
    fc.assert(
      fc.property(awkward, fc.integer({ min: 2, max: 40 }), (text, width) => {
        for (const each of wrapped(text, width)) expect(columnsOf(each)).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('cuts names in the middle, so that they keep their ordinal', () => {
    expect(cut('mariadb-server-0', 12, 'middle')).toMatch(/~server-0$|~erver-0$/);
    expect(cut('mariadb-server-0', 12)).toBe('mariadb-ser~');
  });

  it('shows what would move the cursor', () => {
    expect(cut('a\u001b[31mb', 40)).toBe('a\\x1b[31mb');
  });
});

describe('the theme', () => {
  const shown = line(span('✓', 'good'), ' ', span('✗ down', 'bad'), ' ⣿━ データ');

  it('has the 16 colours', () => {
    expect(paint(shown, { colour: true, unicode: true })).toBe(
      '\u001b[32m✓\u001b[0m \u001b[1;31m✗ down\u001b[0m ⣿━ データ',
    );
  });

  it('has none with NO_COLOR, and a sign all the same', () => {
    expect(paint(shown, { colour: false, unicode: true })).toBe('✓ \u001b[1m✗ down\u001b[0m ⣿━ データ');
  });

  it('has ASCII of the same columns', () => {
    const ascii = paint(shown, { colour: false, unicode: false });
    expect(ascii).toBe('v \u001b[1mx down\u001b[0m O= ??????');
  });

  it.each([
    [{ LANG: 'C.UTF-8' }, { colour: true, unicode: true }],
    [
      { LANG: 'en_US.UTF-8', NO_COLOR: '1' },
      { colour: false, unicode: true },
    ],
    [{ LANG: 'C' }, { colour: true, unicode: false }],
    [{}, { colour: true, unicode: false }],
    [
      { LANG: 'en_US.UTF-8', TERM: 'linux' },
      { colour: true, unicode: false },
    ],
    [{ LANG: 'ja_JP.UTF-8' }, { colour: true, unicode: false }],
    [
      { LANG: 'en_US.UTF-8', LC_ALL: 'C' },
      { colour: true, unicode: false },
    ],
  ])('of %j is %j', (env, theme) => {
    expect(themeOf(env)).toEqual(theme);
  });
});
