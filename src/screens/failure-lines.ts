import { formatClock } from '../base/duration.ts';
import { clockText } from '../base/time.ts';
import { owed, stepState } from '../engine/state.ts';
import { repairCommand } from '../record/commands.ts';
import { stepNumber } from '../record/step-number.ts';
import { apart, blank, type Line, line, span } from './line.ts';
import { rule } from './rule.ts';
import { sign } from './signs.ts';
import type { OpenRun } from './state.ts';
import { wrapped } from './text.ts';
import type { Area, View } from './view.ts';

const indent = 13;

/** A run that failed: what was expected, what was found, what to do, and what is owed. */
export function failureLines(view: View, run: OpenRun, area: Area): readonly Line[] {
  const { state } = run;
  const { failure } = state;
  if (failure === undefined) return [];
  const id = state.plan?.run ?? '';
  const { startedAt = 0, endedAt } = state;
  const number = stepNumber(state.order, failure.step)?.replace('/', ' of ');
  const where = number === undefined ? failure.step : `${failure.step}, step ${number}`;
  const title = `FAILED at ${where}, after ${formatClock((endedAt ?? view.state.now) - startedAt)}`;
  const planned = state.order.find(({ step }) => step.id === failure.step);
  const at = stepState(state, failure.step);
  const debts = owed(state);
  const paid = state.crossed ? 'nothing is paid by itself after `swap`' : 'what could be paid by itself was paid';
  const commands = [
    ...(debts.length > 0 ? [repairCommand(id)] : []),
    ...(state.crossed ? [`runs rollback ${id}`] : []),
  ];
  return [
    rule(`Run ${id} ${state.plan?.runbook.name}`, title, area.width),
    line(' ', sign(at.inDoubt === true ? 'unknown' : 'bad'), ` ${failure.step}: ${planned?.step.title ?? ''}`),
    ...part('expected', failure.failure.expected, area.width),
    ...part('found', failure.failure.found, area.width),
    ...part('next', failure.failure.next, area.width),
    ...(at.inDoubt === true ? part('', 'nobody knows whether it has happened: the next start looks', area.width) : []),
    blank,
    rule(
      debts.length === 0 ? 'Owes nothing' : `Owes ${debts.length}: ${paid}`,
      debts.length === 0 ? '' : 'since',
      area.width,
    ),
    ...debts.map((debt) =>
      apart(
        line(' ', sign('look'), ` ${(debt.id.split(':')[0] ?? '').padEnd(9)} ${debt.says}`),
        line(
          `by ${debt.step.padEnd(8)} ${run.owedSince[debt.id] === undefined ? '' : clockText(run.owedSince[debt.id] ?? 0)} `,
        ),
        area.width,
      ),
    ),
    ...(commands.length === 0 ? [] : [line(` in a shell: ${commands.join('   or: ')}`)]),
  ];
}

/** Text from outside stands behind `|`, line by line. */
function part(name: string, text: string, width: number): Line[] {
  return text.split('\n').flatMap((each, number) => {
    const [, outside] = /^\|\s?(.*)$/.exec(each) ?? [];
    const lines = outside === undefined ? wrapped(each, width - indent) : [`| ${outside}`];
    return lines.map((part, index) =>
      line(span((number === 0 && index === 0 ? `   ${name}` : '').padEnd(indent)), part),
    );
  });
}
