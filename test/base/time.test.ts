import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backupId, backupIdTime, clockText, dateTimeText } from '../../src/base/time.ts';

describe('times', () => {
  const at = Date.UTC(2026, 10, 21, 5, 0, 7);

  test('a backup id is its time in UTC', () => {
    expect(backupId(at)).toBe('20261121T050007Z');
    expect(backupIdTime('20261121T050007Z')).toBe(at);
  });

  test.each(['20260230T000000Z', '20261121T250007Z', '20261121T050007', '2026-11-21T05:00:07Z', '', '../x'])(
    '%j is no backup id',
    (text) => {
      expect(backupIdTime(text)).toBeUndefined();
    },
  );

  test('ids come back, and sort as their times do', () => {
    const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
    fc.assert(
      fc.property(seconds, seconds, (a, b) => {
        expect(backupIdTime(backupId(a * 1000))).toBe(a * 1000);
        expect(backupId(a * 1000) < backupId(b * 1000)).toBe(a < b);
      }),
    );
  });

  test('clocks are UTC and say so', () => {
    expect(clockText(at)).toBe('05:00:07Z');
    expect(dateTimeText(at)).toBe('2026-11-21 05:00:07Z');
  });
});
