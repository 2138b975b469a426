import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { maxBytes } from '../../src/runbook/bytes.ts';
import { accepted, document, donor, problems, step } from './fixture.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const bytes = (...parts: (string | number[])[]) =>
  Uint8Array.from(parts.flatMap((part) => [...(typeof part === 'string' ? encode(part) : part)]));
const text = document(donor, 'Prose.\n\nMore prose.');
const wrong = document(step('donor', 'check: galera.choose-donr', 'gate: type'));

test('the hash is of the bytes, and the text gives these bytes back', () => {
  for (const source of [text, `\ufeff${text}`, text.replaceAll('\n', '\r\n')]) {
    const runbook = accepted(encode(source));
    expect(runbook.sha256).toBe(createHash('sha256').update(source).digest('hex'));
    expect(runbook.text).toBe(source);
  }
});

test('a byte order mark and CRLF change nothing else', () => {
  const { sha256: _, text: __, ...plain } = accepted(text);
  expect(accepted(`\ufeff${text}`)).toMatchObject(plain);
  expect(accepted(text.replaceAll('\n', '\r\n'))).toMatchObject(plain);
  expect(plain.steps[0]?.prose).toBe('Prose.\n\nMore prose.');
});

test('a byte order mark and CRLF move no position', () => {
  expect(problems(wrong).map((line) => line.split(' ')[0])).toEqual(['18:8:', '19:7:']);
  expect(problems(`\ufeff${wrong}`)).toEqual(problems(wrong));
  expect(problems(wrong.replaceAll('\n', '\r\n'))).toEqual(problems(wrong));
});

test.each([
  ['latin 1', bytes('# Test\nR', [0xfc], 'ckgabe'), '2:2: the file is not UTF-8 (byte 0xfc)'],
  ['a broken character', bytes('a\nüb', [0xc3], '('), '2:3: the file is not UTF-8 (byte 0xc3)'],
  ['a character that ends with the file', bytes('ab', [0xe2, 0x82]), '1:3: the file is not UTF-8 (byte 0xe2)'],
  [
    'a character after a byte order mark',
    bytes([0xef, 0xbb, 0xbf], 'ab', [0xff]),
    '1:3: the file is not UTF-8 (byte 0xff)',
  ],
  ['a surrogate', bytes('ab', [0xed, 0xa0, 0x80]), '1:3: the file is not UTF-8 (byte 0xed)'],
  ['a binary file', bytes('ELF\n', [1, 2, 0, 255, 0]), '2:3: the file is binary: it has a NUL byte'],
  ['UTF-16', bytes([0xff, 0xfe, 0x23, 0, 0x20, 0]), '1:4: the file is binary: it has a NUL byte'],
  ['an empty file', bytes(), '1:1: the file is empty'],
  ['blank lines', bytes('\n \r\n\n'), '1:1: the file is empty'],
  ['a byte order mark alone', bytes([0xef, 0xbb, 0xbf]), '1:1: the file is empty'],
  ['too much', new Uint8Array(maxBytes + 1), '1:1: the file has 1048577 bytes, a runbook at most 1048576 (1 MiB)'],
])('%s is one problem', (_, source, message) => {
  expect(problems(source)).toEqual([expect.stringContaining(message)]);
});

test('a megabyte is read', () => {
  const line = `${'word '.repeat(400)}\n\n`;
  const long = `${text}${line.repeat(Math.floor((maxBytes - text.length) / line.length))}`;
  expect(problems(long)).toEqual([]);
});

test('text that is nested without end is one problem', () => {
  expect(problems(`${text}${'>'.repeat(50_000)}`)).toEqual([
    '1:1: the text is nested too deeply to be read\n    is this the right file?',
  ]);
});
