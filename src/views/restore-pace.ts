import { foldEvents } from '../engine/apply-event.ts';
import type { RunEvent } from '../engine/event.ts';
import { exits } from '../engine/exit-code.ts';
import { type RunState, stepState } from '../engine/state.ts';

/** How long a restore took that went well, without the time at its gates: what the next one may be measured by. */
export interface RestorePace {
  readonly run: string;
  /** Of one member, unpacked. */
  readonly dataBytes: number;
  /** Steps that take longer with more data. */
  readonly growingMs: number;
  readonly otherMs: number;
  /** Part of the other: from the cut of traffic to its return. */
  readonly downMs: number;
}

const growing: readonly string[] = ['restore.unpack', 'restore.prove-prepared'];

/** Undefined for anything but a whole restore that was done. */
export function restorePace(events: readonly RunEvent[]): RestorePace | undefined {
  const state = foldEvents(events);
  const { plan, order, exit, part } = state;
  if (plan === undefined || part !== 'forward' || (exit !== exits.done && exit !== exits.warned)) return undefined;
  // With `recheck` the outage grows with the data: it is no measure for the others.
  if (plan.parameters.recheck === true) return undefined;
  const unpack = order.find(({ step }) => step.action === 'restore.unpack');
  const [cut, back] = ['traffic.cut', 'traffic.put-back'].map((action) =>
    order.findIndex(({ step }) => step.action === action),
  );
  if (unpack?.bytes === undefined || unpack.effects.length === 0 || cut === undefined || back === undefined)
    return undefined;
  // Part of its time is not in its steps: each further attempt of a step begins its time anew.
  if (events.some(({ type }) => type === 'run-resumed')) return undefined;
  if (order.some(({ step }) => stepState(state, step.id).attempt > 1)) return undefined;
  if (cut === -1 || back < cut || !order.some(({ step }) => step.action === 'restore.swap')) return undefined;
  const times = order.map((each) => ({ grows: growing.includes(each.step.action), ms: tookMs(state, each.step.id) }));
  const sum = (of: readonly { readonly ms: number }[]) => of.reduce((all, { ms }) => all + ms, 0);
  return {
    run: plan.run,
    dataBytes: unpack.bytes / unpack.effects.length,
    growingMs: sum(times.filter(({ grows }) => grows)),
    otherMs: sum(times.filter(({ grows }) => !grows)),
    downMs: sum(times.slice(cut, back + 1)),
  };
}

function tookMs(state: RunState, step: string): number {
  const { startedAt, endedAt } = stepState(state, step);
  return startedAt === undefined || endedAt === undefined ? 0 : endedAt - startedAt;
}

/** What restoring so much data may take, when it goes as the last one went. */
export function restoreEstimate(
  pace: RestorePace,
  dataBytes: number,
): { readonly ms: number; readonly downMs: number } {
  const ratio = pace.dataBytes > 0 ? dataBytes / pace.dataBytes : 1;
  return { ms: pace.growingMs * ratio + pace.otherMs, downMs: pace.downMs };
}
