import { formatBytes } from '../base/bytes.ts';
import { formatClock } from '../base/duration.ts';
import { dateTimeText } from '../base/time.ts';
import type { Plan, PlannedStep } from '../engine/event.ts';
import { stepNumber } from '../record/step-number.ts';
import { planSummary, plural, whereText } from '../views/words.ts';
import { ascii, wrap } from './ascii.ts';

const marks = { reads: '', changes: '', disrupts: '!', destroys: '!!' } as const;
const headWidth = 10;

/** The whole plan for people, at most `width` columns: for `--dry-run`, and before the plan's gate. Nothing is cut, long lines wrap. */
export function planText(plan: Plan, width = 100): string[] {
  const head = (name: string, text: string) => hung(`${name.padEnd(headWidth)}`, text, width);
  const steps = plan.steps.filter(({ skipped }) => skipped === undefined);
  const out = plan.steps.filter(({ skipped }) => skipped !== undefined);
  const parameters = Object.entries(plan.parameters).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const gates = [
    'plan',
    ...steps
      .filter(({ gate }) => gate !== undefined)
      .map(({ step, gate }) => `${step.id}${gate === 'typed' ? ' (typed)' : ''}`),
  ];
  const owes = steps.flatMap(({ step, debts }) =>
    debts.map(
      (debt) => `${debt.id} (${step.id}): ${debt.says}${debt.due === 'close' ? ', until the run is closed' : ''}`,
    ),
  );
  return [
    `Plan ${plan.run} of ${plan.runbook.name}, read ${dateTimeText(plan.readAt)}`,
    ...head('title', plan.runbook.title),
    ...head('target', whereText(plan.identity)),
    ...head('runbook', `sha256 ${plan.runbook.sha256}`),
    ...head('with', parameters.length === 0 ? 'no parameters' : parameters.join('  ')),
    ...head('in short', planSummary(plan)),
    ...head('gates', gates.join(', ')),
    ...owes.flatMap((text, index) => head(index === 0 ? 'owes' : '', text)),
    ...steps
      .flatMap(({ step, unknowns }) => (unknowns ?? []).map((text) => `${step.id}: ${text}`))
      .flatMap((text, index) => head(index === 0 ? 'not known' : '', text)),
    '',
    ...stepRows(steps, width),
    ...(out.length === 0
      ? []
      : ['', ...out.flatMap(({ step, skipped }) => hung('left out  ', `${step.id}: ${skipped}`, width))]),
    ...refused(steps, width),
  ].map(ascii);
}

function hung(head: string, text: string, width: number): string[] {
  return wrap(ascii(text), Math.max(20, width - head.length)).map((line, index) =>
    index === 0 ? `${head}${line}` : `${' '.repeat(head.length)}${line}`,
  );
}

function stepRows(steps: readonly PlannedStep[], width: number): string[] {
  const idWidth = Math.max(4, ...steps.map(({ step }) => step.id.length));
  const place = String(steps.length).length * 2 + 1;
  const row = (number: string, id: string, mark: string, danger: string, estimate: string) =>
    `${number.padStart(place)}  ${id.padEnd(idWidth)} ${mark.padEnd(2)} ${danger.padEnd(8)}  ${estimate.padStart(7)}  `;
  const blank = row('', '', '', '', '');
  return [
    `${row('', 'step', '', 'danger', 'est')}what it does, what it changes: from -> to`,
    ...steps.flatMap((planned) => {
      const { step, danger } = planned;
      const first = row(stepNumber(steps, step.id) ?? '', step.id, marks[danger], danger, estimate(planned));
      const [text = step.title, ...more] = stepTexts(planned);
      return [...hung(first, text, width), ...more.flatMap((each) => hung(blank, each, width))];
    }),
  ];
}

/** A check takes moments; what acts without an estimate is unknown. */
function estimate({ ms, step }: PlannedStep): string {
  if (ms !== undefined) return formatClock(ms, 'up');
  return step.kind === 'check' ? '-' : '?';
}

function stepTexts(planned: PlannedStep): string[] {
  const { seen, bytes, says, effects } = planned;
  const held =
    seen === undefined ? [] : [`${{ so: 'holds', 'not-so': 'REFUSED', unknown: 'UNKNOWN' }[seen.is]}: ${seen.says}`];
  return [
    ...held,
    ...(seen?.warnings ?? []).map((text) => `warning: ${text}`),
    ...says,
    ...(bytes === undefined ? [] : [`about ${formatBytes(bytes, 'up')}`]),
    ...effects.map(({ object, field, from, to }) => `${object} ${field}: ${from} -> ${to}`),
  ];
}

/** All of them together, so that they are mended together. */
function refused(steps: readonly PlannedStep[], width: number): string[] {
  const all = steps.flatMap(({ step, seen }) =>
    seen?.failure === undefined ? [] : [{ id: step.id, failure: seen.failure }],
  );
  if (all.length === 0) return [];
  return [
    '',
    `REFUSED: ${plural(all.length, 'step')} of this plan cannot be done as things are`,
    ...all.flatMap(({ id, failure }) => [
      `  ${id}`,
      ...(['expected', 'found', 'next'] as const).flatMap((part) =>
        hung(`    ${part.padEnd(10)}`, failure[part], width),
      ),
    ]),
  ];
}
