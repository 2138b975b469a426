import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRunnerLog } from '../../src/runner/log.ts';

const say = (word: string, value: unknown) => `@@galera-runbook ${word} ${JSON.stringify(value)}`;
const lines = (...all: string[]) => `${all.join('\n')}\n`;

test('all that a runner says', () => {
  const log = lines(
    say('progress', { phase: 'open', bytes: 0, total: 10 }),
    'a tool says\ttwo words \r',
    '',
    say('row', { table: 'a' }),
    say('volume', { claim: 'x', totalBytes: 5, freeBytes: 2 }),
    say('progress', { phase: 'open', bytes: 7, total: 10 }),
    say('row', { table: 'b' }),
    say('volume', { claim: 'y', totalBytes: 8, freeBytes: 8 }),
    say('volume', { claim: 'x', totalBytes: 5, freeBytes: 1 }),
    say('result', { objects: { views: 1 }, rowCount: 2 }),
  );
  expect(parseRunnerLog(log)).toEqual({
    progress: { phase: 'open', bytes: 7, total: 10 },
    volumes: [
      { claim: 'x', totalBytes: 5, freeBytes: 1 },
      { claim: 'y', totalBytes: 8, freeBytes: 8 },
    ],
    result: { objects: { views: 1 }, rowCount: 2, rows: [{ table: 'a' }, { table: 'b' }] },
    tail: ['a tool says\ttwo words'],
  });
});

test.each([
  ['a row too few', [say('row', {}), say('result', { rowCount: 2 })]],
  ['a row too many', [say('row', {}), say('row', {}), say('result', { rowCount: 1 })]],
  ['no count', [say('result', { bytes: 1 })]],
  ['a trailer that was cut', [say('result', { rowCount: 0 }).slice(0, -1)]],
  ['no trailer', [say('progress', { phase: 'copy', bytes: 1, total: 1 })]],
  ['a failure', [say('failed', { expected: 'a', found: 'b', next: 'c' }), say('result', { rowCount: 0 })]],
  ['words before it', [`x ${say('result', { rowCount: 0 })}`]],
])('%s: no result', (_, all) => {
  expect(parseRunnerLog(lines(...all)).result).toBeUndefined();
});

test('the first failure is told: what follows comes from it', () => {
  const first = { expected: 'a', found: 'b', next: 'c' };
  const log = lines(say('failed', { expected: 1 }), say('failed', first), say('failed', { ...first, found: 'x' }));
  expect(parseRunnerLog(log).failure).toEqual(first);
});

test.each([
  { phase: 'copy', bytes: -1, total: 1 },
  { phase: 'copy', bytes: '1', total: 1 },
  { phase: 'copy', bytes: 1 },
  { bytes: 1, total: 1 },
])('%j is no progress', (value) => {
  expect(parseRunnerLog(say('progress', value)).progress).toBeUndefined();
});

test('the tail is the last 20 lines of the tools', () => {
  const log = lines(...Array.from({ length: 30 }, (_, index) => `line ${index}`), '@@galera-runbook progress {"pha');
  expect(parseRunnerLog(log).tail).toEqual(Array.from({ length: 20 }, (_, index) => `line ${index + 10}`));
});

test('any text has an answer, and a result only with all its rows', () => {
  const word = fc.constantFrom('progress', 'volume', 'row', 'failed', 'result', 'other', '');
  const line = fc.oneof(
    fc.string(),
    fc.tuple(word, fc.json()).map(([name, json]) => `@@galera-runbook ${name} ${json}`),
    fc
      .tuple(
        word,
        fc.dictionary(fc.constantFrom('rowCount', 'bytes', 'total', 'phase', 'claim', '__proto__'), fc.jsonValue()),
      )
      .map(([name, value]) => say(name, value)),
    fc.constantFrom(say('row', {}), say('result', { rowCount: 1 })),
  );
  fc.assert(
    fc.property(fc.array(line), fc.constantFrom('\n', '\r\n', '\r'), (all, end) => {
      const { result, tail, progress } = parseRunnerLog(all.join(end));
      if (result) expect((result.rows as unknown[]).length).toBe(result.rowCount);
      if (progress) expect(progress.bytes).toBeGreaterThanOrEqual(0);
      expect(tail.length).toBeLessThanOrEqual(20);
    }),
    { numRuns: 500 },
  );
});
