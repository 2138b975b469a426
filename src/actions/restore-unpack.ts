import { formatBytes } from '../base/bytes.ts';
import { type Failure, FailureError, fail } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import type { Action } from '../engine/action.ts';
import { formatPosition, shortPosition } from '../galera/position.ts';
import type { RunnerSpec } from '../target/jobs.ts';
import type { Look } from '../target/look.ts';
import type { IndexEntry } from './backup-index.ts';
import { type ClusterView, type MemberView, viewCluster } from './cluster-view.ts';
import { known, listField, objectField } from './fields.ts';
import { deadlines, folderName, memberJob } from './member-job.ts';
import { backupsFolder, workFolder } from './place.ts';
import { everyMember } from './prepared.ts';
import { floorOf } from './room-of.ts';
import { endedJobs, isObserved } from './step-jobs.ts';
import { type UnpackOrder, unpackOrder } from './unpack-order.ts';
import { lastMeasures, type Measure, runMeasured } from './volume-measures.ts';
import { viewVolume } from './volume-view.ts';
import { wantedEntry } from './wanted-entry.ts';

const fields = { backup: objectField.required, members: listField.required };
/** Reading, unpacking and preparing on one volume, measured on a small machine; what is slower shows in the progress. */
const bytesPerMs = 120_000;
const perMemberMs = 10_000;

/** Unpacks and prepares the backup on every member's volume, beside the current data, while the database is up. */
export const restoreUnpack: Action = {
  kind: 'do',
  name: 'restore.unpack',
  summary: "Unpacks and prepares a backup on every member's volume, beside its data.",
  inputs: fields,
  outputs: ['prepared', 'position', 'folder'],
  maxDanger: 'changes',
  danger: () => 'changes',
  owes: true,
  stoppable: true,

  async plan(input, look) {
    const work = await workOf(input, look);
    if ('expected' in work) return work;
    const { entry, members, order } = work;
    const { id, manifest } = entry;
    const folder = folderName(look.at.run);
    const one = manifest.dataBytes / bytesPerMs + perMemberMs;
    const names = members.map((member) => member.name);
    return {
      effects: members.map((member) => ({
        object: `volume of claim ${member.data.claim}`,
        field: folder,
        from: 'not there',
        to: `${formatBytes(manifest.dataBytes)}, backup ${id} prepared`,
      })),
      debts: [
        {
          id: `copies:${look.at.run}`,
          says: `${folder} on ${members.length} volumes`,
          due: 'end',
          payWith: { action: 'restore.discard-unpacked', input: { folder, members: names, run: look.at.run } },
        },
      ],
      memo: {},
      says: [
        `unpacks ${id} (${formatBytes(manifest.dataBytes)}, at ${shortPosition(manifest.position)}) on ${members.length} volumes, ${orderText(order)}`,
        'the database stays up; a full volume or a bad archive ends here and leaves nothing',
      ],
      bytes: manifest.dataBytes * members.length,
      ms: Math.round(order.together ? one : one * members.length),
      foretold: outputOf(look.at.run, entry, members),
    };
  },

  async observe(input, look) {
    const work = await workOf(input, look);
    if ('expected' in work) return { is: 'unknown', failure: work };
    const { entry, members, order } = work;
    const reports = await endedJobs(
      look,
      members.map(({ name, ordinal }) => ({ member: name, ordinal })),
    );
    if (isObserved(reports)) return reports;
    return {
      is: 'so',
      output: outputOf(look.at.run, entry, members),
      says: `prepared on ${reports.length} of ${members.length}, checksums match`,
      facts: { bytes: reports.map((report) => report.result.bytes ?? null), together: order.together },
    };
  },

  async apply(input, hands) {
    const work = await workOf(input, hands);
    if ('expected' in work) throw new FailureError(work);
    const { view, entry, members, order } = work;
    const measures = await lastMeasures(hands);
    const specs = members.map((member) => specOf(hands, view, member, entry, measures.get(member.data.claim)));
    for (const batch of order.together ? [specs] : specs.map((spec) => [spec])) {
      await runMeasured(hands, batch);
    }
  },
};

interface Work {
  readonly view: ClusterView;
  readonly entry: IndexEntry;
  readonly members: readonly MemberView[];
  readonly order: UnpackOrder;
}

async function workOf(input: JsonObject, look: Look): Promise<Work | Failure> {
  const { backup, members: names = [] } = known(fields, input);
  const [entry, view, backups] = await Promise.all([
    wantedEntry(look, backup),
    viewCluster(look),
    viewVolume(look, look.config.backups.claim),
  ]);
  if ('expected' in entry) return entry;
  const members = everyMember(view, names.map(String));
  const order = unpackOrder(members, backups, view.mounting);
  return 'expected' in order ? order : { view, entry, members, order };
}

function orderText(order: UnpackOrder): string {
  return `${order.together ? 'all at once' : 'one after the other'}: ${order.because}`;
}

function outputOf(run: string, { id, manifest }: IndexEntry, members: readonly MemberView[]): JsonObject {
  const position = { uuid: manifest.position.uuid, seqno: manifest.position.seqno };
  return {
    prepared: members.map(({ name, ordinal }) => ({ member: name, ordinal, backup: id, position })),
    position,
    folder: folderName(run),
  };
}

function specOf(
  look: Look,
  view: ClusterView,
  member: MemberView,
  { id, manifest }: IndexEntry,
  measure: Measure | undefined,
): RunnerSpec {
  const archive = manifest.files.find(({ name }) => name.startsWith('backup.mbstream'));
  if (!archive)
    fail(
      'refused',
      `an archive among the files of ${id}`,
      manifest.files.map(({ name }) => name).join(', '),
      'choose another backup',
    );
  return memberJob(look, view, member, {
    verb: 'unpack',
    values: {
      WORK: workFolder(look.at.run),
      BACKUPS: backupsFolder(look),
      ID: id,
      SHA256: archive.sha256,
      BYTES: String(archive.bytes),
      DATA_BYTES: String(manifest.dataBytes),
      COMPRESSION: manifest.compression,
      FILE: archive.name,
      RESERVE: String(floorOf(look, member.data, measure)),
      POSITION: formatPosition(manifest.position),
    },
    backups: 'read-only',
    besideMember: true,
    deadlineMs: deadlines.unpack,
  });
}
