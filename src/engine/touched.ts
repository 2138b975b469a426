import type { RunEvent } from './event.ts';

/** Whether an effect of the step took place, or may have, in any of its attempts. */
export function hasTouched(events: readonly RunEvent[], step: string): boolean {
  const effects = events.filter((event) => event.type === 'effect-started' && event.step === step);
  const refused = events.filter(
    (event) => event.type === 'effect-ended' && event.step === step && event.result === 'failed',
  );
  return effects.length > refused.length;
}

/** Whether this attempt of the step has begun an effect, in whatever process. */
export function hasActed(events: readonly RunEvent[], step: string, attempt: number): boolean {
  const from = events.findIndex(
    (event) => event.type === 'step-started' && event.step === step && event.attempt === attempt,
  );
  return from !== -1 && events.slice(from).some((event) => event.type === 'effect-started' && event.step === step);
}
