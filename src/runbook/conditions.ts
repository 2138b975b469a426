import { canonical } from '../base/json.ts';
import type { Condition } from './body.ts';
import { formatReference } from './reference.ts';

/** Whether the second list of conditions holds whenever the first one does. */
export function implies(these: readonly Condition[], those: readonly Condition[]): boolean {
  return those.every((that) =>
    these.some(
      (one) =>
        formatReference(one.reference) === formatReference(that.reference) &&
        one.oneOf.every(({ value }) => that.oneOf.some((other) => canonical(other.value) === canonical(value))),
    ),
  );
}

/** As it would be written, on one line. */
export function formatConditions(conditions: readonly Condition[]): string {
  const parts = conditions.map(({ reference, oneOf }) => {
    const values = oneOf.map(({ value }) => String(value));
    return `${formatReference(reference)}: ${values.length === 1 ? values[0] : `[${values.join(', ')}]`}`;
  });
  return `when: {${parts.join(', ')}}`;
}
