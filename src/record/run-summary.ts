import type { Debt } from '../engine/action.ts';
import { foldEvents } from '../engine/apply-event.ts';
import type { RunEvent } from '../engine/event.ts';
import { exits } from '../engine/exit-code.ts';
import { notReached } from '../engine/resumption.ts';
import { isPutBack, kept, owed, type RunState } from '../engine/state.ts';
import { clusterWord } from '../target/identity.ts';
import { openEndCommand } from './commands.ts';

/** One row of `runs list`. */
export interface RunSummary {
  readonly run: string;
  readonly runbook: string;
  readonly title: string;
  /** `NAMESPACE/NAME` */
  readonly cluster: string;
  readonly context: string;
  readonly by: string;
  readonly startedAt: number;
  /** Absent: it runs, or it was cut off. The journal cannot tell; its lock and the lease can. */
  readonly endedAt?: number;
  readonly exit?: number;
  /** `done`, `warned`, `refused` …; `not ended` without an end. */
  readonly outcome: string;
  /** The sentence of its end. */
  readonly says?: string;
  readonly unpaid: readonly Debt[];
  /** What stays until the run is closed. */
  readonly kept: readonly Debt[];
  /** A rollback has put the data of before in its place: what is kept is what that left. */
  readonly putBack: boolean;
  readonly closed: boolean;
  /** The command that pays, or goes on with what was left at work; only of a run that ended with 131. */
  readonly openEnd?: string;
  readonly lastEventAt: number;
}

/** Undefined for a journal without a `run-started`: the run never began. */
export function summarize(events: readonly RunEvent[]): RunSummary | undefined {
  const state = foldEvents(events);
  const last = events.at(-1);
  const { plan, startedAt } = state;
  if (plan === undefined || startedAt === undefined || last === undefined) return undefined;
  const openEnd = openEndCommand(state);
  const ended = state.phase === 'ended' ? events.findLast((event) => event.type === 'run-ended') : undefined;
  return {
    run: plan.run,
    runbook: plan.runbook.name,
    title: plan.runbook.title,
    cluster: clusterWord(plan.identity),
    context: plan.identity.context,
    by: state.by,
    startedAt,
    ...(ended === undefined ? {} : { endedAt: ended.at, exit: ended.exit, says: ended.says }),
    outcome: ended === undefined ? outcomeOf(undefined) : outcomeOfEnd(ended, state),
    unpaid: owed(state),
    kept: state.closed ? [] : kept(state),
    putBack: isPutBack(state),
    closed: state.closed,
    ...(openEnd === undefined ? {} : { openEnd }),
    lastEventAt: last.at,
  };
}

function outcomeOfEnd(ended: RunEvent & { readonly type: 'run-ended' }, state: RunState): string {
  if (ended.exit === exits.owes && ended.unpaid.length === 0) return 'left at work';
  const well = ended.exit === exits.done || ended.exit === exits.warned;
  if (state.rolledBack && (well || ended.exit === exits.interrupted)) return 'rolled back';
  return well && notReached(state).length > 0 ? 'repaired' : outcomeOf(ended.exit);
}

const outcomes: Readonly<Record<number, string>> = {
  [exits.done]: 'done',
  [exits.failed]: 'failed',
  [exits.usage]: 'usage',
  [exits.warned]: 'done, warned',
  [exits.refused]: 'refused',
  [exits.answeredNo]: 'answered no',
  [exits.unsafe]: 'not safe',
  [exits.held]: 'held by another',
  [exits.interrupted]: 'stopped',
  [exits.owes]: 'owes',
};

export function outcomeOf(exit: number | undefined): string {
  return exit === undefined ? 'not ended' : (outcomes[exit] ?? `exit ${exit}`);
}
