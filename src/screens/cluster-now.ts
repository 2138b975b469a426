import { failure } from '../base/failure.ts';
import { type FlowControlLimits, flowControlLimits } from '../galera/flow-control.ts';
import { type Health, healthOf } from '../galera/health.ts';
import type { MemberReading } from '../galera/member-reading.ts';
import type { MemberStatus } from '../galera/wsrep-status.ts';
import { highestCommitted, memberRow } from '../views/member-row.ts';
import type { MemberRow } from '../views/status-view.ts';
import type { Measured, MemberLook } from './operations.ts';
import type { MemberSamples, ScreensState } from './state.ts';

/** SQL is asked each second, Kubernetes every two; an answer is good for two intervals (screens.md §1, Stale). */
export const sqlEveryMs = 1000;
export const lookEveryMs = 2000;
const good = 2;
/** What an answer may take on its way before it counts as missed. */
const graceMs = 500;

export interface MemberNow {
  readonly row: MemberRow;
  /** As Kubernetes said last: who it is. */
  readonly look: MemberLook;
  /** The same, only while it is good. */
  readonly seen?: MemberLook;
  readonly samples?: MemberSamples;
  /** Only while it is good. */
  readonly status?: MemberStatus;
  readonly measured?: Measured;
  /** Since its last answer. */
  readonly silentMs?: number;
  readonly paused?: number;
}

export interface ClusterNow {
  readonly health: Health;
  readonly members: readonly MemberNow[];
  readonly limits: FlowControlLimits;
  /** Age of the oldest answer that counts. */
  readonly oldestMs?: number;
  /** Kubernetes gives no answer. */
  readonly blind?: { readonly since: number; readonly found: string };
}

export function isFresh(at: number | undefined, now: number, everyMs: number): boolean {
  return at !== undefined && now - at <= good * everyMs + graceMs;
}

/** `in`, `out` of the clients' Service, `?` when nobody says. */
export function serviceText(inService: boolean | undefined): string {
  return inService === undefined ? '?' : inService ? 'in' : 'out';
}

/** The state UUIDs of those who answer now, each once: more than one is more than one history. */
export function stateUuids({ members }: ClusterNow): readonly string[] {
  return [...new Set(members.flatMap(({ status }) => status?.clusterUuid ?? []))];
}

/** The Galera cluster as it is known at this second. What is stale is unknown. */
export function clusterNow(state: ScreensState): ClusterNow {
  const { look, listing, now } = state;
  const fresh = isFresh(look.last?.at, now, lookEveryMs);
  const looks = look.last?.value.members ?? [];
  const readings = looks.map((each) => readingOf(each, state, fresh));
  const highest = highestCommitted(readings);
  const measures = listing.last?.value.measures ?? {};
  const members = looks.map((each, index): MemberNow => {
    const samples = state.members[each.member];
    const reading = readings[index] ?? readingOf(each, state, fresh);
    const measured = measures[each.claim];
    const paused = reading.status === undefined ? undefined : samples?.history.at(-1)?.paused;
    const row = memberRow(reading, {
      highest,
      stopped: look.last?.value.replicas === 0,
      volume: measured,
      paused,
    });
    const silentMs = samples?.sql.last === undefined ? undefined : now - samples.sql.last.at;
    return {
      row: crashing(each) && row.sign !== 'planned' && fresh ? { ...row, sign: 'bad', state: crashText(each) } : row,
      look: each,
      ...(fresh ? { seen: each } : {}),
      ...(samples ? { samples } : {}),
      ...(reading.status ? { status: reading.status } : {}),
      ...(measured ? { measured } : {}),
      ...(silentMs === undefined ? {} : { silentMs }),
      ...(paused === undefined ? {} : { paused }),
    };
  });
  const settings = readings.find(({ status }) => status !== undefined)?.status?.settings;
  // Of a member that was stopped nobody expects an answer.
  const ages = members.flatMap(({ row, silentMs }) => (row.sign === 'planned' ? [] : (silentMs ?? [])));
  return {
    // That there are no members is known only while somebody says so.
    health: healthOf(readings, fresh || looks.length > 0 ? looks.length : undefined),
    members,
    limits: flowControlLimits(settings ?? {}, looks.length) ?? { upper: 28, lower: 28 },
    ...(ages.length === 0 ? {} : { oldestMs: Math.max(...ages) }),
    ...(fresh || look.failing === undefined ? {} : { blind: look.failing }),
  };
}

function readingOf(look: MemberLook, state: ScreensState, fresh: boolean): MemberReading {
  const { member, ordinal } = look;
  const sql = state.members[member]?.sql;
  const status = isFresh(sql?.last?.at, state.now, sqlEveryMs) ? sql?.last?.value : undefined;
  const seen = fresh
    ? { podExists: look.pod !== undefined, podReady: look.pod?.ready === true, inService: look.inService }
    : {};
  const answer =
    status === undefined || (fresh && look.pod === undefined)
      ? { failure: failure('unknown', `an answer from ${member}`, sql?.failing?.found ?? 'none yet', 'l logs') }
      : { status };
  return { member, ordinal, ...seen, ...answer };
}

function crashing({ pod }: MemberLook): boolean {
  return pod?.waiting === 'CrashLoopBackOff';
}

function crashText({ pod }: MemberLook): string {
  return `crash loop, ${pod?.restarts ?? '?'}x`;
}
