import { formatClock } from '../base/duration.ts';
import { safeText } from '../base/safe-text.ts';
import { clockText, dateTimeText } from '../base/time.ts';
import { exits } from '../engine/exit-code.ts';
import { closingStep, notReached } from '../engine/resumption.ts';
import { kept, owed, stepState } from '../engine/state.ts';
import { closeCommand, openEndCommand, rollbackCommand } from '../record/commands.ts';
import type { ScreensState } from './state.ts';

/**
 * What stands in the shell after leaving: what happened, what is owed, what to do next and where the transcript is. Plain lines; with a
 * debt open, the repair command is the last one.
 */
export function lastWords(state: ScreensState, transcript: (run: string) => string): readonly string[] {
  const { run, target } = state;
  const { plan, exit, startedAt, endedAt, failure } = run?.state ?? {};
  if (run === undefined || plan === undefined || target === undefined) return [];
  const debts = owed(run.state);
  const keeps = kept(run.state);
  const last = openEndCommand(run.state);
  // What was set aside may be half gone: there is no way back any more.
  const removing = run.state.part === 'close' && stepState(run.state, closingStep).attempt > 0;
  const took =
    startedAt === undefined || endedAt === undefined
      ? undefined
      : `${formatClock(endedAt - startedAt)}, ${dateTimeText(startedAt)} to ${clockText(endedAt)}`;
  const word =
    (exit === exits.done || exit === exits.warned) && notReached(run.state).length > 0
      ? 'REPAIRED, NOT DONE'
      : exit === exits.done
        ? 'DONE AND VERIFIED'
        : exit === exits.warned
          ? 'DONE WITH WARNINGS'
          : exit === undefined
            ? 'NOT ENDED'
            : 'NOT DONE';
  const lines = [
    `galera-runbook: run ${plan.run} of ${plan.runbook.name} is ${word}${exit === undefined ? '' : ` (exit ${exit})`}`,
    '',
    named('cluster', `${target.cluster}, namespace ${target.namespace}, context ${target.context}`),
    named('identity', `${target.kubeSystemUid.slice(0, 8)}/${target.statefulSetUid.slice(0, 8)}`),
    ...(took === undefined ? [] : [named('took', took)]),
    ...(failure === undefined
      ? []
      : [
          named('failed at', failure.step),
          named('expected', failure.failure.expected),
          named('found', failure.failure.found.replaceAll('\n', ' ')),
          named('next', failure.failure.next),
        ]),
    ...(debts.length === 0 ? [named('owes', 'nothing')] : debts.map((debt) => named('owes', debt.says))),
    ...keeps.map((debt) => named('kept', debt.says)),
    ...(keeps.length === 0
      ? []
      : [
          '',
          named(
            'next',
            removing
              ? 'remove the rest of the old data:'
              : 'look at your services; then go back, or free the old data:',
          ),
          ...(removing ? [] : [`                ${rollbackCommand(plan.run)}`]),
          `                ${closeCommand(plan.run)}`,
        ]),
    '',
    named('runbook', `${plan.runbook.name}, sha256 ${plan.runbook.sha256.slice(0, 8)}`),
    named('transcript', transcript(plan.run)),
    ...(last === undefined ? [] : [last]),
  ];
  return lines.map((line) => safeText(line));
}

function named(name: string, text: string): string {
  return `  ${name.padEnd(12)}${text}`;
}
