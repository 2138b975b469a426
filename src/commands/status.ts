import { type BackupIndex, type IndexEntry, isGood, isOwn, proofMarks, readIndex } from '../actions/backup-index.ts';
import type { ClusterView } from '../actions/cluster-view.ts';
import { readMembers } from '../actions/member-readings.ts';
import { lastMeasures, type Measure } from '../actions/volume-measures.ts';
import { parseDuration } from '../base/duration.ts';
import { type Failure, FailureError, fail, failureOf } from '../base/failure.ts';
import { backupIdTime } from '../base/time.ts';
import type { RunEvent } from '../engine/event.ts';
import { exits } from '../engine/exit-code.ts';
import { pausedShare } from '../galera/flow-control.ts';
import { healthOf } from '../galera/health.ts';
import { archiveBytes } from '../galera/manifest.ts';
import type { MemberReading } from '../galera/member-reading.ts';
import { systemClock } from '../host/clock.ts';
import { statusText } from '../plain/status-text.ts';

import { type RunSummary, summarize } from '../record/run-summary.ts';
import type { LeaseHolder } from '../target/lease.ts';
import { runAtWork } from '../views/at-work.ts';
import { highestCommitted, memberRow } from '../views/member-row.ts';
import { type RestorePace, restorePace } from '../views/restore-pace.ts';
import type { BackupMade, BackupRow, DebtRow, MemberRow, StatusView, Unread } from '../views/status-view.ts';
import { leaseUnread } from '../views/unread.ts';
import { type MirroredRun, type RememberedMirrors, readMirrors, type UnreadableRun } from './cluster-mirror.ts';
import type { Globals } from './globals.ts';
import { type LocalRun, localRuns, type RememberedRuns } from './local-runs.ts';
import { data, talk } from './output.ts';
import { proofText } from './proof-words.ts';
import { Remembered } from './remembered.ts';
import { stateFolder } from './run-record.ts';
import { openSession, type Session, see } from './session.ts';

export interface StatusOptions {
  readonly watch?: boolean | string;
  readonly maxAge?: string;
}

/** Times of the last reading of each member's flow control, for a share of the time since: the server only counts since it started. */
export type FlowMemory = Map<string, { readonly at: number; readonly pausedNs: number }>;

export async function status(globals: Globals, options: StatusOptions): Promise<number> {
  const maxAgeMs = options.maxAge === undefined ? undefined : parseDuration(options.maxAge);
  if (options.maxAge !== undefined && maxAgeMs === undefined)
    fail('usage', 'a duration such as 26h', options.maxAge, 'correct --max-age');
  const everyMs = options.watch === undefined || options.watch === false ? undefined : seconds(options.watch) * 1000;
  let session = await openSession(globals);
  try {
    const flow: FlowMemory = new Map();
    for (;;) {
      const exit = await once(globals, session, flow, maxAgeMs);
      if (everyMs === undefined) return exit;
      if (globals.practice) {
        // A practice stands still while nobody works on it: looking does not move its time, and sees what others have done.
        await systemClock.sleep(everyMs);
        session = await openSession(globals);
      } else await session.clock.sleep(everyMs);
    }
  } finally {
    await session.close();
  }
}

function seconds(watch: boolean | string): number {
  if (watch === true) return 2;
  const number = Number(watch);
  return number >= 1 && number <= 3600
    ? number
    : fail('usage', 'seconds between 1 and 3600', String(watch), 'correct --watch');
}

async function once(
  globals: Globals,
  session: Session,
  flow: FlowMemory,
  maxAgeMs: number | undefined,
): Promise<number> {
  const view = await statusOf(globals, session, flow);
  data(globals.output === 'json' ? JSON.stringify(view) : `${statusText(view).join('\n')}\n`);
  if (view.health.verdict !== 'HEALTHY') return exits.unsafe;
  if (maxAgeMs !== undefined) {
    const newest = view.backups.rows.find((row) => row.mark === '=' || row.mark === '+');
    const age = newest === undefined ? undefined : view.at - (newest.positionAt ?? newest.takenAt);
    if (age === undefined || age > maxAgeMs) {
      const none = view.backups.unknown === undefined ? 'there is no good backup' : 'the backups could not be read';
      talk(age === undefined ? none : 'the newest good backup is older than --max-age');
      return exits.warned;
    }
  }
  return exits.done;
}

