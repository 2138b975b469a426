import { foldEvents } from '../engine/apply-event.ts';
import type { PlannedStep, RunEvent } from '../engine/event.ts';
import type { OpenRun } from './state.ts';

/** A run of before, as its journal tells it. */
export function openRunOf(events: readonly RunEvent[]): OpenRun {
  return {
    state: foldEvents(events),
    events,
    owedSince: owedSince(events),
    going: false,
    output: { lines: [], total: 0 },
  };
}

/** By debt, since when it is open, or was last: owed once more while it is open, it is owed since it was owed first. */
export function owedSince(events: readonly RunEvent[]): OpenRun['owedSince'] {
  const since = new Map<string, number>();
  const open = new Set<string>();
  for (const event of events) {
    if (event.type === 'debt-paid') open.delete(event.id);
    if (event.type !== 'debt-owed' || open.has(event.debt.id)) continue;
    open.add(event.debt.id);
    since.set(event.debt.id, event.at);
  }
  return Object.fromEntries(since);
}

/** An event of one kind, as it was last. */
export function lastOf<T extends RunEvent['type']>(
  events: readonly RunEvent[],
  type: T,
  fits: (event: RunEvent & { readonly type: T }) => boolean,
): (RunEvent & { readonly type: T }) | undefined {
  return events.findLast((event): event is RunEvent & { readonly type: T } => isOf(event, type) && fits(event));
}

/** Events of one kind, oldest first. */
export function allOf<T extends RunEvent['type']>(
  events: readonly RunEvent[],
  type: T,
): readonly (RunEvent & { readonly type: T })[] {
  return events.filter((event) => isOf(event, type));
}

function isOf<T extends RunEvent['type']>(event: RunEvent, type: T): event is RunEvent & { readonly type: T } {
  return event.type === type;
}

/** Steps of every part of the run, each as it was planned last. */
export function plannedSteps(events: readonly RunEvent[]): readonly PlannedStep[] {
  const steps = events.flatMap((event) =>
    event.type === 'run-started' ? event.plan.steps : event.type === 'run-continued' ? event.steps : [],
  );
  return [...new Map(steps.map((each) => [each.step.id, each])).values()];
}

/** What a step has warned of. */
export function warningsOf(events: readonly RunEvent[], step: string): readonly string[] {
  return allOf(events, 'warned').flatMap((event) => (event.step === step ? [event.says] : []));
}
