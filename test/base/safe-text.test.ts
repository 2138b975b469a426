import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { safeText } from '../../src/base/safe-text.ts';

const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '\x1b',
      '\x9b',
      '\x07',
      '\r',
      '\n',
      '\t',
      '\b',
      '\x7f',
      '\u202e',
      '\u2066',
      '\u200b',
      '\u200d',
      '\ufeff',
      '\u2028',
      '\ud800',
      '\u{e0041}',
      '\u3164',
      '\u00ad',
      '[31m',
      ']0;x',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});

describe('safe text', () => {
  test.each([
    ['\x1b[31mred\x1b[0m', '\\x1b[31mred\\x1b[0m'],
    ['\x1b]0;title\x07', '\\x1b]0;title\\x07'],
    ['\x1bP1$r\x1b\\', '\\x1bP1$r\\x1b\\'],
    ['\u009b2J', '\\x9b2J'],
    ['50%\r100%', '50%\\r100%'],
    ['a\bb', 'a\\x08b'],
    ['user\u202egpj.exe', 'user\\u{202e}gpj.exe'],
    ['a\u200bb\u200dc\ufeff', 'a\\u{200b}b\\u{200d}c\\u{feff}'],
    ['\ud800', '\\u{d800}'],
    ['two\nlines\tx', 'two\\nlines\\tx'],
    ['Grüße, 数据库, ✓ ━', 'Grüße, 数据库, ✓ ━'],
    ['C:\\temp', 'C:\\temp'],
  ])('%j is shown as %j', (text, shown) => {
    expect(safeText(text)).toBe(shown);
  });

  test('multiline text keeps line feeds and tabs, and takes CR LF as one', () => {
    expect(safeText('a\r\nb\tc\rd\x1b[K', { multiline: true })).toBe('a\nb\tc\\rd\\x1b[K');
  });

  test('nothing that moves a cursor, turns text round or hides it ever comes out', () => {
    fc.assert(
      fc.property(hostile, fc.boolean(), (text, multiline) => {
        const left = safeText(text, { multiline }).replaceAll(multiline ? /[\n\t]/g : /$^/g, '');
        expect(left).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u);
      }),
    );
  });

  test('a second pass changes nothing', () => {
    fc.assert(
      fc.property(hostile, fc.boolean(), (text, multiline) => {
        const once = safeText(text, { multiline });
        expect(safeText(once, { multiline })).toBe(once);
      }),
    );
  });

  test('printable ASCII is left alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        expect(safeText(text)).toBe(text);
      }),
    );
  });
});
