import { formatClock } from '../base/duration.ts';
import { clockText } from '../base/time.ts';
import type { PlannedStep } from '../engine/event.ts';
import { owed, type RunState, stepState } from '../engine/state.ts';
import { stepNumber } from '../record/step-number.ts';
import { personText } from '../views/words.ts';
import { aboutStep } from './about-step.ts';
import { debtKey } from './describe-debt.ts';
import { type FailureCursor, failureLines } from './failure-lines.ts';
import { blank, type Line, line } from './line.ts';
import { outputPane } from './output-pane.ts';
import { type Section, sideBySide } from './panes.ts';
import { endSays, interruptSays } from './run-says.ts';
import { type Block, cursorIn, type Screen } from './screen.ts';
import type { OpenRun } from './state.ts';
import { stepList } from './step-list.ts';
import { columnsOf } from './text.ts';
import { type Area, isTall, isWide, type View } from './view.ts';

const leftWidth = 25;
const wideLeftWidth = 34;

export const runScreen: Screen = {
  name: 'run',
  members: 'always',
  blocks,
  body(view, area) {
    const run = shownRun(view);
    if (run === undefined) return [line('  no run is open here yet: 4 lists the runs, 1 leads to the dashboard')];
    if (hasFailed(run)) return failureLines(view, run, failureCursor(view), area);
    return runBody(view, run, area);
  },
  hints: (view) =>
    shownRun(view)?.going === true
      ? ['open', 'logs', 'describe', 'next-block', 'help', 'leave']
      : ['logs', 'describe', 'resume', 'rollback', 'repair', 'close', 'story', 'transcript', 'help', 'back'],
  line(view) {
    const run = shownRun(view);
    if (run === undefined) return undefined;
    return run.going ? interruptSays(view, run) : endSays(run);
  },
};

function blocks(view: View): readonly Block[] {
  const run = shownRun(view);
  if (run === undefined) return [];
  if (hasFailed(run)) return failureBlocks(view, run);
  const start = shownStep(view, run);
  return [
    { name: 'steps', ids: listed(run.state).map(({ step }) => step.id), ...(start === undefined ? {} : { start }) },
    { name: 'output', ids: ['output'] },
    { name: 'members', ids: view.cluster.members.map(({ look }) => look.member) },
  ];
}

/** What is broken first: a member, or else the step that failed. */
function failureBlocks({ cluster }: View, { state }: OpenRun): readonly Block[] {
  const run = state.plan?.run ?? '';
  const broken = cluster.members.find(({ row }) => row.sign === 'bad' || row.sign === 'unknown')?.look.member;
  const members = {
    name: 'members',
    ids: cluster.members.map(({ look }) => look.member),
    ...(broken === undefined ? {} : { start: broken }),
  };
  const steps = { name: 'steps', ids: state.failure === undefined ? [] : [state.failure.step] };
  const debts = { name: 'debts', ids: owed(state).map(({ id }) => debtKey({ run, id })) };
  return broken === undefined ? [steps, debts, members] : [members, steps, debts];
}

function failureCursor(view: View): FailureCursor {
  const debt = cursorIn(view, blocks(view), 'debts');
  return { step: cursorIn(view, blocks(view), 'steps') !== undefined, ...(debt === undefined ? {} : { debt }) };
}

function hasFailed({ going, state }: OpenRun): boolean {
  return !going && state.failure !== undefined;
}

/** The run that the screen is about. */
export function shownRun({ state }: View): OpenRun | undefined {
  return state.ui.past ?? state.run;
}

function listed({ order }: RunState): readonly PlannedStep[] {
  return order.filter(({ skipped }) => skipped === undefined);
}

/** The step under the cursor; as long as nobody has moved it, the one that is at work. */
export function shownStep({ state }: View, of: OpenRun): string | undefined {
  const { state: run } = of;
  if (hasFailed(of)) return run.failure?.step;
  const kept = state.ui.cursors.steps?.id;
  if (kept !== undefined && run.order.some(({ step }) => step.id === kept)) return kept;
  const begun = listed(run).filter(({ step }) => stepState(run, step.id).startedAt !== undefined);
  return current(run)?.step.id ?? run.gate?.step ?? begun.at(-1)?.step.id ?? listed(run).at(-1)?.step.id;
}

function runBody(view: View, run: OpenRun, area: Area): Line[] {
  const { state } = run;
  const left = isWide(view) ? wideLeftWidth : leftWidth;
  const cursor = shownStep(view, run);
  const width = area.width - left - 1;
  const steps: Section = {
    head: [`Run ${state.plan?.run}`, ''],
    lines: stepList(view, run, cursor, { width: left, height: area.height - 1 }),
  };
  const right = rightSections(view, run, cursor, { width, height: area.height });
  return sideBySide([steps], right, left, area);
}

function current(state: RunState): PlannedStep | undefined {
  return state.order.find(({ step }) => stepState(state, step.id).is === 'started');
}

/** Names give way, numbers and times never. */
function titleOf(view: View, { state }: OpenRun, cursor: string | undefined, width: number): string {
  const number = cursor === undefined ? undefined : stepNumber(state.order, current(state)?.step.id ?? cursor);
  const of = number?.replace('/', ' of ');
  const since = state.startedAt ?? view.state.now;
  const end = state.endedAt ?? view.state.now;
  const time = `${formatClock(end - since)} since ${clockText(since)}`;
  const by = isWide(view) ? `, by ${personText(state.by)}` : '';
  const name = state.plan?.runbook.name ?? '';
  const places = of === undefined ? [''] : [`, step ${of}`, `, ${of}`];
  const titles = [...places.map((place) => `${name}${place}, ${time}${by}`), `${of ?? name}, ${time}`];
  return titles.find((title) => columnsOf(title) + 4 <= width) ?? time;
}

function rightSections(view: View, run: OpenRun, cursor: string | undefined, area: Area): Section[] {
  const planned = run.state.order.find(({ step }) => step.id === cursor);
  const output = isTall(view) ? 5 : 2;
  const most = { width: area.width, height: area.height - 2 - output };
  const text = planned === undefined ? [] : aboutStep(view, run, planned, most).slice(0, most.height);
  const room = Math.min(most.height, text.length);
  return [
    { head: ['', titleOf(view, run, cursor, area.width)], lines: filledTo(text, room) },
    outputPane(view, run, cursor, { ...area, height: area.height - 2 - room }),
  ];
}

function filledTo(lines: readonly Line[], height: number): readonly Line[] {
  return Array.from({ length: Math.max(0, height) }, (_, index) => lines[index] ?? blank);
}
