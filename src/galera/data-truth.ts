/** What one table holds. */
export interface TableSum {
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
  /** Of `CHECKSUM TABLE`; null where the engine has none or it was not asked. */
  readonly checksum: number | null;
}

export interface TableDifference {
  /** `missing`: only in what was expected; `extra`: only in what was found. */
  readonly what: 'missing' | 'extra' | 'differs';
  readonly schema: string;
  readonly table: string;
  readonly expected?: { readonly rows: number; readonly checksum: number | null };
  readonly found?: { readonly rows: number; readonly checksum: number | null };
}

export interface TruthComparison {
  /** `unproven`: nothing differs, but not every table has a checksum on both sides. */
  readonly is: 'same' | 'differs' | 'unproven';
  readonly tables: number;
  readonly differences: readonly TableDifference[];
  /** Tables without a checksum on either side, as `schema.table`. */
  readonly unproven: readonly string[];
}

// No name holds a NUL, so no two pairs share a key.
const keyOf = (sum: TableSum): string => `${sum.schema}\0${sum.table}`;

const contentOf = (sum: TableSum) => ({ rows: sum.rows, checksum: sum.checksum });

function indexed(sums: readonly TableSum[]): Map<string, TableSum> {
  return new Map(sums.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)).map((sum) => [keyOf(sum), sum]));
}

/** Whether two looks saw the same data, table by table. The order of the lists does not matter. */
export function compareTruth(expected: readonly TableSum[], found: readonly TableSum[]): TruthComparison {
  const [left, right] = [indexed(expected), indexed(found)];
  const differences: TableDifference[] = [];
  const unproven: string[] = [];
  for (const [key, one] of left) {
    const other = right.get(key);
    const name = { schema: one.schema, table: one.table };
    if (other === undefined) differences.push({ what: 'missing', ...name, expected: contentOf(one) });
    else if (
      one.rows !== other.rows ||
      (one.checksum !== null && other.checksum !== null && one.checksum !== other.checksum)
    ) {
      differences.push({ what: 'differs', ...name, expected: contentOf(one), found: contentOf(other) });
    } else if (one.checksum === null || other.checksum === null) unproven.push(`${one.schema}.${one.table}`);
  }
  for (const [key, other] of right) {
    if (!left.has(key))
      differences.push({ what: 'extra', schema: other.schema, table: other.table, found: contentOf(other) });
  }
  const is = differences.length > 0 ? 'differs' : unproven.length > 0 ? 'unproven' : 'same';
  return { is, tables: new Set([...left.keys(), ...right.keys()]).size, differences, unproven };
}

function oneText(difference: TableDifference): string {
  const name = `${difference.schema}.${difference.table}`;
  const { expected, found } = difference;
  if (expected === undefined || found === undefined) return `${name} ${difference.what}`;
  return expected.rows === found.rows
    ? `${name} differs in content (${expected.rows} rows)`
    : `${name} has ${found.rows} rows, not ${expected.rows}`;
}

/** `2 of 412 tables differ: shop.orders has 3 rows, not 4; …`, with at most `limit` of them named. */
export function truthText(comparison: TruthComparison, limit = 5): string {
  const { differences, tables, unproven } = comparison;
  if (differences.length > 0) {
    const named = differences.slice(0, limit).map(oneText);
    const more = differences.length - named.length;
    return `${differences.length} of ${tables} tables differ: ${[...named, ...(more > 0 ? [`${more} more`] : [])].join('; ')}`;
  }
  if (unproven.length === 0) return `${tables} tables, rows and checksums equal`;
  const named = unproven.slice(0, limit);
  const more = unproven.length - named.length;
  return `${tables} tables, rows equal; no checksum of ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
