import { formatBytes } from '../base/bytes.ts';
import { formatClock } from '../base/duration.ts';
import { fail, failure } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import { backupId } from '../base/time.ts';
import { type Action, type Planned, pending } from '../engine/action.ts';
import { dataPathsOf } from '../galera/data-paths.ts';
import { flowControlLimits } from '../galera/flow-control.ts';
import { shortPosition } from '../galera/position.ts';
import { isSynced } from '../galera/wsrep-status.ts';
import type { RunnerSpec } from '../target/jobs.ts';
import type { Hands, Look } from '../target/look.ts';
import { accountSecretProblem } from './account-secret.ts';
import { readIndex } from './backup-index.ts';
import { type ClusterView, type MemberView, viewCluster } from './cluster-view.ts';
import { estimateData } from './data-estimate.ts';
import { choiceField, known, textField } from './fields.ts';
import { endedJob, isAnswer, numberOf, objectOf, textOf } from './job-result.ts';
import { backupsFolder, placeOf } from './place.ts';
import { floorOf } from './room-of.ts';
import { jobName } from './run-job.ts';
import { lastMeasures, runMeasured } from './volume-measures.ts';
import { viewVolume } from './volume-view.ts';

const fields = { member: textField.required, kind: choiceField('full', 'incremental').required };

const deadlineMs = 6 * 60 * 60_000;

/** One Job on the donor: probe, room, desync, settle, copy, drain, resync. What it leaves is a partial archive that `prove` finishes. */
export const backupTake: Action = {
  kind: 'do',
  name: 'backup.take',
  summary: "Copies the donor's data to the backup volume, with the donor out of flow control meanwhile.",
  inputs: fields,
  outputs: ['backup'],
  maxDanger: 'changes',
  danger: () => 'changes',
  owes: true,
  stoppable: true,

  async plan(input, look) {
    const { member, kind } = known(fields, input);
    if (kind === 'incremental') {
      return failure(
        'refused',
        'a full backup',
        'kind is incremental',
        'incremental backups are not built yet: use kind=full',
      );
    }
    const missing = await accountSecretProblem(look);
    if (missing) return missing;
    const id = await freeId(look);
    const foretold: JsonObject = { backup: { id, kind: 'full', sha256: pending } };
    if (member === undefined) return { ...withoutDonor(id), foretold };
    return { ...(await withDonor(look, member, id)), foretold };
  },

  async observe(input, look, memo) {
    const { member = '' } = known(fields, input);
    const report = await endedJob(look, jobName(look.at, ordinalOf(member)));
    if (isAnswer(report)) return report;
    const backup = { ...backupOf(report.result, memo), tables: await tablesOf(look, member) };
    const bytes = numberOf(report.result, 'bytes');
    const tookMs = Date.parse(textOf(report.result, 'endedAt')) - Date.parse(textOf(report.result, 'startedAt'));
    return {
      is: 'so',
      output: { backup },
      says: `${textOf(backup, 'id')}, ${formatBytes(bytes)}, at ${shortPosition(backup.position)}, took ${formatClock(tookMs)}`,
      facts: {
        id: textOf(backup, 'id'),
        bytes,
        dataBytes: numberOf(report.result, 'dataBytes'),
        tookMs,
        ...(typeof report.result.desyncedMs === 'number' ? { desyncedMs: report.result.desyncedMs } : {}),
      },
    };
  },

  async apply(input, hands, memo) {
    const { member = '' } = known(fields, input);
    const view = await viewCluster(hands);
    const donor = donorOf(view, member);
    const started = await hands.jobs.report(hands.config.namespace, jobName(hands.at, donor.ordinal));
    if (!started) await requireSameDonor(hands, donor, memo);
    await runMeasured(hands, [copyJob(hands, view, donor, memo)]);
  },
};

function ordinalOf(member: string): number {
  return Number(/-(\d+)$/.exec(member)?.[1] ?? Number.NaN);
}

function donorOf(view: ClusterView, member: string): MemberView {
  const donor = view.members.find((each) => each.name === member);
  return (
    donor ??
    fail('refused', `member ${member}`, `members ${view.members.map((each) => each.name).join(', ')}`, 'plan again')
  );
}

/** The time of planning, or the first second after it whose id is free. */
async function freeId(look: Look): Promise<string> {
  const taken = new Set((await readIndex(look)).entries.map((entry) => entry.id));
  let at = look.clock.now();
  while (taken.has(backupId(at))) at += 1000;
  return backupId(at);
}

/** A donor that a later step names: the debt stands already, so that its payer is planned. */
function withoutDonor(id: string): Planned {
  const input = { member: pending, podUid: pending, containerId: pending, desyncCount: pending, job: pending };
  return {
    effects: [{ object: 'the donor', field: 'wsrep_desync', from: 'OFF', to: 'ON, then OFF' }],
    debts: [{ id: 'desync', says: 'a Job desyncs the donor', due: 'end', payWith: { action: 'galera.resync', input } }],
    memo: { id },
    says: [`copies the donor to backup ${id}`],
    unknowns: ['which member is the donor'],
  };
}

