import { formatClock } from '../base/duration.ts';
import { safeText } from '../base/safe-text.ts';
import { clockText, dateTimeText } from '../base/time.ts';
import { exits } from '../engine/exit-code.ts';
import { notReached, removalHasBegun } from '../engine/resumption.ts';
import { kept, owed, type RunState, stepState } from '../engine/state.ts';
import { closeCommand, openEndCommand, rollbackCommand } from '../record/commands.ts';
import { runResults } from './run-results.ts';
import type { ScreensState } from './state.ts';
import { waysOn } from './ways-on.ts';

/**
 * What stands in the shell after leaving: what happened, what is owed, what to do next and where the transcript is. Plain lines; with a
 * debt open, the repair command is the last one.
 */
export function lastWords(state: ScreensState, transcript: (run: string) => string): readonly string[] {
  const { run, target } = state;
  if (run?.state.plan === undefined || target === undefined) return [];
  const { plan, exit, startedAt, endedAt, changed } = run.state;
  const debts = owed(run.state);
  const keeps = run.state.closed ? [] : kept(run.state);
  const last = openEndCommand(run.state);
  const took =
    startedAt === undefined || endedAt === undefined
      ? undefined
      : `${formatClock(endedAt - startedAt)}, ${dateTimeText(startedAt)} to ${clockText(endedAt)}`;
  const next = nextLines(run.state);
  const lines = [
    `galera-runbook: run ${plan.run} of ${plan.runbook.name} is ${wordOf(run.state)}${exit === undefined ? '' : ` (exit ${exit})`}`,
    '',
    named('cluster', `${target.cluster}, namespace ${target.namespace}, context ${target.context}`),
    named(
      'identity',
      `${target.kubeSystemUid.slice(0, 8)}/${target.statefulSetUid.slice(0, 8)}${changed ? ', compared before each change' : ''}`,
    ),
    ...(took === undefined ? [] : [named('took', took)]),
    ...runResults(state, run).map(([name, text]) => named(name, text)),
    ...failed(run.state),
    ...(debts.length === 0 ? [named('owes', 'nothing')] : debts.map((debt) => named('owes', debt.says))),
    ...keeps.map((debt) => named('kept', debt.says)),
    ...(next.length === 0 ? [] : ['', ...next]),
    '',
    named('runbook', `${plan.runbook.name}, sha256 ${plan.runbook.sha256.slice(0, 8)}`),
    named('transcript', transcript(plan.run)),
    ...(last === undefined ? [] : [last]),
  ];
  return lines.map((line) => safeText(line));
}

function wordOf(state: RunState): string {
  const { exit } = state;
  if (exit === undefined) return 'NOT ENDED';
  if (exit === exits.done || exit === exits.warned) {
    if (notReached(state).length > 0) return 'REPAIRED, NOT DONE';
    const done = state.rolledBack && state.part !== 'close' ? 'ROLLED BACK' : undefined;
    return exit === exits.done ? (done ?? 'DONE AND VERIFIED') : `${done ?? 'DONE'} WITH WARNINGS`;
  }
  const words: Readonly<Record<number, string>> = {
    [exits.refused]: 'REFUSED',
    [exits.answeredNo]: 'STOPPED: ANSWERED NO',
    [exits.interrupted]: 'STOPPED',
    [exits.failed]: 'FAILED',
  };
  // With a debt open, or work left going, the code says only that.
  return words[exit] ?? (state.failure !== undefined ? 'FAILED' : state.stop !== undefined ? 'STOPPED' : 'NOT DONE');
}

function failed({ failure }: RunState): readonly string[] {
  if (failure === undefined) return [];
  const { expected, found } = failure.failure;
  return [
    named('failed at', failure.step),
    ...several('expected', expected.split('\n')),
    ...several('found', found.split('\n')),
  ];
}

/** What to do now, each command on a line of its own. */
function nextLines(state: RunState): readonly string[] {
  const run = state.plan?.run ?? '';
  const done = state.exit === exits.done || state.exit === exits.warned;
  if (!done) {
    const why = state.failure === undefined ? [] : several('next', state.failure.failure.next.split('\n'));
    const ways = waysOn(state).map(({ says, command }) => [says, command] as const);
    return [
      ...why,
      ...ways.flatMap(([says, command], index) => [
        named(why.length === 0 && index === 0 ? 'next' : '', `${says}:`),
        pasted(command),
      ]),
    ];
  }
  if (state.closed || kept(state).length === 0) return [];
  // What was set aside may be half gone: there is no way back any more.
  const removing = removalHasBegun(state);
  const set = state.rolledBack ? 'what the restore left' : 'the old data';
  if (removing) return [named('next', `remove the rest of ${set}:`), pasted(closeCommand(run))];
  if (state.rolledBack) return [named('next', `look at your services; then free ${set}:`), pasted(closeCommand(run))];
  const swapped = state.order.some(
    ({ step }) => step.action === 'restore.swap' && stepState(state, step.id).is === 'passed',
  );
  const full =
    swapped && done ? [named('next', 'take a full backup, old chains end here:'), pasted('galera-runbook backup')] : [];
  return [
    ...full,
    named(full.length === 0 ? 'next' : '', 'look at your services; then go back, or free the old data:'),
    pasted(rollbackCommand(run)),
    pasted(closeCommand(run)),
  ];
}

function pasted(text: string): string {
  return `                ${text}`;
}

function several(name: string, texts: readonly string[]): readonly string[] {
  return texts.map((text, index) => named(index === 0 ? name : '', text));
}

function named(name: string, text: string): string {
  return `  ${name.padEnd(12)}${text}`;
}