/** Everything that status shows. What cannot be read is shown as unknown; only a target that is not there ends it. */
export async function statusOf(globals: Globals, session: Session, flow: FlowMemory): Promise<StatusView> {
  const { config, identity, clock } = session;
  const view = await see(session);
  const [readings, listing] = await Promise.all([readMembers(session.look(), view), listingOf(globals, session)]);
  const health = healthOf(readings, view.members.length);
  const at = clock.now();
  const reasons = health.reasons.map((reason) => reason.text).join(', ');
  const { measures, runs, restored: _restored, unanswered: _unanswered, ...listed } = listing;
  return {
    at,
    target: {
      name: config.name,
      cluster: config.cluster,
      namespace: config.namespace,
      context: identity.context,
      statefulset: config.statefulset,
      kubeSystemUid: identity.kubeSystemUid,
      statefulSetUid: identity.statefulSetUid,
    },
    health: {
      verdict: health.verdict,
      sign: health.sign,
      says: [reasons, health.says].filter((text) => text !== '').join('; '),
    },
    members: readings.map((reading) => memberRowOf(reading, readings, view, measures, flow, at)),
    ...listed,
    runs: runs.slice(0, 5),
  };
}

export type Listed = Pick<StatusView, 'backups' | 'debts' | 'lease' | 'runs' | 'unread'> & {
  /** By claim, as a runner measured last. */
  readonly measures: ReadonlyMap<string, Measure>;
  /** The last restore that was done, to measure the next one by. */
  readonly restored?: RestorePace;
  /** To nothing that the cluster was asked there was an answer: what is listed is of this machine alone. */
  readonly unanswered?: Failure;
};

/** What earlier listings have read and unpacked. */
export class ListingMemory {
  readonly runs: RememberedRuns = new Remembered();
  readonly mirrors: RememberedMirrors = new Remembered();
}

/** What changes with runs: backups, debts, who is at work, and the runs themselves, newest first. */
export async function listingOf(globals: Globals, session: Session, memory?: ListingMemory): Promise<Listed> {
  const look = session.look();
  const { config, clock } = session;
  const damaged: Unread[] = [];
  const [index, measures, lease, mirrors, own] = await Promise.all([
    answerOf(readIndex(look)),
    answerOf(lastMeasures(look)),
    answerOf(session.lease().read()),
    answerOf(readMirrors(look.kube, config.namespace, memory?.mirrors)),
    localRuns(stateFolder(globals), {
      newest: 50,
      damaged: (run, why) => damaged.push({ what: 'run', run, found: failureOf(why, '').found }),
      ...(memory ? { remembered: memory.runs } : {}),
    }),
  ]);
  const mirrored = (mirrors.value ?? []).flatMap((run) => ('failure' in run ? [] : [run]));
  const runs = mergedRuns(own, mirrored).filter(
    (run) => run.summary.cluster === `${config.namespace}/${config.cluster}`,
  );
  const holder = lease.value ? leaseRow(lease.value, clock.now()) : undefined;
  const volumes = measures.value ?? new Map<string, Measure>();
  const unread: readonly Unread[] = [
    ...unreadOf('lease', lease),
    ...unreadOf('runs', mirrors),
    ...unreadRuns(damaged, mirrors.value ?? []),
    ...unreadOf('backups', index),
    ...unreadOf('volumes', measures),
  ];
  // Who is at work only the lease can say.
  const carried = leaseUnread(unread) === undefined ? (run: string) => runAtWork(holder) === run : () => undefined;
  return {
    backups: {
      claim: config.backups.claim,
      ...measured(volumes.get(config.backups.claim)),
      ...(index.failure === undefined
        ? { rows: backupRows(index.value, (entry) => isOwn(look, entry)) }
        : { unknown: index.failure.found, rows: [] }),
    },
    debts: runs.flatMap(({ summary, events }) => debtRows(summary, events, carried(summary.run))),
    ...(holder ? { lease: holder } : {}),
    runs: runs.map(({ summary }) => summary),
    measures: volumes,
    unread,
    ...lastRestore(runs),
    ...unansweredOf([index, measures, lease, mirrors]),
  };
}

type Answer<T> =
  | { readonly value: T; readonly failure?: undefined }
  | { readonly value?: undefined; readonly failure: Failure };

async function answerOf<T>(asked: Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await asked };
  } catch (thrown) {
    if (!(thrown instanceof FailureError)) throw thrown;
    return { failure: thrown.failure };
  }
}

function unreadOf(what: Unread['what'], { failure }: Answer<unknown>): readonly Unread[] {
  return failure === undefined ? [] : [{ what, found: failure.found }];
}

/** A damaged journal whose mirror is whole hides nothing: no effect is begun before its mirror is written. */
function unreadRuns(journals: readonly Unread[], mirrors: readonly (MirroredRun | UnreadableRun)[]): readonly Unread[] {
  const damaged = mirrors.flatMap((mirror): readonly Unread[] =>
    'failure' in mirror ? [{ what: 'run', run: mirror.run, found: mirror.failure.found }] : [],
  );
  return [...damaged, ...journals.filter(({ run }) => mirrors.every((mirror) => mirror.run !== run))];
}

