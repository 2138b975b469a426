import { formatBytes } from '../base/bytes.ts';
import { formatAge } from '../base/duration.ts';
import { failure } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import type { Action } from '../engine/action.ts';
import type { Hands, Look } from '../target/look.ts';
import { type IndexEntry, isOnClaim, type ProofMark, readIndex, writeEntry, writeProof } from './backup-index.ts';
import { backupVolumeJob } from './backup-volume-job.ts';
import { compareIndex, type IndexDifference } from './compare-index.ts';
import { endedJob, isAnswer, rowsOf } from './job-result.ts';
import { jobName } from './run-job.ts';
import { backupsAtWork } from './runner-jobs.ts';
import { type Leftover, readList } from './volume-list.ts';
import { runMeasured } from './volume-measures.ts';
import { lastReading, type VolumeReading, writeReading } from './volume-reading.ts';
import { viewVolume } from './volume-view.ts';

const deadlineMs = 15 * 60_000;
const again = "look at the step's output, then run the step again";

/** The volume is the truth, the index in the cluster follows it (design §9). Nothing on the volume is changed. */
export const backupReconcile: Action = {
  kind: 'do',
  name: 'backup.reconcile',
  summary: 'Lists the backup volume and makes the index say what is there: adds, corrects, marks what is gone.',
  inputs: {},
  outputs: ['found', 'added', 'missing', 'broken'],
  maxDanger: 'changes',
  danger: () => 'changes',
  owes: false,
  stoppable: true,

  async plan(_input, look) {
    const { claim } = look.config.backups;
    const [volume, index, last] = await Promise.all([viewVolume(look, claim), readIndex(look), lastReading(look)]);
    if (!volume.bound) return failure('refused', `claim ${claim} bound`, 'it is not', `bind claim ${claim} first`);
    const listed = index.entries.filter((entry) => isHere(look, entry)).length;
    const read = last ? `last read ${formatAge(look.clock.now() - last.at)} ago` : 'not read yet';
    return {
      effects: [
        { object: `Job ${jobName(look.at)}`, field: 'Job', from: 'absent', to: `lists claim ${claim}` },
        { object: 'index', field: 'ConfigMaps', from: `${listed} backups, ${read}`, to: 'what the volume has' },
      ],
      debts: [],
      memo: {},
      says: [
        'a backup that only the volume has is added as not verified; one that only the index has is marked as failed, not deleted',
      ],
      unknowns: [`what is on claim ${claim}: the Job lists it`],
      ms: 5000,
    };
  },

  async observe(_input, look) {
    const report = await endedJob(look, jobName(look.at));
    if (isAnswer(report)) return report;
    const [reading, difference] = await Promise.all([lastReading(look), differenceOf(look, report.result)]);
    const open = [...difference.add, ...difference.correct].map(({ manifest }) => manifest.id);
    const wrong = [...open, ...difference.mark.map(({ id }) => id)];
    if (reading?.job !== report.name || wrong.length > 0) {
      const found = wrong.length > 0 ? `${wrong.join(', ')} differ` : 'what was read is not written down';
      return { is: 'not-so', failure: failure('failed', 'the index as the volume', found, again) };
    }
    const { found, added, corrected, leftovers } = reading;
    const missing = difference.missing.map(({ id }) => id);
    const counts = { found: found.length, added: added.length, missing: missing.length, broken: leftovers.length };
    const warnings = warningsOf(look, reading, difference);
    return {
      is: 'so',
      output: { found, added, missing, broken: leftovers.map(({ id }) => id) },
      says: `${counts.found} on claim ${reading.claim}, ${counts.added} added to the index, ${counts.missing} missing, ${counts.broken} partial or broken`,
      facts: { ...counts, added, missing, corrected: corrected.map(({ id }) => id) },
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  },

  async apply(_input, hands) {
    const spec = await backupVolumeJob(hands, { verb: 'list', values: {}, backups: 'read-only', deadlineMs });
    const [report] = await runMeasured(hands, [spec]);
    const result = report?.result ?? {};
    const { add, correct, mark } = await differenceOf(hands, result);
    // First what will be done: a start that was cut short has written part of it, and the next one no longer sees that part.
    if ((await lastReading(hands))?.job !== spec.name) {
      await writeReading(hands, await newReading(hands, spec.name, result, { add, correct }));
    }
    const none = markOf(hands, 'none');
    for (const { manifest, proof = none } of [...add, ...correct]) await writeEntry(hands, manifest, proof);
    for (const entry of mark) await writeProof(hands, entry, { ...markOf(hands, 'failed'), gone: true });
  },
};

function isHere(look: Look, entry: IndexEntry): boolean {
  return entry.manifest.identity.cluster === look.config.cluster && isOnClaim(look, entry);
}

async function differenceOf(look: Look, result: JsonObject): Promise<IndexDifference> {
  return compareIndex(look, await readIndex(look), readList(look, rowsOf(result), new Set()).complete);
}

async function newReading(
  hands: Hands,
  job: string,
  result: JsonObject,
  { add, correct }: Pick<IndexDifference, 'add' | 'correct'>,
): Promise<VolumeReading> {
  const { complete, leftovers } = readList(hands, rowsOf(result), await backupsAtWork(hands));
  return {
    run: hands.at.run,
    job,
    claim: hands.config.backups.claim,
    at: hands.clock.now(),
    found: complete.map(({ id }) => id).toSorted(),
    added: add.map(({ manifest }) => manifest.id),
    corrected: correct.map(({ manifest, why }) => ({ id: manifest.id, why })),
    leftovers,
  };
}

function markOf(hands: Hands, level: ProofMark['level']): ProofMark {
  return { level, at: new Date(hands.clock.now()).toISOString(), run: hands.at.run };
}

function warningsOf(look: Look, reading: VolumeReading, { missing, damaged }: IndexDifference): readonly string[] {
  const { namespace } = look.config;
  return [
    ...missing.map(
      ({ id }) =>
        `${id}: in the index, not on claim ${reading.claim}; it counts as failed until a reading finds it again`,
    ),
    ...reading.corrected.map(({ id, why }) => `${id}: ${why}; the index follows the volume now`),
    ...damaged.map(
      ({ name, why }) =>
        `index object ${name}: ${why}, and no such archive; remove it: kubectl -n ${namespace} delete configmap ${name}`,
    ),
    ...reading.leftovers.map((leftover) => {
      const listed = missing.some(({ id }) => id === leftover.id) || reading.found.includes(leftover.id);
      return leftoverText(leftover, listed);
    }),
  ];
}

/** `listed`: a backup of this id is known, so nothing of it is removed as a leftover. */
function leftoverText({ id, state, bytes, why }: Leftover, listed: boolean): string {
  const next =
    listed || state === 'unclear'
      ? 'look at its folder by hand'
      : 'galera-runbook backups prune removes it a day after its start';
  return `${id}: ${state}, ${formatBytes(bytes)}: ${why}; ${next}`;
}