async function withDonor(look: Look, member: string, id: string): Promise<Planned> {
  const { claim } = look.config.backups;
  const [view, status, volume, measures, index] = await Promise.all([
    viewCluster(look),
    look.sql.status(member),
    viewVolume(look, claim),
    lastMeasures(look),
    readIndex(look),
  ]);
  const { pod, ordinal } = donorOf(view, member);
  const paths = dataPathsOf(status.settings);
  const { desyncCount } = status;
  if (!pod?.containerId || !pod.ip || paths === undefined || desyncCount === undefined) {
    fail(
      'unknown',
      `IP, container id, data directory and desync count of ${member}`,
      'not all there',
      `look at pod ${member}`,
    );
  }
  const { dataBytes, ratio, bytesPerSecond } = await estimateData(look, member, index);
  const archive = formatBytes(dataBytes * (ratio ?? 1));
  const job = jobName(look.at, ordinal);
  const limits = flowControlLimits(status.settings, view.members.length);
  const ms = Math.ceil((dataBytes / bytesPerSecond) * 1000);
  const { uid: podUid, containerId } = pod;
  const payWith = { action: 'galera.resync', input: { member, podUid, containerId, desyncCount, job } };
  return {
    effects: [
      {
        object: `Job ${job}`,
        field: 'Job',
        from: 'absent',
        to: `copies ${member} on Kubernetes node ${pod.node ?? 'of its volume'}`,
      },
      { object: `claim ${claim}`, field: `${look.config.cluster}/${id}`, from: 'absent', to: `about ${archive}` },
      { object: member, field: 'wsrep_desync', from: 'OFF', to: 'ON, then OFF' },
    ],
    debts: [{ id: `desync:${member}`, says: `a Job desyncs ${member}`, due: 'end', payWith }],
    memo: {
      id,
      member,
      podUid,
      containerId,
      host: pod.ip,
      desyncCount,
      queueLimit: limits?.lower ?? 0,
      // What the archive will take of the volume, in percent of the data; as large as it before anything was measured.
      archivePercent: Math.ceil((ratio ?? 1) * 100),
      reserve: floorOf(look, volume, measures.get(claim)),
      image: pod.image ?? '',
      imageId: pod.imageId ?? '',
      paths: { ...paths },
    },
    says: [
      `1 Job on the volume of ${member} makes backup ${id}`,
      `${formatBytes(dataBytes)} of data by SQL; the Job measures it and the room again`,
    ],
    bytes: dataBytes,
    ms,
  };
}

/** The donor is still the process that was planned with, and nothing has desynced it since. */
async function requireSameDonor(hands: Hands, donor: MemberView, memo: JsonObject): Promise<void> {
  const { name, pod } = donor;
  if (pod?.uid !== memo.podUid || pod?.containerId !== memo.containerId) {
    fail('refused', `${name} is the process that was planned with`, 'its pod or container was restarted', 'plan again');
  }
  const status = await hands.sql.status(name);
  if (!isSynced(status) || status.desyncCount !== memo.desyncCount) {
    const found = `${status.localStateComment ?? 'unknown state'}, desync count ${status.desyncCount ?? 'unknown'}`;
    fail(
      'unsafe',
      `${name} Synced, desync count ${String(memo.desyncCount)}`,
      found,
      'wait until it is Synced, then plan again',
    );
  }
}

function copyJob(hands: Hands, view: ClusterView, donor: MemberView, memo: JsonObject): RunnerSpec {
  const { run, step, attempt } = hands.at;
  const { account } = hands.config;
  return {
    name: jobName(hands.at, donor.ordinal),
    run,
    step,
    attempt,
    member: donor.name,
    verb: 'copy',
    values: {
      HOST: textOf(memo, 'host'),
      USER: account.user,
      DATADIR: view.mount.dataDirectory,
      BACKUPS: backupsFolder(hands),
      ID: textOf(memo, 'id'),
      RESERVE: textOf(memo, 'reserve'),
      ARCHIVE_PERCENT: textOf(memo, 'archivePercent'),
      QUEUE_LIMIT: textOf(memo, 'queueLimit'),
      DESYNC_COUNT: textOf(memo, 'desyncCount'),
      STARTED: new Date(hands.clock.now()).toISOString(),
    },
    account,
    place: placeOf(hands, view, donor, { data: 'as-member', backups: 'read-write', besideMember: true }),
    deadlineMs,
  };
}

/** Everything that `backup.prove` needs for the manifest. */
function backupOf(result: JsonObject, memo: JsonObject) {
  const position = objectOf(result, 'position');
  const lsn = objectOf(result, 'lsn');
  return {
    id: textOf(memo, 'id'),
    kind: 'full',
    bytes: numberOf(result, 'bytes'),
    sha256: textOf(result, 'sha256'),
    file: textOf(result, 'file'),
    compression: textOf(result, 'compression'),
    dataBytes: numberOf(result, 'dataBytes'),
    position: { uuid: textOf(position, 'uuid'), seqno: textOf(position, 'seqno') },
    positionAt: textOf(result, 'positionAt'),
    lsn: { from: textOf(lsn, 'from'), to: textOf(lsn, 'to'), last: textOf(lsn, 'last') },
    serverVersion: textOf(result, 'serverVersion'),
    toolVersion: textOf(result, 'toolVersion'),
    image: textOf(memo, 'image'),
    imageId: textOf(memo, 'imageId'),
    donor: { member: textOf(memo, 'member'), podUid: textOf(memo, 'podUid') },
    startedAt: textOf(result, 'startedAt'),
    endedAt: textOf(result, 'endedAt'),
    paths: objectOf(memo, 'paths'),
  };
}

/** Table names by schema, from the donor; right after the copy it may not take queries yet, then from any other member. */
async function tablesOf(look: Look, member: string): Promise<JsonObject> {
  const view = await viewCluster(look);
  const names = [member, ...view.members.map((each) => each.name).filter((name) => name !== member)];
  for (const name of names) {
    const tables = await look.sql.tables(name).catch(() => undefined);
    if (!tables) continue;
    const grouped = Map.groupBy(tables, (table) => table.schema);
    return Object.fromEntries([...grouped].map(([schema, of]) => [schema, of.map((table) => table.table)]));
  }
  return fail(
    'unknown',
    'the list of tables from a member',
    'no member answers',
    'run the step again when one answers',
  );
}
