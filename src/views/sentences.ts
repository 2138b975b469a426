import type { Plan, PlannedStep } from '../engine/event.ts';
import { stepNumber } from '../record/step-number.ts';
import { about, backupOf, doesText, planSummary } from './words.ts';

/** The plan in a few lines: sums first, then what was found, what gates will ask about, and what nobody can know before. */
export function plannedSentences(plan: Plan): string[] {
  const backup = backupOf(plan);
  const what = backup === undefined ? plan.runbook.name : `${plan.runbook.name} of ${backup}`;
  const steps = plan.steps.filter(({ skipped }) => skipped === undefined);
  const seen = steps.flatMap(({ step, seen }) =>
    seen === undefined || seen.is === 'so'
      ? []
      : [`${step.id}: ${seen.is === 'unknown' ? 'not known' : 'does not hold'}: ${seen.says}`],
  );
  const chosen = steps.flatMap(({ step, seen, says }) =>
    step.kind === 'do' ? [] : [...says, ...(seen?.is === 'so' ? [named(step.id, seen.says)] : [])],
  );
  const gated = steps.flatMap(({ danger, says }) => (danger === 'disrupts' || danger === 'destroys' ? says : []));
  const warned = steps.flatMap(({ step, seen }) =>
    (seen?.warnings ?? []).map((text) => `warning: ${step.id}: ${text}`),
  );
  const unknown = [...new Set(steps.flatMap(({ unknowns }) => unknowns ?? []))];
  return [
    `${what}: ${planSummary(plan)}`,
    ...chosen,
    ...gated,
    ...warned,
    ...seen,
    ...(unknown.length === 0 ? [] : [`not known before: ${unknown.join('; ')}`]),
  ];
}

function named(id: string, says: string): string {
  return says.startsWith(`${id} `) ? says : `${id}: ${says}`;
}

/** `changes: 1 Job on the volume of mariadb-server-2, about 3 min` */
export function startSentence(planned: PlannedStep, attempt: number): string {
  const parts = [
    doesText(planned),
    ...(planned.ms === undefined || planned.ms < 10_000 ? [] : [`about ${about(planned.ms)}`]),
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
  ];
  return `${planned.danger}: ${parts.join(', ')}`;
}

const size = /\d [KMGTPE]?i?B\b/;

/** All leading checks that held: `1-4/8 agree, donor, tool, room: all hold; room: needs …`. Of what they say only sizes: the plan has said it all. */
export function leadingLine(
  order: readonly PlannedStep[],
  held: readonly { readonly step: PlannedStep; readonly says: string }[],
): string {
  const numbers = held.map(({ step }) => stepNumber(order, step.step.id) ?? '?');
  const [, total = '?'] = (numbers[0] ?? '').split('/');
  const places = numbers.map((number) => number.split('/')[0] ?? '?');
  const ids = held.map(({ step }) => step.step.id).join(', ');
  const [only, ...more] = held;
  if (only !== undefined && more.length === 0) return `${places[0]}/${total} ${ids}: ${only.says}`;
  const sizes = held.filter(({ says }) => size.test(says)).map(({ step, says }) => `; ${named(step.step.id, says)}`);
  return `${spanned(places)}/${total} ${ids}: all hold${sizes.join('')}`;
}

function spanned(places: readonly string[]): string {
  const numbers = places.map(Number);
  const whole = numbers.every((number, index) => index === 0 || number === (numbers[index - 1] ?? 0) + 1);
  return whole ? `${places[0]}-${places.at(-1)}` : places.join(',');
}
