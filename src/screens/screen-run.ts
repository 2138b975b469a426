import { formatBytes } from '../base/bytes.ts';
import { formatAge, formatClock, formatDuration } from '../base/duration.ts';
import { clockText } from '../base/time.ts';
import type { PlannedStep } from '../engine/event.ts';
import { effectText } from '../engine/gate.ts';
import { owed, type RunState, stepState } from '../engine/state.ts';
import { leadingChecks, stepNumber } from '../record/step-number.ts';
import type { Pulse } from '../target/look.ts';
import { failureLines } from './failure-lines.ts';
import { apart, blank, fitLine, type Line, line, span } from './line.ts';
import { ordinalOf, outputPane } from './output-pane.ts';
import { type Section, sideBySide } from './panes.ts';
import type { Block, Screen } from './screen.ts';
import { inRole, type Sign, sign } from './signs.ts';
import type { OpenRun } from './state.ts';
import { wrapped } from './text.ts';
import { type Area, isTall, isWide, type View } from './view.ts';

const leftWidth = 25;
const wideLeftWidth = 34;

export const runScreen: Screen = {
  name: 'run',
  members: 'always',
  blocks,
  body(view, area) {
    const run = shownRun(view);
    if (run === undefined) return [line('  no run is open: 4 lists the runs, 1 leads to the dashboard')];
    if (!run.going && run.state.failure !== undefined) return failureLines(view, run, area);
    return runBody(view, run, area);
  },
  hints: (view) =>
    shownRun(view)?.going === true
      ? ['open', 'logs', 'describe', 'next-block', 'help', 'leave']
      : ['logs', 'describe', 'resume', 'rollback', 'close', 'story', 'transcript', 'help', 'back'],
  line(view) {
    const run = shownRun(view);
    return run?.going === true ? interruptSays(run.state) : endSays(run);
  },
};

function blocks(view: View): readonly Block[] {
  const run = shownRun(view);
  if (run === undefined) return [];
  const start = shownStep(view, run);
  return [
    { name: 'steps', ids: listed(run.state).map(({ step }) => step.id), ...(start === undefined ? {} : { start }) },
    { name: 'output', ids: ['output'] },
  ];
}

/** The run that the screen is about. */
export function shownRun({ state }: View): OpenRun | undefined {
  return state.ui.past ?? state.run;
}

function listed({ order }: RunState): readonly PlannedStep[] {
  return order.filter(({ skipped }) => skipped === undefined);
}

/** The step under the cursor; as long as nobody has moved it, the one that is at work. */
export function shownStep({ state }: View, { state: run }: OpenRun): string | undefined {
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
  const number =
    cursor === undefined
      ? ''
      : `, step ${(stepNumber(state.order, current(state)?.step.id ?? cursor) ?? '?').replace('/', ' of ')}`;
  const since = state.startedAt ?? view.state.now;
  const by = isWide(view) ? `, by ${state.by.replace(/ \(.*\)$/, '')}` : '';
  const end = state.endedAt ?? view.state.now;
  const title = `${state.plan?.runbook.name}${number}, ${formatClock(end - since)} since ${clockText(since)}${by}`;
  const steps: Section = {
    head: [`Run ${state.plan?.run}`, ''],
    lines: stepLines(view, run, cursor, left, area.height - 1),
  };
  const right = rightSections(view, run, cursor, { width, height: area.height }, title);
  return sideBySide([steps], right, left, area);
}

function current(state: RunState): PlannedStep | undefined {
  return state.order.find(({ step }) => stepState(state, step.id).is === 'started');
}

// --- the steps at the left

function stepLines(view: View, run: OpenRun, cursor: string | undefined, width: number, height: number): Line[] {
  const { state } = run;
  const leading = leadingChecks(state.order);
  const allHeld = leading.length > 1 && leading.every(({ step }) => stepState(state, step.id).is === 'passed');
  const fold = allHeld && !isTall(view) ? leading : [];
  const folded = fold.length === 0 ? [] : [foldedLine(fold, state, width)];
  const steps = state.order.filter((each) => each.skipped === undefined && !fold.includes(each));
  const lines = [...folded, ...steps.map((planned) => stepLine(view, run, planned, planned.step.id === cursor, width))];
  const rest = restLines(view, run);
  const at = lines.findIndex((each) => each[0]?.text === '>');
  const room = Math.max(1, height - Math.min(rest.length, 2));
  const top = Math.max(0, Math.min(at - room + 2, lines.length - room));
  const shown = lines.slice(top, top + room);
  return [...shown, ...rest.slice(0, height - shown.length)];
}