/** A refusal is an answer. */
function unansweredOf(all: readonly Answer<unknown>[]): Pick<Listed, 'unanswered'> {
  const failures = all.flatMap(({ failure }) => (failure?.kind === 'unknown' ? [failure] : []));
  const [unanswered] = failures;
  return unanswered === undefined || failures.length < all.length ? {} : { unanswered };
}

/** The newest that was done; the others need not be read to find it. */
function lastRestore(runs: readonly KnownRun[]): Pick<Listed, 'restored'> {
  for (const { summary, events } of runs) {
    const restored = summary.exit === exits.done || summary.exit === exits.warned ? restorePace(events) : undefined;
    if (restored !== undefined) return { restored };
  }
  return {};
}

function leaseRow({ run, holder, renewedAt }: LeaseHolder, now: number): NonNullable<StatusView['lease']> {
  return { run, holder, ...(renewedAt === undefined ? {} : { renewedAgoMs: Math.max(0, now - renewedAt) }) };
}

function measured(measure: { readonly freeBytes: number; readonly at: number } | undefined): {
  freeBytes?: number;
  readAt?: number;
} {
  return measure ? { freeBytes: measure.freeBytes, readAt: measure.at } : {};
}

type KnownRun = Pick<LocalRun, 'summary' | 'events'>;

/** This machine's journals and the mirrors of other bastions; of the same run the one that knows more. */
function mergedRuns(
  own: readonly KnownRun[],
  mirrored: readonly { readonly events: readonly RunEvent[] }[],
): readonly KnownRun[] {
  const byRun = new Map<string, KnownRun>();
  const others = mirrored.flatMap(({ events }) => {
    const summary = summarize(events);
    return summary ? [{ summary, events }] : [];
  });
  for (const run of [...own, ...others]) {
    const before = byRun.get(run.summary.run);
    if (!before || before.events.length < run.events.length) byRun.set(run.summary.run, run);
  }
  return [...byRun.values()].toSorted((a, b) => b.summary.startedAt - a.summary.startedAt);
}

function debtRows(summary: RunSummary, events: readonly RunEvent[], carried: boolean | undefined): readonly DebtRow[] {
  return [...summary.unpaid, ...summary.kept].map((debt) => ({
    run: summary.run,
    id: debt.id,
    step: debt.step,
    says: debt.says,
    since: events.findLast((event) => event.type === 'debt-owed' && event.debt.id === debt.id)?.at ?? summary.startedAt,
    by: summary.by,
    due: debt.due,
    ...(carried === undefined ? {} : { carried }),
  }));
}

function backupRows(
  { entries }: BackupIndex,
  own: (entry: BackupIndex['entries'][number]) => boolean,
): readonly BackupRow[] {
  return entries.filter(own).map((entry) => {
    const { id, manifest, proof } = entry;
    return {
      id,
      takenAt: backupIdTime(id) ?? Date.parse(manifest.startedAt),
      positionAt: Date.parse(manifest.positionAt),
      bytes: archiveBytes(manifest),
      position: `${manifest.position.uuid}:${manifest.position.seqno}`,
      mark: proofMarks[proof.level] as BackupRow['mark'],
      proof: proofText(proof),
      ...(isGood(entry) && proof.at !== '' ? { provenAt: Date.parse(proof.at) } : {}),
      made: madeOf(entry),
    };
  });
}

function madeOf({ manifest, proof }: IndexEntry): BackupMade {
  const [archive] = manifest.files.toSorted((a, b) => b.bytes - a.bytes);
  return {
    kind: manifest.kind,
    run: manifest.run,
    donor: manifest.donor.member,
    serverVersion: manifest.serverVersion,
    toolVersion: manifest.toolVersion,
    dataBytes: manifest.dataBytes,
    tables: Object.values(manifest.tables).flat().length,
    schemas: Object.keys(manifest.tables).length,
    compression: manifest.compression,
    ...(archive === undefined ? {} : { archive: { name: archive.name, sha256: archive.sha256 } }),
    ...(proof.run === '' ? {} : { proofRun: proof.run }),
  };
}

function memberRowOf(
  reading: MemberReading,
  all: readonly MemberReading[],
  view: ClusterView,
  volumes: ReadonlyMap<string, Measure>,
  flow: FlowMemory,
  at: number,
): MemberRow {
  const claim = view.members.find((one) => one.name === reading.member)?.data.claim ?? '';
  return memberRow(reading, {
    highest: highestCommitted(all),
    stopped: view.statefulSet.replicas === 0,
    volume: volumes.get(claim),
    paused: flowShare(reading.member, reading.status?.flowControlPausedNs, flow, at),
  });
}

function flowShare(member: string, pausedNs: number | undefined, flow: FlowMemory, at: number): number | undefined {
  if (pausedNs === undefined) return undefined;
  const now = { at, pausedNs };
  const before = flow.get(member);
  flow.set(member, now);
  return before && at > before.at ? pausedShare(before.pausedNs, pausedNs, at - before.at) : undefined;
}
