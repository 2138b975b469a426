import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatBytes, parseSize } from '../../src/base/bytes.ts';

const GiB = 1024 ** 3;

describe('bytes as text', () => {
  test.each([
    [0, 'nearest', '0 B'],
    [17, 'nearest', '17 B'],
    [999, 'nearest', '999 B'],
    [1000, 'nearest', '0.98 KiB'],
    [1024, 'nearest', '1.00 KiB'],
    [412 * 1024 ** 2, 'nearest', '412 MiB'],
    [9.62 * GiB, 'nearest', '9.62 GiB'],
    [58 * GiB, 'nearest', '58.0 GiB'],
    [1000 * 1024 ** 2, 'nearest', '0.98 GiB'],
    [999.5 * 1024 ** 2, 'up', '0.98 GiB'],
    [9.999 * GiB, 'up', '10.0 GiB'],
    [9.999 * GiB, 'down', '9.99 GiB'],
    [36.24 * GiB, 'up', '36.3 GiB'],
    [41.59 * GiB, 'down', '41.5 GiB'],
    [2 * 1024 ** 4, 'nearest', '2.00 TiB'],
    [-GiB, 'down', '-1.00 GiB'],
    [Number.NaN, 'nearest', '?'],
  ] as const)('%d rounded %s is %s', (bytes, rounding, text) => {
    expect(formatBytes(bytes, rounding)).toBe(text);
  });

  test('a need is never shown smaller than it is, nor free space larger', () => {
    const bytesIn = (text: string) => {
      const [number = '', unit = ''] = text.split(' ');
      return Number(number) * (unit === 'B' ? 1 : (parseSize(`1${unit.slice(0, 2)}`) ?? Number.NaN));
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 46 }), (bytes) => {
        const slack = bytes * 1e-9 + 1e-6;
        expect(bytesIn(formatBytes(bytes, 'up'))).toBeGreaterThanOrEqual(bytes - slack);
        expect(bytesIn(formatBytes(bytes, 'down'))).toBeLessThanOrEqual(bytes + slack);
        expect(formatBytes(bytes)).toMatch(/^(\d{1,3} B|\d\.\d\d \w+|\d\d\.\d \w+|\d{3} \w+)$/);
      }),
    );
  });
});

describe('sizes as Kubernetes writes them', () => {
  test.each([
    ['5Gi', 5 * GiB],
    ['256Mi', 256 * 1024 ** 2],
    ['1.5Ti', 1.5 * 1024 ** 4],
    ['1000M', 1e9],
    ['1k', 1000],
    ['4096', 4096],
    ['1e9', 1e9],
    ['12E', undefined],
    ['1500m', 2],
    ['0.1', 1],
    ['0', 0],
    ['', undefined],
    ['5 Gi', undefined],
    ['-5Gi', undefined],
    ['5GiB', undefined],
    ['Gi', undefined],
    ['5K', undefined],
    ['1Ki1', undefined],
  ])('%j is %s', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test('plain bytes come back as they are', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (bytes) => {
        expect(parseSize(String(bytes))).toBe(bytes);
      }),
    );
  });
});