function foldedLine(fold: readonly PlannedStep[], state: RunState, width: number): Line {
  const times = fold.map(({ step }) => stepState(state, step.id));
  const from = Math.min(...times.flatMap(({ startedAt, endedAt }) => startedAt ?? endedAt ?? []));
  const to = Math.max(...times.flatMap(({ endedAt }) => endedAt ?? []));
  const took = Number.isFinite(from) && Number.isFinite(to) ? formatClock(to - from) : '';
  return apart(line(' ', sign('good'), ` ${fold.length} checks`), line(`${took} `), width);
}

function stepLine(view: View, run: OpenRun, planned: PlannedStep, focused: boolean, width: number): Line {
  const { step, danger, ms } = planned;
  const at = stepState(run.state, step.id);
  const mark = danger === 'destroys' ? span(' !!', 'destroys') : danger === 'disrupts' ? span(' !', 'look') : span('');
  const of = signOfStep(run.state, planned);
  const started = at.startedAt === undefined ? '' : clockText(at.startedAt);
  const took =
    at.is === 'pending' || at.startedAt === undefined
      ? at.is === 'skipped'
        ? 'not owed'
        : ms === undefined
          ? ''
          : `(${formatClock(ms, 'up')})`
      : formatClock((at.endedAt ?? view.state.now) - at.startedAt);
  const right = isWide(view) ? `${started} ${took.padStart(6)}` : took;
  const name = line(
    focused ? span('>', 'cursor') : ' ',
    sign(of),
    ' ',
    inRole(of === 'good' ? 'none' : of, step.id),
    at.is === 'pending' ? mark : span(''),
  );
  return apart(name, line(`${right} `), width);
}

function signOfStep(state: RunState, { step }: PlannedStep): Sign {
  const at = stepState(state, step.id);
  if (state.gate?.step === step.id) return 'look';
  if (at.is === 'failed') return at.inDoubt === true ? 'unknown' : 'bad';
  return ({ pending: 'none', started: 'running', passed: 'good', skipped: 'off' } as const)[at.is];
}

function restLines(view: View, run: OpenRun): Line[] {
  const { state } = run;
  const pending = state.order.filter(({ step }) => stepState(state, step.id).is === 'pending');
  const gates = pending.filter(({ gate }) => gate !== undefined).length;
  const left = pending.reduce((sum, { ms }) => sum + (ms ?? 0), 0) + (run.progress?.leftMs ?? 0);
  const end = `${clockText(view.state.now + left).slice(0, 5)}Z`;
  return [
    ...(gates > 0 ? [line(` gates to come: ${gates}`)] : []),
    ...(run.going && left > 0 ? [line(` done about ${end}${gates > 0 && isWide(view) ? ', and gates' : ''}`)] : []),
  ];
}

// --- what it does, at the right

function rightSections(view: View, run: OpenRun, cursor: string | undefined, area: Area, title: string): Section[] {
  const planned = run.state.order.find(({ step }) => step.id === cursor);
  const text = planned === undefined ? [] : aboutStep(view, run, planned, area.width - 1);
  const outputRoom = Math.max(isTall(view) ? 5 : 2, area.height - text.length - 2);
  const room = area.height - 2 - outputRoom;
  return [
    { head: ['', title], lines: filledTo(text, room) },
    outputPane(view, run, cursor, { ...area, height: outputRoom }),
  ];
}

function filledTo(lines: readonly Line[], height: number): readonly Line[] {
  return Array.from({ length: Math.max(0, height) }, (_, index) => lines[index] ?? blank);
}

