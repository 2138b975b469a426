import { byOrdinal, type MemberReading } from './member-reading.ts';
import { shortUuid } from './position.ts';
import { isSynced, type MemberStatus } from './wsrep-status.ts';

/**
 * HEALTHY: all answer, Synced, one Primary Component of full size, none desynced, the Service is served.
 * DEGRADED: clients are served, and something is off or unknown.
 * DOWN: proven that no client is served: no Primary Component, or no member that works in the Service.
 * UNKNOWN: neither is proven.
 */
export type Verdict = 'HEALTHY' | 'DEGRADED' | 'DOWN' | 'UNKNOWN';

/** Worst first: `✗ ? ! ✓`. */
export type Sign = 'bad' | 'unknown' | 'look' | 'good';

export interface Reason {
  readonly sign: Sign;
  readonly text: string;
  /** Whom it is about; empty for all. */
  readonly members: readonly string[];
}

export interface Health {
  readonly verdict: Verdict;
  readonly sign: Sign;
  /** Worst first; empty when healthy. */
  readonly reasons: readonly Reason[];
  /** What those who answer say: `2 of 3 say Primary, size 3, UUID 36553af3`. Empty when nobody answers. */
  readonly says: string;
}

type Answered = MemberReading & { readonly status: MemberStatus };

const signs: readonly Sign[] = ['bad', 'unknown', 'look', 'good'];

const answeredOf = (readings: readonly MemberReading[]): Answered[] =>
  readings.flatMap((reading) => (reading.status === undefined ? [] : [{ ...reading, status: reading.status }]));

const distinct = <T>(values: readonly (T | undefined)[]): T[] => [
  ...new Set(values.filter((value) => value !== undefined)),
];

/** Whether clients that come by the Service are served by this member. Only what was read counts. */
function serves(reading: MemberReading): 'yes' | 'no' | 'unknown' {
  const { status, podExists, podReady, inService } = reading;
  if (podExists === false || inService === false) return 'no';
  if (status === undefined) return podReady === false ? 'no' : 'unknown';
  const outsidePrimary = status.clusterStatus !== undefined && status.clusterStatus !== 'Primary';
  if (outsidePrimary || status.ready === false) return 'no';
  return inService === true && status.clusterStatus === 'Primary' && status.ready === true ? 'yes' : 'unknown';
}

function whyDown(readings: readonly MemberReading[], answered: readonly Answered[]): string {
  if (readings.every((reading) => reading.podExists === false)) return 'no member runs';
  if (answered.length > 0 && answered.every(({ status }) => status.clusterStatus !== 'Primary')) {
    return 'no Primary Component';
  }
  return readings.every((reading) => reading.inService === false)
    ? 'no member in the Service'
    : 'no member in the Service works';
}

function groupReasons(answered: readonly Answered[], replicas: number): Reason[] {
  const reasons: Reason[] = [];
  const add = (sign: Sign, text: string) => reasons.push({ sign, text, members: [] });
  const primary = answered.filter(({ status }) => status.clusterStatus === 'Primary');
  const uuids = distinct(answered.flatMap(({ status }) => [status.clusterUuid, status.localUuid]));
  if (uuids.length > 1) add('bad', `${uuids.length} histories: ${uuids.map(shortUuid).join(', ')}`);
  const sizes = distinct(primary.map(({ status }) => status.clusterSize)).sort((a, b) => a - b);
  if (sizes.some((size) => size !== replicas)) add('look', `size ${sizes.join(' and ')} of ${replicas}`);
  // Members read a moment apart around a change differ too: look, not bad.
  const confs = distinct(primary.map(({ status }) => status.confId));
  if (confs.length > 1) add('look', `conf ids ${confs.join(', ')}`);
  return reasons;
}

const states: Readonly<Record<number, string>> = { 0: 'not joined', 1: 'joining', 2: 'desynced', 3: 'catching up' };

