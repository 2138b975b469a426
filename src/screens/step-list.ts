import { formatClock } from '../base/duration.ts';
import { clockText } from '../base/time.ts';
import type { PlannedStep } from '../engine/event.ts';
import { type RunState, stepState } from '../engine/state.ts';
import { leadingChecks } from '../record/step-number.ts';
import { dangerMark } from './danger-mark.ts';
import { apart, blank, type Line, line, span } from './line.ts';
import { warningsOf } from './open-run.ts';
import { outage, timeOf } from './plan-head.ts';
import { inRole, type Sign, sign } from './signs.ts';
import type { OpenRun } from './state.ts';
import { type Area, isTall, isWide, type View } from './view.ts';

/** The steps of a run with their states and times; below, what is still to come of it. */
export function stepList(view: View, run: OpenRun, cursor: string | undefined, { width, height }: Area): Line[] {
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
  const { step, ms } = planned;
  const at = stepState(run.state, step.id);
  const mark = at.is === 'pending' ? dangerMark(planned) : undefined;
  const of = signOfStep(run, planned);
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
    ...(mark === undefined ? [] : [span(' '), mark]),
  );
  return apart(name, line(`${right} `), width);
}

function signOfStep({ state, events }: OpenRun, { step }: PlannedStep): Sign {
  const at = stepState(state, step.id);
  if (state.gate?.step === step.id) return 'look';
  if (at.is === 'failed') return at.inDoubt === true ? 'unknown' : 'bad';
  if (at.is === 'passed' && warningsOf(events, step.id).length > 0) return 'look';
  return ({ pending: 'none', started: 'running', passed: 'good', skipped: 'off' } as const)[at.is];
}

/** In the order in which it is left out where there is no room. */
function restLines(view: View, run: OpenRun): readonly Line[] {
  const { state } = run;
  const pending = state.order.filter(({ step }) => stepState(state, step.id).is === 'pending');
  const gates = pending.filter(({ gate }) => gate !== undefined).length;
  const left = pending.reduce((sum, { ms }) => sum + (ms ?? 0), 0) + (run.progress?.leftMs ?? 0);
  const end = `${clockText(view.state.now + left).slice(0, 5)}Z`;
  const times = [
    ...(gates > 0 ? [line(` gates to come: ${gates}`)] : []),
    ...(run.going && left > 0 ? [line(` done about ${end}${gates > 0 && isWide(view) ? ', and gates' : ''}`)] : []),
  ];
  const down = outageText(view, run);
  const clients = down === undefined ? [] : [line(` ${down}`)];
  const back = rollbackLines(view, run);
  if (!isTall(view)) return [...back, ...clients, ...times];
  return [...back, ...(times.length + clients.length === 0 ? [] : [blank]), ...times, ...clients];
}

/** The way back, in sight long before it is needed; the document as it is now must be the one that was planned with. */
function rollbackLines(view: View, { state }: OpenRun): readonly Line[] {
  if (state.part !== 'forward' && state.part !== 'resume') return [];
  const { name, sha256 } = state.plan?.runbook ?? {};
  const row = view.state.runbooks?.find(({ runbook }) => runbook.name === name && runbook.sha256 === sha256);
  if (row === undefined || row.runbook.rollback.length === 0 || state.closed) return [];
  if (!isTall(view)) return [line('   rollback, if chosen')];
  return [
    blank,
    line('   rollback, only if chosen'),
    ...row.runbook.rollback.map(({ id, gate }) => {
      const danger = row.steps[id]?.danger ?? 'reads';
      const mark = dangerMark({ danger, ...(gate === undefined ? {} : { gate }) });
      return line(`   ${id}`, ...(mark === undefined ? [] : [span(' '), mark]));
    }),
  ];
}

/** How long clients will be without a database, are, or were. */
function outageText({ state: { now } }: View, { state, owedSince, events }: OpenRun): string | undefined {
  const out = outage(state.order.filter(({ skipped }) => skipped === undefined));
  const debt = out?.without[0]?.debts.find(({ due }) => due === 'end')?.id;
  if (out === undefined || debt === undefined) return undefined;
  const since = owedSince[debt];
  if (since === undefined)
    return state.exit === undefined ? `clients down ${timeOf(out.without).replace('at least', 'over')}` : undefined;
  if (state.debts.some(({ id }) => id === debt)) return `clients down for ${formatClock(now - since)}`;
  const paid = events.findLast((event) => event.type === 'debt-paid' && event.id === debt);
  return paid === undefined ? undefined : `clients were down ${formatClock(paid.at - since)}`;
}
