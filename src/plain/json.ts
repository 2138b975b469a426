import type { Plan, RunEvent } from '../engine/event.ts';
import type { Progress } from '../views/progress.ts';

/** One value as one line. Everything beyond ASCII is escaped: such a line is safe on a terminal too, and still the same JSON. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value).replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}

/** `-o json` of a run: its events as they are in the journal, with the run's id in front. */
export function eventJson(run: string, event: RunEvent): string {
  return jsonLine({ run, ...event });
}

/** No event: what a dry run, or a run before its first gate, has found. */
export function planJson(plan: Plan, at: number): string {
  return jsonLine({ run: plan.run, type: 'plan', at, plan });
}

export function progressJson(run: string, progress: Progress, at: number): string {
  return jsonLine({ run, type: 'progress', at, ...progress });
}
