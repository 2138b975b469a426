import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Comparison,
  comparePositions,
  formatPosition,
  isKnown,
  noPosition,
  type Position,
  parsePosition,
  parseRecoveredPosition,
  shortPosition,
  transactionsBetween,
  zeroUuid,
} from '../../src/galera/position.ts';
import { parseSeqno, parseStatusSeqno } from '../../src/galera/seqno.ts';
import { uuidA, uuidB } from './samples.ts';

const anyPosition: fc.Arbitrary<Position> = fc.record({
  uuid: fc.constantFrom(uuidA, uuidB, zeroUuid),
  seqno: fc.oneof(fc.bigInt({ min: -1n, max: 2n ** 63n - 1n }), fc.bigInt({ min: -1n, max: 3n })).map(String),
});

describe('a position in text', () => {
  test.each([
    [`${uuidA}:6`, '6'],
    [`${uuidA}:6 0`, '6'],
    [`${uuidA}:6 0\n`, '6'],
    [`${uuidA.toUpperCase()}:6`, '6'],
    [`${uuidA}:-1`, '-1'],
    [`${uuidA}:0042`, '42'],
    [`${uuidA}:9223372036854775807`, '9223372036854775807'],
    [`${uuidA}:57,0-1-57`, '57'],
  ])('%j has seqno %s', (text, seqno) => {
    expect(parsePosition(text)).toEqual({ uuid: uuidA, seqno });
  });

  test.each([
    '',
    uuidA,
    `${uuidA}:`,
    `${uuidA}:x`,
    `${uuidA}:-2`,
    `${uuidA}:9223372036854775808`,
    `${uuidA}:6 0 7`,
    `x${uuidA}:6`,
    '36553af3:6',
    `${uuidA}:6\n${uuidA}:7`,
  ])('%j is none', (text) => {
    expect(parsePosition(text)).toBeUndefined();
  });

  test('a written position is read as itself', () => {
    fc.assert(
      fc.property(anyPosition, (position) => {
        expect(parsePosition(formatPosition(position))).toEqual(position);
        expect(JSON.parse(JSON.stringify(position))).toEqual(position);
      }),
    );
  });

  test('the last position that a recovery logged counts', () => {
    const log = [
      `2026-11-21  3:24:00 0 [Note] WSREP: Recovered position: ${uuidA}:41`,
      `2026-11-21  3:24:01 0 [Note] WSREP: Recovered position: ${uuidA}:57,0-1-57`,
      '',
    ].join('\n');
    expect(parseRecoveredPosition(log)).toEqual({ uuid: uuidA, seqno: '57' });
    expect(parseRecoveredPosition('WSREP: disabled, skipping position recovery')).toBeUndefined();
  });

  test('short, it keeps the whole seqno', () => {
    expect(shortPosition({ uuid: uuidA, seqno: '4103391' })).toBe('36553af3:4103391');
    expect(shortPosition(undefined)).toBe('unknown');
  });
});

describe('positions compared', () => {
  const at = (uuid: string, seqno: string): Position => ({ uuid, seqno });

  test.each<[Position | undefined, Position | undefined, Comparison]>([
    [at(uuidA, '5'), at(uuidA, '5'), 'same'],
    [at(uuidA, '9'), at(uuidA, '10'), 'behind'],
    [at(uuidA, '9007199254740993'), at(uuidA, '9007199254740992'), 'ahead'],
    [at(uuidA, '5'), at(uuidB, '9'), 'other-history'],
    [at(uuidA, '-1'), at(uuidB, '9'), 'other-history'],
    [at(uuidA, '-1'), at(uuidA, '9'), 'unknown'],
    [at(uuidA, '-1'), at(uuidA, '-1'), 'unknown'],
    [noPosition, noPosition, 'unknown'],
    [at(zeroUuid, '7'), at(uuidA, '7'), 'unknown'],
    [undefined, at(uuidA, '7'), 'unknown'],
  ])('%j to %j is %s', (left, right, expected) => {
    expect(comparePositions(left, right)).toBe(expected);
  });

  test('turned round, the answer is turned round; other histories never order', () => {
    const reversed: Record<Comparison, Comparison> = {
      same: 'same',
      ahead: 'behind',
      behind: 'ahead',
      'other-history': 'other-history',
      unknown: 'unknown',
    };
    fc.assert(
      fc.property(anyPosition, anyPosition, (left, right) => {
        const answer = comparePositions(left, right);
        expect(comparePositions(right, left)).toBe(reversed[answer]);
        if (left.uuid !== right.uuid) expect(['other-history', 'unknown']).toContain(answer);
        if (['same', 'ahead', 'behind'].includes(answer)) expect(isKnown(left) && isKnown(right)).toBe(true);
      }),
    );
  });

  test('ahead of one that is ahead is ahead', () => {
    fc.assert(
      fc.property(anyPosition, anyPosition, anyPosition, (a, b, c) => {
        if (comparePositions(a, b) === 'ahead' && comparePositions(b, c) === 'ahead')
          expect(comparePositions(a, c)).toBe('ahead');
      }),
    );
  });

  test('what lies between is counted only in one history', () => {
    expect(transactionsBetween(at(uuidA, '4103391'), at(uuidA, '4182771'))).toBe('79380');
    expect(transactionsBetween(at(uuidA, '1'), at(uuidB, '2'))).toBeUndefined();
    expect(transactionsBetween(at(uuidA, '-1'), at(uuidA, '2'))).toBeUndefined();
  });
});

describe('seqnos', () => {
  test.each([
    ['18446744073709551615', '-1'],
    ['4182771', '4182771'],
    ['9223372036854775807', '9223372036854775807'],
    ['18446744073709551600', undefined],
    ['', undefined],
    ['1e3', undefined],
  ])('a status variable %j is %s', (text, seqno) => {
    expect(parseStatusSeqno(text)).toBe(seqno);
  });

  test('in files no unsigned -1 is taken', () => {
    expect(parseSeqno('18446744073709551615')).toBeUndefined();
  });
});
