import type { PlannedStep } from '../engine/event.ts';

/** `5/8`: the place among the steps that are not left out; undefined for one that is, or that nobody planned. */
export function stepNumber(order: readonly PlannedStep[], id: string): string | undefined {
  const counted = order.filter((planned) => planned.skipped === undefined);
  const index = counted.findIndex((planned) => planned.step.id === id);
  return index === -1 ? undefined : `${index + 1}/${counted.length}`;
}

/** The checks before the first step that is none: they are reported together. */
export function leadingChecks(order: readonly PlannedStep[]): readonly PlannedStep[] {
  const counted = order.filter((planned) => planned.skipped === undefined);
  const end = counted.findIndex((planned) => planned.step.kind !== 'check');
  return end === -1 ? counted : counted.slice(0, end);
}
