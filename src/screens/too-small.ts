import { formatAge } from '../base/duration.ts';
import { clockText } from '../base/time.ts';
import { owed } from '../engine/state.ts';
import { stepNumber } from '../record/step-number.ts';
import { owes, verdict } from './frame-top.ts';
import { apart, blank, type Line, line, span, textOf } from './line.ts';
import { cut } from './text.ts';
import { smallest, type View } from './view.ts';

/** Below 80 x 24: what size is needed, and what goes on meanwhile. No key answers a gate here. */
export function tooSmall(view: View): readonly Line[] {
  const { state, width, rows } = view;
  const { target, run } = state;
  const names =
    target === undefined ? '' : ` Galera ${target.cluster} │ ns ${target.namespace} │ context ${target.context}`;
  const going = run?.going === true;
  const top = [
    span(textOf(apart(line(names), line(`  ${clockText(state.now)}`), width)), 'banner'),
    ...verdict(view).map((each) => each),
  ];
  const [first, ...second] = top;
  const body: Line[] = [
    line(first ?? ''),
    line(...second),
    blank,
    line(` This terminal is ${width} x ${rows}. The screens need ${smallest.columns} x ${smallest.rows}.`),
    blank,
    line(' Make it larger: everything is where you left it. Or:'),
    line(
      state.ui.leaving === undefined
        ? `   q   leave${going ? ' (asks first, a run is under way)' : ''}`
        : '   q   was pressed: the question waits until there is room',
    ),
    line('   galera-runbook --plain    the same, line by line'),
    blank,
    line(' Meanwhile'),
    ...meanwhile(view),
    blank,
    blank,
    line(' No key answers a gate at this size. A gate that was open is'),
    line(' closed without an answer and asked again when there is room.'),
  ];
  const shown = body.slice(0, Math.max(2, rows - 1));
  return [
    ...shown,
    ...Array.from({ length: Math.max(0, rows - 1 - shown.length) }, () => blank),
    line(' q leave   ctrl-c stop at a safe point'),
  ];
}

function meanwhile(view: View): Line[] {
  const { state, cluster } = view;
  const { run } = state;
  const members = cluster.members
    .map(({ row, look }) => `${look.ordinal} ${markOf(row.sign)} ${row.state}`)
    .join('   ');
  const last = line(`   members      ${members}`);
  if (run?.going !== true) return [line(`   ${textOf(owes(view)).trim()}`), last];
  const { plan } = run.state;
  const step = run.state.order.find((planned) => run.state.steps[planned.step.id]?.is === 'started');
  const number = step === undefined ? undefined : stepNumber(run.state.order, step.step.id)?.replace('/', ' of ');
  const { progress } = run;
  const done =
    progress?.total === undefined || progress.bytes === undefined
      ? ''
      : `${Math.floor((progress.bytes / progress.total) * 100)}%, `;
  const debts = owed(run.state);
  return [
    line(
      `   run ${plan?.run}   ${plan?.runbook.name} goes on${step === undefined ? '' : `: ${step.step.id}, step ${number}`}`,
    ),
    ...(progress === undefined
      ? []
      : [line(`                ${done}last change ${formatAge(progress.unchangedMs)} ago`)]),
    line(`   owes ${debts.length}       ${cut(debts.map(({ says }) => says).join(', '), view.width - 17)}`),
    line(`   gate         ${state.gate === undefined ? 'none is open' : 'one waits'}`),
    last,
  ];
}

function markOf(of: string): string {
  return { good: '✓', look: '!', unknown: '?', bad: '✗' }[of] ?? '-';
}
