import { formatClock } from '../base/duration.ts';
import { type Failure, FailureError, failure } from '../base/failure.ts';
import type { Json, JsonObject } from '../base/json.ts';
import { type Action, type Effect, isPending, type Planned } from '../engine/action.ts';
import type { Manifest } from '../galera/manifest.ts';
import type { Hands, Look } from '../target/look.ts';
import { type IndexEntry, isGood, type ProofMark, proofMarks, writeEntry, writeProof } from './backup-index.ts';
import { backupVolumeJob } from './backup-volume-job.ts';
import { entryToProve, isBackupName } from './entry-to-prove.ts';
import { field, isObject, known } from './fields.ts';
import { numberOf, textOf } from './job-result.ts';
import { archiveOf, makeManifest, packManifest } from './make-manifest.ts';
import { jobName } from './run-job.ts';
import { runMeasured } from './volume-measures.ts';
import { wantedEntry } from './wanted-entry.ts';

const backupField = field<JsonObject | string>(
  'an object that a step before gave, or the name of a backup: latest, an id or its beginning',
  (value: Json) => isObject(value) || (typeof value === 'string' && isBackupName(value)),
);
const fields = { backup: backupField.required };

const deadlineMs = 3 * 60 * 60_000;

/**
 * Reads an archive back from the disk and compares it. One that `backup.take` gave gets its manifest, its name and its place in the index;
 * one of the index, given by `id` alone or by its name, gets its proof renewed, or marked as failed.
 */
export const backupProve: Action = {
  kind: 'do',
  name: 'backup.prove',
  summary: 'Reads a backup back from the disk, compares checksums, and only then lists it.',
  inputs: fields,
  outputs: ['id', 'level', 'sha256'],
  maxDanger: 'changes',
  danger: () => 'changes',
  owes: false,
  stoppable: true,

  async plan(input, look) {
    const { backup } = known(fields, input);
    if (typeof backup === 'string') return await planNamed(look, backup);
    const id = typeof backup?.id === 'string' && !isPending(backup.id) ? backup.id : undefined;
    if (backup === undefined || id === undefined || isNew(backup)) return planNew(look, id);
    const entry = await entryToProve(look, backup);
    return 'expected' in entry ? entry : planAgain(look, entry);
  },

  async observe(input, look) {
    const { backup = {} } = known(fields, input);
    const entry = await (typeof backup === 'string'
      ? entryToProve(look, backup)
      : wantedEntry(look, { id: backup.id ?? null, cluster: look.identity.cluster }));
    if ('expected' in entry) {
      return { is: 'not-so', failure: { ...entry, kind: 'failed', next: "look at the step's output" } };
    }
    const { id, proof, manifest } = entry;
    const { sha256, bytes } = archiveFacts(manifest);
    const other = typeof backup !== 'string' && isNew(backup) && backup.sha256 !== sha256;
    if (proof.run !== look.at.run || !isGood(entry) || other) {
      const found = other
        ? 'the index has another archive of this id'
        : `level ${proof.level} by run ${proof.run || 'none'}`;
      return {
        is: 'not-so',
        failure: failure('failed', `${id} proven by run ${look.at.run}`, found, "look at the step's output"),
      };
    }
    const report = await look.jobs.report(look.config.namespace, jobName(look.at)).catch(() => undefined);
    const readMs = report?.result?.readMs;
    const took = typeof readMs === 'number' ? `, took ${formatClock(readMs)}` : '';
    return {
      is: 'so',
      output: { id, level: proof.level, sha256 },
      says: `${id} read back, checksums match, level ${proofMarks[proof.level]}${took}`,
      facts: { id, sha256, bytes, level: proof.level, ...(typeof readMs === 'number' ? { readMs } : {}) },
    };
  },

  async apply(input, hands) {
    const { backup = {} } = known(fields, input);
    if (typeof backup !== 'string' && isNew(backup)) return await proveNew(hands, backup);
    const entry = await entryToProve(hands, backup);
    if ('expected' in entry) throw new FailureError(entry);
    await proveAgain(hands, entry);
  },
};

function jobEffect(look: Look): Effect {
  return { object: `Job ${jobName(look.at)}`, field: 'Job', from: 'absent', to: 'reads the archive back' };
}

function planNew(look: Look, id: string | undefined): Planned {
  const { cluster, backups } = look.config;
  const name = id ?? 'the new backup';
  const folder = { object: `claim ${backups.claim}`, field: `${cluster}/${name}` };
  return {
    effects: [
      jobEffect(look),
      { ...folder, from: 'partial', to: 'complete, with manifest.json' },
      { object: `index entry of ${name}`, field: 'ConfigMap', from: 'absent', to: 'level =' },
    ],
    debts: [],
    memo: {},
    says: [`${name} is read back from the disk; only then it gets its name and its place in the index`],
    ...(id === undefined ? {} : { foretold: { id } }),
  };
}

