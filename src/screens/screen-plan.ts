import { clockText } from '../base/time.ts';
import { gateKeys } from './gate-box.ts';
import { blank, type Line, line, span } from './line.ts';
import { named, planLines } from './plan-lines.ts';
import { shortPlan } from './plan-short.ts';
import { rule } from './rule.ts';
import type { Screen } from './screen.ts';
import { sign } from './signs.ts';
import type { Review } from './state.ts';
import type { Area, View } from './view.ts';

/** A plan, and its gate below: danger, loss and downtime first, then the steps. `y` is dead until its last line was drawn. */
export const planScreen: Screen = {
  name: 'plan',
  members: 'tall',
  blocks: () => [],
  hints: () => ['page-down', 'describe', 'edit', 'write', 'help', 'back'],
  scrolls: scrollsOf,
  body(view, area) {
    const { review } = view.state;
    if (review === undefined) return waitingLines(view);
    const { all, page, whole } = shownLines(view, review, area);
    const top = topOf(view, all.length, page);
    const shown = all.slice(top, top + page);
    const { plan } = review.proposal;
    const title = `Plan ${plan.run} of ${plan.runbook.name}, read ${clockText(plan.readAt)}`;
    const range =
      whole === undefined
        ? `lines ${all.length === 0 ? 0 : top + 1}-${top + shown.length} of ${all.length}`
        : `in short; d shows all ${whole}`;
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
  return { lines: review === undefined ? 0 : shownLines(view, review, area).all.length, page: area.height - 3 };
}

/** All of it, or in short what would be paged although it interrupts nobody; `whole`: how long all of that is. */
function shownLines(view: View, review: Review, area: Area) {
  const page = area.height - 3;
  const all = planLines(view, review, area.width);
  const short = all.length > page ? shortPlan(view, review, area.width) : undefined;
  return short === undefined || short.length > page ? { all, page } : { all: short, page, whole: all.length };
}

function topOf(view: View, lines: number, page: number): number {
  return Math.max(0, Math.min(view.state.ui.scroll.plan ?? 0, lines - page));
}

function waitingLines({ state }: View): Line[] {
  const { refusal, waiting } = state.ui;
  if (refusal === undefined)
    return [blank, line(`  ${waiting?.says ?? 'no plan is open: 1 leads to the dashboard, 2 to the runbooks'}`)];
  return [
    rule(
      refusal.title,
      refusal.connecting === true ? 'nothing was changed' : 'REFUSED, nothing was changed',
      state.size.columns,
    ),
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
      ? opensText(seen, all, area.width)
      : gate.gate.need === 'typed'
        ? ` Type ${gate.gate.word}, then enter: ${gate.typed}_`
        : ` Start this run on ${target?.cluster}?   ${gate.live ? question : 'wait'}`;
  return [
    rule(again === '' ? `Gate: start this run on ${target?.cluster}?` : again, state, area.width),
    line(gate.live ? span(opens, 'strong') : opens),
  ];
}

function opensText(seen: number, all: number, width: number): string {
  const texts = [' so far', ''].map(
    (soFar) => ` Opens when the last line was shown: ${seen} of ${all}${soFar}.  space shows the next page`,
  );
  return texts.find((text) => text.length <= width) ?? texts.at(-1) ?? '';
}
