import type { FlowControlLimits } from '../galera/flow-control.ts';
import { type Level, pausedLevel, pausedShare, queueLevel } from '../galera/flow-control.ts';
import type { MemberStatus } from '../galera/wsrep-status.ts';
import type { MemberSamples, Sample, Watched } from './state.ts';

/** The longest trend is a little over five minutes. */
const keptMs = 340_000;

/** An answer takes the place of the last one. */
export function answered<T>(value: T, at: number, tookMs: number): Watched<T> {
  return { last: { at, value, tookMs } };
}

/** No answer: the last one stays as what it is, the last one. */
export function unanswered<T>(before: Watched<T>, found: string, at: number): Watched<T> {
  return { ...before, failing: { since: before.failing?.since ?? before.last?.at ?? at, found } };
}

/** With one more second of a member's history. */
export function withStatus(
  before: MemberSamples | undefined,
  status: MemberStatus,
  at: number,
  tookMs: number,
): MemberSamples {
  const last = before?.sql.last;
  const paused =
    last?.value.flowControlPausedNs === undefined || status.flowControlPausedNs === undefined
      ? undefined
      : pausedShare(last.value.flowControlPausedNs, status.flowControlPausedNs, at - last.at);
  const committed = Number(status.lastCommitted ?? Number.NaN);
  const sample: Sample = {
    at,
    ...(status.recvQueue === undefined ? {} : { queue: status.recvQueue }),
    ...(paused === undefined ? {} : { paused }),
    ...(Number.isSafeInteger(committed) ? { committed } : {}),
  };
  return {
    sql: answered(status, at, tookMs),
    history: [...(before?.history ?? []).filter((each) => at - each.at < keptMs), sample],
  };
}

const signs: readonly string[] = ['_', '⣀', '⣤', '⣶', '⣿'];

/**
 * The last `cells` spans of `spanMs`, cut at whole multiples of it so that a cell never changes once it is past; each shows the worst
 * that was seen in it, a hole where nothing was.
 */
export function trend(
  history: readonly Sample[],
  levelOf: (sample: Sample) => Level | undefined,
  of: { readonly now: number; readonly cells: number; readonly spanMs: number },
): string {
  const newest = Math.floor(of.now / of.spanMs);
  const worst = new Map<number, Level>();
  for (const sample of history) {
    const level = levelOf(sample);
    const cell = Math.floor(sample.at / of.spanMs);
    if (level !== undefined && (worst.get(cell) ?? 0) <= level) worst.set(cell, level);
  }
  return Array.from({ length: of.cells }, (_, index) => {
    const level = worst.get(newest - of.cells + 1 + index);
    return level === undefined ? ' ' : (signs[level] ?? ' ');
  }).join('');
}

export function queueLevelOf(limits: FlowControlLimits): (sample: Sample) => Level | undefined {
  return ({ queue }) => (queue === undefined ? undefined : queueLevel(queue, limits));
}

export const pausedLevelOf = ({ paused }: Sample): Level | undefined =>
  paused === undefined ? undefined : pausedLevel(paused);