function planAgain(look: Look, entry: IndexEntry): Planned {
  const { id, name, manifest, proof } = entry;
  const { sha256, bytes } = archiveFacts(manifest);
  return {
    effects: [
      jobEffect(look),
      { object: `ConfigMap ${name}`, field: 'proof.json', from: proof.level, to: renewed(entry) },
    ],
    debts: [],
    memo: {},
    says: [`${id} is read back from the disk; when it differs it is marked as failed`],
    bytes,
    foretold: { id, sha256 },
  };
}

/** A step before may read the volume first, and so change what the name stands for: nothing is foretold, and an empty index refuses nothing. */
async function planNamed(look: Look, name: string): Promise<Planned | Failure> {
  if (!isBackupName(name)) {
    return failure('refused', 'latest, the id of a backup or its beginning', name, 'see galera-runbook backups list');
  }
  const entry = await entryToProve(look, name);
  if (!('expected' in entry)) {
    const { foretold: _, ...planned } = planAgain(look, entry);
    return { ...planned, unknowns: [`whether ${name} is still ${entry.id} once the volume was read`] };
  }
  return {
    effects: [jobEffect(look)],
    debts: [],
    memo: {},
    says: [`backup ${name}, as the index has it then, is read back from the disk`],
    unknowns: [`which backup ${name} is: ${entry.found} as of now`],
  };
}

/** What `backup.take` gave carries the archive's hash; a name from the index does not. */
function isNew(backup: JsonObject): boolean {
  return backup.sha256 !== undefined;
}

function renewed({ proof }: IndexEntry): 'restored' | 'checksums' {
  return proof.level === 'restored' ? 'restored' : 'checksums';
}

function archiveFacts(manifest: Manifest): { readonly sha256: string; readonly bytes: number } {
  const archive = archiveOf(manifest);
  return { sha256: textOf(archive, 'sha256'), bytes: numberOf(archive, 'bytes') };
}

async function proveNew(hands: Hands, backup: JsonObject): Promise<void> {
  const manifest = makeManifest(hands, backup);
  await readBack(hands, manifest);
  await writeEntry(hands, manifest, markOf(hands, 'checksums'));
}

async function proveAgain(hands: Hands, entry: IndexEntry): Promise<void> {
  try {
    await readBack(hands, entry.manifest);
  } catch (thrown) {
    const broken = await foundBroken(hands, entry.id);
    if (broken)
      await writeProof(hands, entry, { ...markOf(hands, 'failed'), ...(broken === 'gone' ? { gone: true } : {}) });
    throw thrown;
  }
  // A backup that was restored and compared stays one: it is still the same bytes.
  await writeProof(hands, entry, markOf(hands, renewed(entry)));
}

function markOf(hands: Hands, level: ProofMark['level']): ProofMark {
  return { level, at: new Date(hands.clock.now()).toISOString(), run: hands.at.run };
}

/**
 * Only what the runner itself says of this archive, by its path, is about the archive. A Job that could not start says nothing about it, nor does
 * one that was ended (`prove to end by itself`: a drained node, a deadline), nor one that a start cut short had begun for another backup.
 */
async function foundBroken(look: Look, id: string): Promise<'broken' | 'gone' | undefined> {
  const report = await look.jobs.report(look.config.namespace, jobName(look.at)).catch(() => undefined);
  if (report?.phase !== 'failed' || !report.log.includes('@@galera-runbook failed ')) return undefined;
  const { expected = '' } = report.failure ?? {};
  if (!expected.includes(`/${id}`)) return undefined;
  return expected.startsWith('an archive in ') ? 'gone' : 'broken';
}

async function readBack(hands: Hands, manifest: Manifest): Promise<void> {
  const { sha256, bytes } = archiveFacts(manifest);
  const values = { ID: manifest.id, SHA256: sha256, BYTES: String(bytes), MANIFEST: packManifest(manifest) };
  const [report] = await runMeasured(hands, [
    await backupVolumeJob(hands, { verb: 'prove', values, backups: 'read-write', deadlineMs }),
  ]);
  const read = report?.result.sha256;
  if (read !== sha256) {
    throw new FailureError(
      failure('failed', `${manifest.id} with SHA-256 ${sha256}`, `the runner read ${String(read)}`, 'back up again'),
    );
  }
}
