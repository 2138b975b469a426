import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonLine } from '../../src/plain/json.ts';
import { plain } from '../../src/record/markdown.ts';
import { Redactor } from '../../src/record/redact.ts';

const secrets = fc.string({ unit: 'grapheme', minLength: 8, maxLength: 24 }).filter((text) => text.trim().length >= 8);

function redactor(...all: string[]): Redactor {
  const made = new Redactor();
  for (const secret of all) made.add(secret);
  return made;
}

describe('a secret', () => {
  test.each([
    ['raw', (s: string) => s],
    ['in JSON', (s: string) => JSON.stringify({ password: s })],
    ['in JSON that is all ASCII', (s: string) => jsonLine({ password: s })],
    ['in a transcript', (s: string) => `x ${plain(s)} y`],
    ['in a URL', (s: string) => `mysql://root:${encodeURIComponent(s)}@db/`],
    ['in a form', (s: string) => new URLSearchParams({ password: s }).toString()],
    ['in base64', (s: string) => Buffer.from(s).toString('base64')],
    ['in base64 for URLs', (s: string) => Buffer.from(s).toString('base64url')],
    ['in shell quotes', (s: string) => `'${s.replaceAll("'", "'\\''")}'`],
    ['in SQL quotes', (s: string) => `'${s.replaceAll("'", "''")}'`],
  ])('does not survive %s, whatever stands around it', (_, form) => {
    fc.assert(
      fc.property(secrets, fc.string(), fc.string(), (secret, before, after) => {
        const made = new Redactor();
        fc.pre(made.add(secret) === undefined);
        const clean = made.text(before + form(secret) + after);
        expect(clean).not.toContain(secret);
        expect(clean).not.toContain(form(secret));
        expect(clean).toContain('[redacted]');
      }),
    );
  });

  test('does not survive in a transcript that shows a character nobody can see', () => {
    const secret = 'correct\u{ffa0}horse';
    expect(redactor(secret).text(`x ${plain(secret)} y`)).toBe('x [redacted] y');
  });

  test('does not survive inside the base64 of a whole file, at any offset', () => {
    const secret = 'correct horse battery';
    for (const before of ['', 'a', 'ab', '[client]\npassword=']) {
      const clean = redactor(secret).text(Buffer.from(`${before}${secret}\n`).toString('base64'));
      expect(clean).toContain('[redacted]');
      const rest = Buffer.from(clean.replaceAll('[redacted]', ''), 'base64').toString('latin1');
      expect(rest).not.toContain('orse');
    }
  });

  test('does not survive anywhere in a value, keys too', () => {
    fc.assert(
      fc.property(secrets, fc.jsonValue(), (secret, value) => {
        const made = new Redactor();
        fc.pre(made.add(secret) === undefined);
        const clean = JSON.stringify(made.json({ a: [secret, { [`x${secret}y`]: `-${secret}-` }], value }));
        expect(clean).not.toContain(JSON.stringify(secret).slice(1, -1));
      }),
    );
  });

  test('that appears only when another was taken out is taken out too', () => {
    const clean = redactor('d]abcdefgh', 'SECRETSECRET').text('SECRETSECRETabcdefgh');
    expect(clean).not.toContain('d]abcdefgh');
  });

  test('with a line feed at its end, as Secrets often have it, is removed without it too', () => {
    expect(redactor('hunter2hunter2\n').text('pw hunter2hunter2 ok')).toBe('pw [redacted] ok');
  });

  test('that is the beginning of another does not uncover the rest of it', () => {
    expect(redactor('password', 'password-2026').text('password-2026')).toBe('[redacted]');
  });

  test('of four to seven letters is removed as a word, so that hashes and numbers stay', () => {
    const made = redactor('1234');
    expect(made.text('pw=1234; position 36553af3:4123456, sha256 ab12349f')).toBe(
      'pw=[redacted]; position 36553af3:4123456, sha256 ab12349f',
    );
  });

  test('too short to be told from other text is refused, so that somebody can say so', () => {
    expect(new Redactor().add('abc')).toBe('too-short');
    expect(new Redactor().add('   \n')).toBe('too-short');
  });

  test('that is part of a public name is refused: without it the journal could not be read again', () => {
    expect(new Redactor(['openstack/lab', 'mariadb-server-0']).add('openstack')).toBe('public-name');
    expect(new Redactor(['mariadb-root']).add('root')).toBe('public-name');
    expect(new Redactor(['mariadb-roots']).add('root')).toBeUndefined();
    expect(new Redactor().add('redacted')).toBe('public-name');
  });
});

test('without secrets, and for values without them, nothing is copied', () => {
  const value = { a: ['x', { b: 1 }], c: null };
  expect(new Redactor().json(value)).toBe(value);
  expect(redactor('hunter2hunter2').json(value)).toBe(value);
});
