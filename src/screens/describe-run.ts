import { formatClock, formatDuration } from '../base/duration.ts';
import { dateTimeText } from '../base/time.ts';
import { foldEvents } from '../engine/apply-event.ts';
import type { RunEvent } from '../engine/event.ts';
import { kept, owed, type RunState, stepState } from '../engine/state.ts';
import { closeCommand, repairCommand } from '../record/commands.ts';
import { fact, facts } from './fact.ts';
import { allOf, lastOf } from './open-run.ts';

/** Every value of a run, with whole identifiers; its transcript has all of what happened. */
export function runText(events: readonly RunEvent[], now: number): readonly string[] {
  const state = foldEvents(events);
  const { plan } = state;
  if (plan === undefined) return ['this run never began'];
  const { run, runbook, identity } = plan;
  const ended = lastOf(events, 'run-ended', () => true);
  const debts = [...owed(state), ...(state.closed ? [] : kept(state))];
  return [
    fact('run', run),
    fact('runbook', `${runbook.name}, ${runbook.title}`),
    fact('', `sha256 ${runbook.sha256}`),
    fact('cluster', `${identity.cluster}, namespace ${identity.namespace}, context ${identity.context}`),
    fact('identity', `kube-system ${identity.kubeSystemUid}`),
    fact('', `StatefulSet ${identity.statefulset} ${identity.statefulSetUid}`),
    fact('by', `${state.by}, mode ${state.mode}`),
    fact('program', plan.program),
    ...facts(
      'parameters',
      Object.entries(plan.parameters).map(([name, value]) => `${name} = ${JSON.stringify(value)}`),
    ),
    fact('planned', dateTimeText(plan.readAt)),
    ...(state.startedAt === undefined ? [] : [fact('started', dateTimeText(state.startedAt))]),
    ...allOf(events, 'run-continued').map(({ way, at, by }) =>
      fact('taken up', `${dateTimeText(at)}: ${way} by ${by}`),
    ),
    ...(ended === undefined
      ? [fact('ended', 'not yet')]
      : [
          fact('ended', `${dateTimeText(ended.at)}, exit ${ended.exit}: ${ended.says}`),
          ...(state.startedAt === undefined ? [] : [fact('took', formatDuration(ended.at - state.startedAt))]),
        ]),
    ...(state.closed ? [fact('closed', 'nothing of it is kept')] : []),
    ...debts.flatMap((debt) => [
      fact(debt.due === 'end' ? 'owes' : 'keeps', `${debt.id}: ${debt.says}, by step ${debt.step}`),
      fact('', debt.due === 'end' ? repairCommand(run) : closeCommand(run)),
    ]),
    '',
    ...stepLines(state, now),
  ];
}

function stepLines(state: RunState, now: number): readonly string[] {
  const width = Math.max(4, ...state.order.map(({ step }) => step.id.length));
  return state.order.map(({ step, danger, skipped }) => {
    const at = stepState(state, step.id);
    const is = skipped !== undefined ? 'left out' : at.is === 'failed' && at.inDoubt === true ? 'in doubt' : at.is;
    const took = at.startedAt === undefined ? '' : formatClock((at.endedAt ?? now) - at.startedAt);
    return `${step.id.padEnd(width)}  ${danger.padEnd(8)}  ${is.padEnd(8)}  ${took.padStart(7)}  ${skipped ?? step.title}`;
  });
}
