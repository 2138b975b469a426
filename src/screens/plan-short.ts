import type { PlannedStep } from '../engine/event.ts';
import { leadingChecks } from '../record/step-number.ts';
import { effectLines } from './effect-lines.ts';
import { type Line, line } from './line.ts';
import { planHead, timeOf } from './plan-head.ts';
import { moreLines, named, stepHeads, stepPart } from './plan-lines.ts';
import { sign } from './signs.ts';
import type { Review } from './state.ts';
import type { View } from './view.ts';

/** What the other lines of a short plan say already. */
const said: readonly string[] = ['clients', 'in short'];

/** What it changes on the Galera cluster itself; the rest are Jobs and archives of ours. */
function onCluster({ state }: View, { effects }: PlannedStep): readonly string[] {
  return effectLines(
    state,
    effects.filter(({ object }) => !/^(Job|claim|index entry|ConfigMap)\b/.test(object)),
  );
}

/**
 * A plan that asks no more than its own gate, all of whose checks hold: the checks in one line, each other step by what it does first, so that
 * a backup is `b` and `y` on any terminal. Undefined: there is something in it that has to be read.
 */
export function shortPlan(view: View, review: Review, width: number): readonly Line[] | undefined {
  const { state, refusals } = review.proposal;
  const checks = leadingChecks(state.order);
  const steps = state.order.filter(({ skipped }) => skipped === undefined);
  const others = steps.filter((planned) => !checks.includes(planned));
  const isPlain = steps.every(
    ({ danger, gate, seen }) =>
      gate === undefined && (danger === 'reads' || danger === 'changes') && (seen?.warnings ?? []).length === 0,
  );
  const hold = checks.every(({ seen }) => seen?.is === 'so');
  if (!isPlain || !hold || refusals.length > 0 || checks.length < 2) return undefined;
  const donor = steps.find(({ step }) => step.action === 'galera.choose-donor')?.seen?.says;
  return [
    ...planHead(view, review)
      .filter(([name]) => !said.includes(name))
      .flatMap(([name, text]) => named(name, name === 'danger' ? `${text}; ${timeOf(steps)}` : text, width)),
    ...named('donor', donor?.replace(/^donor /, ''), width),
    stepHeads,
    line(
      `1-${checks.length}`.padStart(5),
      ' checks'.padEnd(12),
      'reads'.padEnd(14),
      '-  ',
      sign('good'),
      ` hold: ${checks.map(({ step }) => step.id).join(', ')}`,
    ),
    ...others.flatMap((planned, index) => [
      ...stepPart(view, planned, checks.length + index, width, 'first'),
      ...onCluster(view, planned).flatMap((text) => moreLines(text, width)),
    ]),
  ];
}