function memberReason(reading: MemberReading): Omit<Reason, 'members'> | undefined {
  const { status } = reading;
  if (reading.podExists === false) return { sign: 'bad', text: 'not running' };
  if (status === undefined) {
    return reading.podReady === false ? { sign: 'bad', text: 'not ready' } : { sign: 'unknown', text: 'unknown' };
  }
  if (status.clusterStatus === undefined || status.localState === undefined || status.desyncCount === undefined) {
    return { sign: 'unknown', text: 'not fully read' };
  }
  if (status.clusterStatus !== 'Primary') return { sign: 'bad', text: status.clusterStatus };
  if (status.desyncCount > 0) return { sign: 'look', text: 'desynced' };
  if (status.localState !== 4) return { sign: 'look', text: states[status.localState] ?? 'in an unknown state' };
  if (status.ready === undefined) return { sign: 'unknown', text: 'not fully read' };
  if (status.ready === false) return { sign: 'bad', text: 'refusing queries' };
  return undefined;
}

/** `2 desynced`: members with the same trouble in one reason. */
function memberReasons(readings: readonly MemberReading[], replicas: number): Reason[] {
  const found = new Map<string, Reason>();
  for (const reading of readings) {
    const reason = memberReason(reading);
    if (reason === undefined) continue;
    const members = [...(found.get(reason.text)?.members ?? []), reading.member];
    found.set(reason.text, { ...reason, members });
  }
  const reasons = [...found.values()].map((each) => ({ ...each, text: `${each.members.length} ${each.text}` }));
  const missing = replicas - readings.length;
  return missing > 0 ? [...reasons, { sign: 'unknown', text: `${missing} not looked at`, members: [] }] : reasons;
}

function says(answered: readonly Answered[], replicas: number, healthy: boolean): string {
  const primary = answered.filter(({ status }) => status.clusterStatus === 'Primary');
  if (answered.length === 0) return '';
  if (primary.length === 0) return `${answered.length} of ${replicas} say non-Primary`;
  const uuids = distinct(primary.map(({ status }) => status.clusterUuid))
    .map(shortUuid)
    .join(' and ');
  if (healthy) return `${replicas} of ${replicas} Synced, Primary, one state UUID ${uuids}, none desynced`;
  const sizes = distinct(primary.map(({ status }) => status.clusterSize)).join(' and ');
  const synced = primary.filter(({ status }) => isSynced(status)).length;
  const head =
    answered.length < replicas
      ? `${primary.length} of ${replicas} say Primary`
      : `${synced} of ${replicas} Synced, Primary`;
  return `${head}, size ${sizes === '' ? '?' : sizes}, UUID ${uuids === '' ? '?' : uuids}`;
}

/**
 * The verdict over all members. `readings` has one entry per replica, whether it answered or not. `expected`: how many replicas there are;
 * undefined when nobody knows, and then nothing is proven by there being no readings.
 */
export function healthOf(of: readonly MemberReading[], expected: number | undefined): Health {
  const readings = byOrdinal(of);
  const replicas = expected ?? readings.length;
  const answered = answeredOf(readings);
  const service = readings.map(serves);
  const served = service.includes('yes');
  const down =
    expected !== undefined && !served && readings.length >= replicas && service.every((each) => each === 'no');
  const reasons = [...memberReasons(readings, replicas), ...groupReasons(answered, replicas)];
  if (down)
    reasons.unshift({
      sign: 'bad',
      text: replicas === 0 ? 'no member runs' : whyDown(readings, answered),
      members: [],
    });
  else if (!served)
    reasons.unshift({
      sign: 'unknown',
      text: answered.length === 0 ? 'nobody answers' : 'not known whether clients are served',
      members: [],
    });
  const sorted = reasons.toSorted((a, b) => signs.indexOf(a.sign) - signs.indexOf(b.sign));
  const healthy = served && sorted.length === 0;
  const verdict = down ? 'DOWN' : !served ? 'UNKNOWN' : healthy ? 'HEALTHY' : 'DEGRADED';
  const worst = sorted[0]?.sign ?? 'good';
  const sign = verdict === 'DOWN' ? 'bad' : verdict === 'UNKNOWN' ? 'unknown' : worst;
  return { verdict, sign, reasons: sorted, says: says(answered, replicas, healthy) };
}

/** One line: the reasons, worst first, and what those who answer say. */
export function healthText(health: Health): string {
  const reasons = health.reasons.map((reason) => reason.text).join(', ');
  return [reasons, health.says].filter((part) => part !== '').join('; ');
}
