import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAge, formatClock, formatDuration, parseDuration } from '../../src/base/duration.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('durations as text', () => {
  test.each([
    [0, 'down', '0 s'],
    [400, 'down', '0 s'],
    [400, 'up', '1 s'],
    [4 * second, 'down', '4 s'],
    [59.2 * second, 'up', '1:00'],
    [12 * minute + 49 * second, 'down', '12:49'],
    [hour + 2 * minute + 44 * second, 'down', '1:02:44'],
    [47 * hour, 'down', '47:00:00'],
    [3 * day + hour, 'down', '3 d'],
    [3 * day + hour, 'up', '4 d'],
    [-5, 'down', '0 s'],
    [Number.POSITIVE_INFINITY, 'down', '?'],
  ] as const)('%d ms rounded %s is %s', (ms, rounding, text) => {
    expect(formatDuration(ms, rounding)).toBe(text);
  });

  test.each([
    [4 * second, '0:04'],
    [minute, '1:00'],
    [hour + 5 * second, '1:00:05'],
    [Number.NaN, '?'],
  ])('in a column %d ms is %s', (ms, text) => {
    expect(formatClock(ms)).toBe(text);
  });

  test.each([
    [4.9 * second, '4 s'],
    [11 * minute, '11 min'],
    [6 * hour + 9 * minute, '6 h'],
    [47.9 * hour, '47 h'],
    [48 * hour, '2 d'],
    [-2 * second, '0 s'],
    [-2 * hour, '?'],
  ])('an age of %d ms is %s', (ms, text) => {
    expect(formatAge(ms)).toBe(text);
  });

  test('an age may say its minutes', () => {
    expect(formatAge(6 * hour + 9 * minute, { minutes: true })).toBe('6 h 9 min');
    expect(formatAge(6 * hour, { minutes: true })).toBe('6 h');
  });
});

describe('durations read', () => {
  test.each([
    ['6h', 6 * hour],
    ['50m', 50 * minute],
    ['26h', 26 * hour],
    ['1h30m', 90 * minute],
    ['2d', 2 * day],
    ['90s', 90 * second],
    ['500ms', 500],
    ['1d2h3m4s5ms', day + 2 * hour + 3 * minute + 4 * second + 5],
    ['', undefined],
    ['6', undefined],
    ['30m1h', undefined],
    ['-1h', undefined],
    ['1.5h', undefined],
    ['1h ', undefined],
    ['99999999999999999999d', undefined],
  ])('%j is %s ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test('whole seconds come back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (all) => {
        expect(parseDuration(`${Math.floor(all / 3600)}h${Math.floor(all / 60) % 60}m${all % 60}s`)).toBe(all * second);
      }),
    );
  });
});
