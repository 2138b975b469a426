import { type BackupIndex, type IndexEntry, isGood, isOwn, proofMarks, readIndex } from '../actions/backup-index.ts';
import type { ClusterView } from '../actions/cluster-view.ts';
import { readMembers } from '../actions/member-readings.ts';
import { lastMeasures, type Measure } from '../actions/volume-measures.ts';
import { parseDuration } from '../base/duration.ts';
import { FailureError, fail, failureOf } from '../base/failure.ts';
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
import type { BackupMade, BackupRow, DebtRow, MemberRow, StatusView } from '../views/status-view.ts';
import { mirroredRuns, type RememberedMirrors } from './cluster-mirror.ts';
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
      talk(age === undefined ? 'there is no good backup' : 'the newest good backup is older than --max-age');
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
  const { measures, runs, restored: _restored, ...listed } = listing;
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

export type Listed = Pick<StatusView, 'backups' | 'debts' | 'lease' | 'runs'> & {
  /** By claim, as a runner measured last. */
  readonly measures: ReadonlyMap<string, Measure>;
  /** The last restore that was done, to measure the next one by. */
  readonly restored?: RestorePace;
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
  const [index, measures, lease, mirrored, own] = await Promise.all([
    readIndex(look).catch(asFailure),
    lastMeasures(look).catch(asFailure),
    session.lease().read().catch(asFailure),
    mirroredRuns(look.kube, config.namespace, memory?.mirrors).catch(asFailure),
    localRuns(stateFolder(globals), { newest: 50, ...(memory ? { remembered: memory.runs } : {}) }),
  ]);
  const runs = mergedRuns(own, 'found' in mirrored ? [] : mirrored).filter(
    (run) => run.summary.cluster === `${config.namespace}/${config.cluster}`,
  );
  const holder = lease && !('found' in lease) ? leaseRow(lease, clock.now()) : undefined;
  const volumes = 'found' in measures ? new Map<string, Measure>() : measures;
  return {
    backups: {
      claim: config.backups.claim,
      ...measured(volumes.get(config.backups.claim)),
      ...('found' in index
        ? { unknown: index.found, rows: [] }
        : { rows: backupRows(index, (entry) => isOwn(look, entry)) }),
    },
    debts: runs.flatMap(({ summary, events }) => debtRows(summary, events, runAtWork(holder))),
    ...(holder ? { lease: holder } : {}),
    runs: runs.map(({ summary }) => summary),
    measures: volumes,
    ...lastRestore(runs),
  };
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

function asFailure(thrown: unknown): { readonly found: string } {
  if (!(thrown instanceof FailureError)) throw thrown;
  return { found: failureOf(thrown, '').found };
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

function debtRows(summary: RunSummary, events: readonly RunEvent[], live: string | undefined): readonly DebtRow[] {
  return [...summary.unpaid, ...summary.kept].map((debt) => ({
    run: summary.run,
    id: debt.id,
    step: debt.step,
    says: debt.says,
    since: events.findLast((event) => event.type === 'debt-owed' && event.debt.id === debt.id)?.at ?? summary.startedAt,
    by: summary.by,
    due: debt.due,
    carried: live === summary.run,
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
