import { formatClock } from '../base/duration.ts';
import { clockText } from '../base/time.ts';
import type { PlannedStep } from '../engine/event.ts';
import { effectText } from '../engine/gate.ts';
import { gateKeys } from './gate-box.ts';
import { blank, type Line, line, type Span, span } from './line.ts';
import { planHead } from './plan-head.ts';
import { rule } from './rule.ts';
import type { Screen } from './screen.ts';
import { sign } from './signs.ts';
import type { Review } from './state.ts';
import { fitText, wrapped } from './text.ts';
import type { Area, View } from './view.ts';

const labelWidth = 14;
const stepIndent = 34;

/** A plan, and its gate below: danger, loss and downtime first, then the steps. `y` is dead until its last line was drawn. */
export const planScreen: Screen = {
  name: 'plan',
  members: 'tall',
  blocks: () => [],
  hints: () => ['page-down', 'edit', 'write', 'help', 'back'],
  scrolls: scrollsOf,
  body(view, area) {
    const { review } = view.state;
    if (review === undefined) return waitingLines(view);
    const all = planLines(view, review, area.width);
    const page = area.height - 3;
    const top = topOf(view, all.length, page);
    const shown = all.slice(top, top + page);
    const { plan } = review.proposal;
    const title = `Plan ${plan.run} of ${plan.runbook.name}, read ${clockText(plan.readAt)}`;
    const range = `lines ${all.length === 0 ? 0 : top + 1}-${top + shown.length} of ${all.length}`;
    return [
      rule(title, range, area.width),
      ...Array.from({ length: page }, (_, index) => shown[index] ?? blank),
      ...gateLines(view, review, top + shown.length, all.length, area),
    ];
  },
  line: (view) => view.state.review?.gate.note ?? '! asks yes or no     !! asks for the name     est: estimate, min:s',
  keys: (view, area) => {
    const gate = view.state.review?.gate;
    return gate?.live === true ? gateKeys(gate, view.width, scrollsOf(view, area)) : undefined;
  },
};

function scrollsOf(view: View, area: Area) {
  const { review } = view.state;
  return { lines: review === undefined ? 0 : planLines(view, review, area.width).length, page: area.height - 3 };
}

function topOf(view: View, lines: number, page: number): number {
  return Math.max(0, Math.min(view.state.ui.scroll.plan ?? 0, lines - page));
}

function waitingLines({ state }: View): Line[] {
  const { refusal, waiting } = state.ui;
  if (refusal === undefined)
    return [blank, line(`  ${waiting?.says ?? 'no plan is open: 1 leads to the dashboard, 2 to the runbooks'}`)];
  return [
    rule(refusal.title, 'REFUSED, nothing was changed', state.size.columns),
    ...refusal.failures.flatMap((failure) => [
      ...named('expected', failure.expected, state.size.columns),
      ...named('found', failure.found, state.size.columns),
      ...named('next', failure.next, state.size.columns),
      blank,
    ]),
  ];
}

function gateLines(view: View, review: Review, seen: number, all: number, area: Area): Line[] {
  const { gate, proposal } = review;
  const { target } = view.state;
  const refused = proposal.refusals.length;
  const question = gate.gate.need === 'typed' ? `type ${gate.gate.word}` : 'y yes   n no';
  if (refused > 0)
    return [
      rule(
        `Gate: closed, ${refused} ${refused === 1 ? 'step' : 'steps'} cannot be done as things are`,
        'closed',
        area.width,
      ),
      line(' ', sign('bad'), ' mend what the plan names, then plan again.  esc back'),
    ];
  const state = gate.live ? 'keys live' : seen < all ? 'closed' : 'wait';
  const again =
    gate.changed.length === 0 ? '' : `asked again: ${gate.changed.length} changed: ${gate.changed[0] ?? ''}`;
  const opens =
    seen < all
      ? ` Opens when the last line was shown: ${seen} of ${all} so far.  space shows the next page`
      : gate.gate.need === 'typed'
        ? ` Type ${gate.gate.word}, then enter: ${gate.typed}_`
        : ` Start this run on ${target?.cluster}?   ${gate.live ? question : 'wait'}`;
  return [
    rule(again === '' ? `Gate: start this run on ${target?.cluster}?` : again, state, area.width),
    line(gate.live ? span(opens, 'strong') : opens),
  ];
}

/** The whole plan as lines; nothing is cut, it is paged. */
export function planLines(view: View, review: Review, width: number): readonly Line[] {
  const { proposal } = review;
  const steps = proposal.state.order.filter(({ skipped }) => skipped === undefined);
  const out = proposal.state.order.filter(({ skipped }) => skipped !== undefined);
  return [
    ...planHead(view, review).flatMap(([name, text]) => named(name, text, width)),
    line(`    ${'step'.padEnd(12)} ${'danger'.padEnd(8)}${'est'.padStart(7)}  what it changes, from -> to`),
    ...steps.flatMap((planned, index) => stepPart(planned, index, width)),
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

function named(name: string, text: string | undefined, width: number): Line[] {
  if (text === undefined || text === '') return [];
  return wrapped(text, Math.min(100, width - labelWidth)).map((part, index) =>
    line(` ${(index === 0 ? name : '').padEnd(labelWidth - 1)}`, part),
  );
}

function stepPart(planned: PlannedStep, index: number, width: number): Line[] {
  const { step, danger, ms, seen } = planned;
  const mark = danger === 'destroys' ? span('!!', 'destroys') : danger === 'disrupts' ? span(' !', 'look') : undefined;
  const id = fitText(step.id, mark === undefined ? 12 : 10, { cut: 'middle' });
  const estimate = ms === undefined ? (step.kind === 'check' ? '-' : '?') : formatClock(ms, 'up');
  const head = line(
    `${String(index + 1).padStart(3)} ${id}`,
    ...(mark === undefined ? [] : [mark]),
    ` ${danger.padEnd(8)}${estimate.padStart(7)}  `,
  );
  const room = Math.min(100, width - stepIndent - (seen === undefined ? 0 : 2));
  const texts = textsOf(planned).flatMap((text) => wrapped(text, room));
  const [first = step.title, ...more] = texts;
  const held: readonly Span[] =
    seen === undefined ? [] : [sign(seen.is === 'so' ? 'good' : seen.is === 'unknown' ? 'unknown' : 'bad'), span(' ')];
  return [line(head, ...held, first), ...more.map((text) => line(' '.repeat(stepIndent), text))];
}

function textsOf({ seen, says, effects }: PlannedStep): readonly string[] {
  return [
    ...(seen === undefined ? [] : [seen.says]),
    ...(seen?.warnings ?? []).map((text) => `warning: ${text}`),
    ...says,
    ...effects.map(effectText),
  ];
}
