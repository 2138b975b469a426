import { canonical, type Json, type JsonObject } from '../base/json.ts';
import { compareTruth, type TableSum, truthText } from '../galera/data-truth.ts';

const systemSchemas = new Set(['mysql', 'sys', 'information_schema', 'performance_schema']);

/** Schemas of the server itself, and the folders of this program, which show as empty databases. */
export function isSystemSchema(schema: string): boolean {
  return systemSchemas.has(schema.toLowerCase()) || schema.startsWith('galera_runbook_');
}

export function tableSums(rows: Json | undefined): readonly TableSum[] {
  if (!Array.isArray(rows)) return [];
  return rows.flatMap((row: Json): TableSum[] => {
    const { schema, table, rows: count, checksum } = (row ?? {}) as JsonObject;
    if (typeof schema !== 'string' || typeof table !== 'string' || isSystemSchema(schema)) return [];
    return [
      {
        schema,
        table,
        rows: Number(count),
        checksum: checksum === null || checksum === undefined ? null : Number(checksum),
      },
    ];
  });
}

export function sumsJson(sums: readonly TableSum[]): Json {
  return sums.map(({ schema, table, rows, checksum }) => ({ schema, table, rows, checksum }));
}

export function tableNames(tables: readonly { readonly schema: string; readonly table: string }[]): readonly string[] {
  return tables
    .filter(({ schema }) => !isSystemSchema(schema))
    .map(({ schema, table }) => `${schema}.${table}`)
    .toSorted();
}

/** `shop.orders missing, shop.old not expected`, or undefined when the lists are equal. */
export function namesDiffer(expected: readonly string[], found: readonly string[], limit = 5): string | undefined {
  const [wanted, there] = [new Set(expected), new Set(found)];
  const missing = expected.filter((name) => !there.has(name)).map((name) => `${name} missing`);
  const extra = found.filter((name) => !wanted.has(name)).map((name) => `${name} not expected`);
  const all = [...missing, ...extra];
  if (all.length === 0) return undefined;
  return `${all.slice(0, limit).join(', ')}${all.length > limit ? ` and ${all.length - limit} more` : ''}`;
}

/** One member's copy, as a scratch server saw it. */
export interface CopyTruth {
  readonly member: string;
  readonly tables: readonly TableSum[];
  /** Counts of views, routines and the like. */
  readonly objects: JsonObject;
}

/** What differs between the copies, naming members; undefined when they are equal. */
export function copiesDiffer(copies: readonly CopyTruth[]): string | undefined {
  const [first, ...others] = copies;
  if (!first) return 'no copy';
  const differences = others.flatMap((other) => {
    const compared = compareTruth(first.tables, other.tables);
    const found: string[] = [];
    if (compared.is === 'differs') found.push(truthText(compared));
    if (canonical(first.objects) !== canonical(other.objects))
      found.push(`objects ${canonical(first.objects)} and ${canonical(other.objects)}`);
    return found.map((text) => `${first.member} and ${other.member}: ${text}`);
  });
  return differences.length > 0 ? differences.join('; ') : undefined;
}
