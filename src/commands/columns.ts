import { table } from '../plain/tables.ts';

/** A table whose columns are all text, headed by their names. */
export function columns(names: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return table(
    names.map((title) => ({ title })),
    rows,
  );
}
