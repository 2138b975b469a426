import { formatClock } from '../base/duration.ts';
import { clockText } from '../base/time.ts';
import { owed, type RunState, stepState } from '../engine/state.ts';
import { stepNumber } from '../record/step-number.ts';
import { debtKey } from './describe-debt.ts';
import { apart, type Line, line, span } from './line.ts';
import { allOf } from './open-run.ts';
import { swapOf } from './position-now.ts';
import { rule } from './rule.ts';
import { sign } from './signs.ts';
import type { OpenRun } from './state.ts';
import { columnsOf, wrapped } from './text.ts';
import type { Area, View } from './view.ts';
import { type WayOn, waysOn } from './ways-on.ts';

const indent = 13;

/** What the cursor is on, where the focus is not on a member. */
export interface FailureCursor {
  readonly step: boolean;
  readonly debt?: string;
}

/**
 * A run that failed: what was expected, what was found, what to do, and what is owed. What to do and what is owed stand at every size;
 * what was found gives way, and `d` has all of it.
 */
export function failureLines(view: View, run: OpenRun, cursor: FailureCursor, area: Area): readonly Line[] {
  const { state } = run;
  const { failure } = state;
  if (failure === undefined) return [];
  const { width } = area;
  const { startedAt = 0, endedAt } = state;
  const number = stepNumber(state.order, failure.step)?.replace('/', ' of ');
  const where = number === undefined ? failure.step : `${failure.step}, step ${number}`;
  const title = `${state.stop === undefined ? 'FAILED' : 'STOPPED'} at ${where}, after ${formatClock((endedAt ?? view.state.now) - startedAt)}`;
  const planned = state.order.find(({ step }) => step.id === failure.step);
  const doubt = stepState(state, failure.step).inDoubt === true;
  const head = [
    rule(`Run ${state.plan?.run} ${state.plan?.runbook.name}`, title, width),
    line(
      cursor.step ? span('>', 'cursor') : ' ',
      sign(doubt ? 'unknown' : 'bad'),
      ` ${failure.step}: ${planned?.step.title ?? ''}${doubt ? ', in doubt: the next start looks whether it has happened' : ''}`,
    ),
    ...cutAt(part('expected', failure.failure.expected, width), expectedAtMost),
  ];
  const ways = waysOn(state);
  const debts = debtLines(view, run, cursor.debt, width);
  const found = part('found', failure.failure.found, width);
  const next = cutAt(part('next', `${failure.failure.next}${ways.length === 0 ? '' : '; then'}`, width), nextAtMost);
  const left = (asks: readonly Line[]) =>
    area.height - head.length - next.length - wayLines(ways, width).length - asks.length - debts.length;
  const said = asksLines(state, ways, width);
  const asks = left(said) < Math.min(found.length, foundAtLeast) ? [] : said;
  return [
    ...head,
    ...cutAt(found, Math.max(1, left(asks))),
    ...next,
    ...wayLines(ways, width),
    ...asks,
    ...debts,
  ].slice(0, area.height);
}

const expectedAtMost = 2;
const foundAtLeast = 2;
const nextAtMost = 3;

function cutAt(lines: readonly Line[], room: number): readonly Line[] {
  if (lines.length <= room) return lines;
  return lines
    .slice(0, room)
    .map((each, index) =>
      index === room - 1 ? line(each, span(` ~ ${lines.length - room} more: d`, 'strong')) : each,
    );
}

function wayLines(ways: readonly WayOn[], width: number): readonly Line[] {
  return ways.flatMap(({ key, says }) =>
    wrapped(says, width - indent - 3).map((text, index) =>
      line(' '.repeat(indent), span(index === 0 ? key : ' ', 'strong'), `  ${text}`),
    ),
  );
}

