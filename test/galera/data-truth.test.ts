import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareTruth, type TableSum, truthText } from '../../src/galera/data-truth.ts';

const sum = (table: string, rows = 3, checksum: number | null = 7): TableSum => ({
  schema: 'shop',
  table,
  rows,
  checksum,
});

describe('data compared', () => {
  test('equal data is the same in any order', () => {
    const same = compareTruth([sum('a'), sum('b')], [sum('b'), sum('a')]);
    expect(same).toMatchObject({ is: 'same', tables: 2, differences: [] });
    expect(truthText(same)).toBe('2 tables, rows and checksums equal');
  });

  test('missing, extra, fewer rows and other content are told apart', () => {
    const compared = compareTruth(
      [sum('gone'), sum('rows'), sum('content')],
      [sum('rows', 2), sum('content', 3, 8), sum('new')],
    );
    expect(compared.differences.map(({ table, what }) => `${table} ${what}`)).toEqual([
      'content differs',
      'gone missing',
      'rows differs',
      'new extra',
    ]);
    expect(truthText(compared)).toBe(
      '4 of 4 tables differ: shop.content differs in content (3 rows); shop.gone missing; shop.rows has 2 rows, not 3; shop.new extra',
    );
    expect(truthText(compared, 1)).toBe('4 of 4 tables differ: shop.content differs in content (3 rows); 3 more');
  });

  test('a table without a checksum proves nothing, but other rows still differ', () => {
    const compared = compareTruth([sum('a', 3, null), sum('b')], [sum('a', 3, null), sum('b', 3, null)]);
    expect(compared).toMatchObject({ is: 'unproven', unproven: ['shop.a', 'shop.b'] });
    expect(truthText(compared, 1)).toBe('2 tables, rows equal; no checksum of shop.a and 1 more');
    expect(compareTruth([sum('a', 3, null)], [sum('a', 4, null)]).is).toBe('differs');
  });

  test('a dot in a name does not make two tables one', () => {
    const one = { schema: 'a.b', table: 'c', rows: 1, checksum: 1 };
    const other = { schema: 'a', table: 'b.c', rows: 1, checksum: 1 };
    expect(compareTruth([one], [other]).is).toBe('differs');
  });

  test('data is the same as itself, and any one change is seen', () => {
    const sums = fc.uniqueArray(
      fc.record({
        schema: fc.constantFrom('a', 'b'),
        table: fc.constantFrom('t', 'u', 'v'),
        rows: fc.nat(5),
        checksum: fc.nat(5),
      }),
      { selector: (each) => `${each.schema} ${each.table}` },
    );
    fc.assert(
      fc.property(sums, sums, (left, right) => {
        expect(compareTruth(left, left.toReversed()).is).toBe('same');
        const text = (list: TableSum[]) =>
          JSON.stringify(list.map((each) => [each.schema, each.table, each.rows, each.checksum]).toSorted());
        expect(compareTruth(left, right).is === 'same').toBe(text(left) === text(right));
        expect(compareTruth(left, right).differences.length).toBe(compareTruth(right, left).differences.length);
      }),
    );
  });
});
