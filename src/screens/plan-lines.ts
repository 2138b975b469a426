import { formatClock } from '../base/duration.ts';
import type { PlannedStep } from '../engine/event.ts';
import { dangerMark } from './danger-mark.ts';
import { effectLines } from './effect-lines.ts';
import { blank, type Line, line, type Span, span } from './line.ts';
import { planHead } from './plan-head.ts';
import { sign } from './signs.ts';
import type { Review } from './state.ts';
import { columnsOf, fitText, wrapped } from './text.ts';
import type { View } from './view.ts';

const labelWidth = 14;
const stepIndent = 34;
/** Of what is longer, on a screen that is narrower than `roomy`. */
const textIndent = 4;
const roomy = 100;
const proseAtMost = 100;

/** Above the steps. */
export const stepHeads = line(
  `    ${'step'.padEnd(12)} ${'danger'.padEnd(8)}${'est'.padStart(7)}  what it changes, from -> to`,
);

/** The whole plan as lines; nothing is cut, it is paged. */
export function planLines(view: View, review: Review, width: number): readonly Line[] {
  const { proposal } = review;
  const steps = proposal.state.order.filter(({ skipped }) => skipped === undefined);
  const out = proposal.state.order.filter(({ skipped }) => skipped !== undefined);
  return [
    ...planHead(view, review).flatMap(([name, text]) => named(name, text, width)),
    stepHeads,
    ...steps.flatMap((planned, index) => stepPart(view, planned, index, width)),
    ...out.flatMap(({ step, skipped }) => named('left out', `${step.id}: ${skipped}`, width)),
    ...proposal.refusals.flatMap(({ step, failure }) => [
      blank,
      line(' ', span(`REFUSED at ${step}`, 'bad')),
      ...named('expected', failure.expected, width),
      ...named('found', failure.found, width),
      ...named('next', failure.next, width),
    ]),
  ];
}

export function named(name: string, text: string | undefined, width: number): Line[] {
  if (text === undefined || text === '') return [];
  return wrapped(text, Math.min(100, width - labelWidth)).map((part, index) =>
    line(` ${(index === 0 ? name : '').padEnd(labelWidth - 1)}`, part),
  );
}

/** A step with its number. `only`: by what it does first. */
export function stepPart(view: View, planned: PlannedStep, index: number, width: number, only?: 'first'): Line[] {
  const { step, danger, ms, seen } = planned;
  const mark = dangerMark(planned);
  const id = fitText(step.id, mark === undefined ? 12 : 10, { cut: 'middle' });
  const estimate = ms === undefined ? (step.kind === 'check' ? '-' : '?') : formatClock(ms, 'up');
  const head = line(
    `${String(index + 1).padStart(3)} ${id}`,
    ...(mark === undefined ? [] : [' '.repeat(2 - mark.text.length), mark]),
    ` ${danger.padEnd(8)}${estimate.padStart(7)}  `,
  );
  const [first = step.title, ...rest] = textsOf(view, planned);
  const more = only === 'first' ? [] : rest;
  const held: readonly Span[] =
    seen === undefined ? [] : [sign(seen.is === 'so' ? 'good' : seen.is === 'unknown' ? 'unknown' : 'bad'), span(' ')];
  const room = Math.min(proseAtMost, width - stepIndent - (seen === undefined ? 0 : 2));
  if (width < roomy && columnsOf(first) > room)
    return [line(head, ...held, step.title), ...[first, ...more].flatMap((text) => moreLines(text, width))];
  const [now = '', ...below] = wrapped(first, room);
  return [
    line(head, ...held, now),
    ...below.map((text) => line(' '.repeat(stepIndent), text)),
    ...more.flatMap((text) => moreLines(text, width)),
  ];
}

/** Below the column where it fits there on one line; a longer text has the whole width, or a plan would have no end. */
export function moreLines(text: string, width: number): readonly Line[] {
  const room = Math.min(proseAtMost, width - stepIndent);
  const indent = width >= roomy || columnsOf(text) <= room ? stepIndent : textIndent;
  return wrapped(text, Math.min(proseAtMost, width - indent)).map((part) => line(' '.repeat(indent), part));
}

function textsOf({ state }: View, { seen, says, effects }: PlannedStep): readonly string[] {
  return [
    ...(seen === undefined ? [] : [seen.says]),
    ...(seen?.warnings ?? []).map((text) => `warning: ${text}`),
    ...says,
    ...effectLines(state, effects),
  ];
}