function asksLines(state: RunState, ways: readonly WayOn[], width: number): readonly Line[] {
  if (ways.length === 0) return [];
  const down = owed(state).some(({ id }) => /^(traffic|members)/.test(id));
  const asks = `${ways.length === 1 ? 'It shows' : 'Each shows'} its plan and asks.`;
  const meanwhile = down ? ' Until then no member serves clients.' : '';
  return wrapped(`${asks}${meanwhile}`, width - indent).map((text) => line(' '.repeat(indent), text));
}

function debtLines(view: View, run: OpenRun, cursor: string | undefined, width: number): readonly Line[] {
  const { state } = run;
  const debts = owed(state);
  const paid = paidByItself(run);
  const why = state.crossed
    ? `nothing is paid by itself after ${crossedAt(state)}`
    : paid.length > 0
      ? 'the rest was paid by itself'
      : 'it could not be paid by itself';
  const none = paid.length > 0 ? 'Owes nothing: what was owed was paid by itself' : 'Owes nothing';
  return [
    rule(debts.length === 0 ? none : `Owes ${debts.length}: ${why}`, debts.length === 0 ? '' : 'since', width),
    ...debts.map((debt) => {
      const focused = cursor === debtKey({ run: state.plan?.run ?? '', id: debt.id });
      const since = sinceOf(view, run, debt.id);
      const name = (debt.id.split(':')[0] ?? '').padEnd(9);
      return apart(
        line(focused ? span('>', 'cursor') : ' ', sign('look'), ` ${name} ${debt.says}`),
        line(` by ${debt.step.padEnd(8)} ${since === undefined ? '?' : clockText(since)} `),
        width,
      );
    }),
    ...paid.map(({ id, says, at }) =>
      apart(
        line(' ', sign('good'), ` ${(id.split(':')[0] ?? '').padEnd(9)} ${says}`),
        line(` paid ${clockText(at)} `),
        width,
      ),
    ),
    ...shellLines(state, width),
  ];
}

/** A site's runbook calls the step as it likes; of a rollback it is in the plan. */
function crossedAt({ order, plan }: RunState): string {
  const swap = swapOf(order) ?? swapOf(plan?.steps ?? []);
  return swap === undefined ? 'the point of no return' : `\`${swap.step.id}\``;
}

/** A run that was taken up has told here only what it owes since: the rest is in the list. */
function sinceOf({ state }: View, { state: run, owedSince }: OpenRun, debt: string): number | undefined {
  const rows = state.listing.last?.value.debts ?? [];
  return owedSince[debt] ?? rows.find((row) => row.run === run.plan?.run && row.id === debt)?.since;
}

/** On the way out that ended the run. */
function paidByItself({ state, events }: OpenRun) {
  const out = events.findLast(({ type }) => type === 'way-out-started');
  const open = new Set(state.debts.map(({ id }) => id));
  return out === undefined ? [] : allOf(events, 'debt-paid').filter(({ seq, id }) => seq > out.seq && !open.has(id));
}

/** Whole commands, to be pasted; where they do not fit beside each other, the program's name stands once. */
function shellLines(state: RunState, width: number): readonly Line[] {
  const [first, ...more] = waysOn(state).map(({ command }) => command);
  if (first === undefined) return [];
  const texts = [more, more.map((command) => command.replace(/^galera-runbook /, ''))].map(
    (others) => `in a shell: ${[first, ...others].join('   or: ')}`,
  );
  const fits = texts.find((text) => columnsOf(text) < width);
  return wrapped(fits ?? texts[1] ?? '', width - 1).map((text) => line(` ${text}`));
}

/** Text from outside stands behind `|`, line by line. */
function part(name: string, text: string, width: number): readonly Line[] {
  return text.split('\n').flatMap((each, number) => {
    const [, outside] = /^\|\s?(.*)$/.exec(each) ?? [];
    const lines = outside === undefined ? wrapped(each, width - indent) : wrapped(outside, width - indent - 2);
    return lines.map((part, index) =>
      line(
        span((number === 0 && index === 0 ? `   ${name}` : '').padEnd(indent)),
        outside === undefined ? part : `| ${part}`,
      ),
    );
  });
}