function aboutStep(view: View, run: OpenRun, planned: PlannedStep, width: number): readonly Line[] {
  const { step, danger } = planned;
  const at = stepState(run.state, step.id);
  const prose = firstSentences(step.prose).flatMap((text) => wrapped(text, Math.min(100, width)));
  const effects = planned.effects.map((effect) => effectText(effect)).flatMap((text) => wrapped(text, width));
  const head = isWide(view) ? apart(line(` ${step.title}`), line(`${danger} `), width + 1) : line(` ${step.title}`);
  const progress = at.is === 'started' ? progressLines(view, run, width) : [];
  const ended =
    at.is === 'passed' && at.endedAt !== undefined
      ? [line(` done ${clockText(at.endedAt)}`)]
      : at.is === 'failed'
        ? wrapped(`failed: ${at.failure?.found ?? ''}`, width).map((text) => line(' ', span(text, 'bad')))
        : [];
  const room = progress.length > 0 ? 2 : 4;
  return [
    head,
    ...prose.slice(0, room).map((text) => line(` ${text}`)),
    ...(isTall(view) || progress.length === 0 ? [blank, ...effects.slice(0, 6).map((text) => line(` ${text}`))] : []),
    ...(progress.length > 0 || ended.length > 0 ? [blank] : []),
    ...progress,
    ...ended,
  ];
}

function firstSentences(prose: string): readonly string[] {
  const paragraphs = prose.split(/\n\s*\n/).map((each) =>
    each
      .replaceAll(/^>\s?(\[!\w+\])?/gm, '')
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/[*`]/g, '')
      .trim(),
  );
  return paragraphs.filter((each) => each !== '');
}

function progressLines(view: View, run: OpenRun, width: number): Line[] {
  const { progress } = run;
  if (progress === undefined) return [];
  const stalled = progress.unchangedMs >= 10_000;
  const change = stalled
    ? line(
        ' ',
        sign('look'),
        ` no change for ${formatAge(progress.unchangedMs)}${progress.deadlineMs === undefined ? '' : `, gives up in ${formatDuration(progress.deadlineMs)}`}`,
      )
    : line(` last change ${formatAge(progress.unchangedMs)} ago`);
  const members = progress.members.map((pulse) => pulseLine(view, pulse, width));
  const total =
    progress.total === undefined
      ? ''
      : ` of ${formatBytes(Math.max(...progress.members.map(({ total: each }) => each ?? 0)))}`;
  return [
    line(` ${progress.phases.join(', ')}${total}`),
    ...members,
    ...(progress.bytesPerSecond === undefined
      ? []
      : [
          line(
            ` all: ${formatBytes(progress.bytesPerSecond)}/s, ${progress.leftMs === undefined ? 'time left not known yet' : `${formatClock(progress.leftMs, 'up')} left`}`,
          ),
        ]),
    ...(progress.says === undefined ? [] : wrapped(progress.says, width).map((text) => line(` ${text}`))),
    change,
  ];
}

const barWidth = 18;

function pulseLine(view: View, pulse: Pulse, width: number): Line {
  const name = pulse.member === undefined ? '' : isWide(view) ? `${pulse.member} ` : `${ordinalOf(pulse.member)} `;
  if (pulse.bytes === undefined || pulse.total === undefined || pulse.total === 0)
    return fitLine(line(` ${name}${pulse.phase}${pulse.says === undefined ? '' : `: ${pulse.says}`}`), width);
  const share = Math.min(1, pulse.bytes / pulse.total);
  const done = Math.floor(share * barWidth);
  return fitLine(
    line(
      ` ${name}`,
      span('━'.repeat(done), 'running'),
      span('─'.repeat(barWidth - done), 'left'),
      `${`${Math.floor(share * 100)}%`.padStart(5)}${formatBytes(pulse.bytes, 'down').padStart(10)}`,
    ),
    width,
  );
}

// --- row 23

/** What ctrl-c means now. */
function interruptSays(state: RunState): string {
  if (state.stop === 'soft')
    return 'stopping at the next safe point; ctrl-c again: stop waiting, pay nothing, Jobs go on';
  if (state.crossed) return 'ctrl-c now: the step is finished, then the run stops; you decide what is paid';
  const debts = owed(state);
  const pays =
    debts.length === 0 ? 'nothing is owed yet' : `${debts.map(({ id }) => id.split(':')[0]).join(', ')} paid first`;
  return `ctrl-c now: stops at the next safe point; ${pays}`;
}

function endSays(run: OpenRun | undefined): string | undefined {
  if (run?.state.exit === undefined) return undefined;
  return `run ${run.state.plan?.run} ended with exit ${run.state.exit}`;
}
