import { describe, expect, it } from 'vitest';
import { gapsOf } from '../../bench/gaps.ts';
import { markdown, median } from '../../bench/table.ts';

const ticks = (...times: readonly (readonly [at: number, ok: boolean])[]) =>
  times.map(([at, ok], n) => ({ n, at, ok }));

describe('the numbers of bench', () => {
  it('count every gap of a second and more between acknowledged writes, refused ones being none', () => {
    const seen = ticks(
      [0, true],
      [100, true],
      [200, false],
      [5_100, true],
      [5_200, true],
      [8_200, true],
      [8_300, true],
    );
    expect(gapsOf(seen, 0)).toEqual({ first: 5_000, all: 8_000 });
  });

  it('leave out gaps that were over before', () => {
    expect(gapsOf(ticks([0, true], [4_000, true], [4_100, true]), 5_000)).toEqual({ first: 0, all: 0 });
  });

  it('take the middle of odd and even numbers of measurements', () => {
    expect(median([30, 10, 20])).toBe(20);
    expect(median([40, 10, 20, 30])).toBe(25);
  });

  it('are printed as a table with its bounds below', () => {
    const table = markdown({ title: 'T', head: ['a', 'b'], rows: [['x', '1']], bounds: ['kept'] });
    expect(table).toBe('## T\n\n| a | b |\n| --- | ---: |\n| x | 1 |\n\n* kept');
  });
});
