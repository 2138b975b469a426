import { formatBytes } from '../base/bytes.ts';
import { formatDuration } from '../base/duration.ts';
import { dateTimeText } from '../base/time.ts';
import { isPending } from '../engine/action.ts';
import type { Plan, PlannedStep } from '../engine/event.ts';
import { code, plain } from './markdown.ts';
import { stepNumber } from './step-number.ts';

/** What was going to happen, as it stood before anybody was asked. */
export function planned(plan: Plan): string[] {
  return [
    '## Plan',
    '',
    `Read from the cluster at ${dateTimeText(plan.readAt)}. SHA-256 of what was seen: ${code(plan.saw)}.`,
    '',
    ...plan.steps.flatMap((step) => plannedStep(plan.steps, step)),
    '',
  ];
}

export function plannedStep(order: readonly PlannedStep[], planned: PlannedStep): string[] {
  const { step, skipped } = planned;
  if (skipped !== undefined) return [`- ${code(step.id)} ${plain(step.title)}: left out, ${plain(skipped)}`];
  const number = stepNumber(order, step.id) ?? '';
  const gate = planned.gate === undefined ? '' : `, ${planned.gate === 'typed' ? 'typed gate' : 'yes/no gate'}`;
  const time = planned.ms === undefined ? '' : `, about ${formatDuration(planned.ms, 'up')}`;
  const bytes = planned.bytes === undefined ? '' : `, ${formatBytes(planned.bytes, 'up')}`;
  return [
    `- ${number} ${code(step.id)} ${plain(step.title)}: ${code(step.action)}, ${planned.danger}${gate}${time}${bytes}`,
    ...details(planned).map((line) => `  - ${line}`),
  ];
}

function details(planned: PlannedStep): string[] {
  const { seen } = planned;
  const input = Object.entries(planned.input).map(
    ([name, value]) => `${code(name)}: ${isPending(value) ? 'from an earlier step' : code(JSON.stringify(value))}`,
  );
  return [
    ...(input.length === 0 ? [] : [`input ${input.join(', ')}`]),
    ...planned.effects.map(
      ({ object, field, from, to }) => `changes ${code(object)}, ${code(field)}: ${code(from)} to ${code(to)}`,
    ),
    ...planned.says.map((says) => `says: ${plain(says)}`),
    ...(seen === undefined
      ? []
      : [
          `seen while planning: ${{ so: 'holds', 'not-so': 'does not hold', unknown: 'not known' }[seen.is]}, ${plain(seen.says)}`,
        ]),
    ...(planned.unknowns ?? []).map((unknown) => `not known before: ${plain(unknown)}`),
    ...planned.debts.map(
      ({ id, says, due }) => `owes ${code(id)} until ${due === 'end' ? 'the end' : 'closed'}: ${plain(says)}`,
    ),
  ];
}
