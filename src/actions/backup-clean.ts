import { formatBytes } from '../base/bytes.ts';
import { formatAge } from '../base/duration.ts';
import { type Failure, FailureError, failure } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import { backupIdTime } from '../base/time.ts';
import type { Action } from '../engine/action.ts';
import type { Look } from '../target/look.ts';
import { readIndex } from './backup-index.ts';
import { backupVolumeJob } from './backup-volume-job.ts';
import { jobName } from './run-job.ts';
import { backupsAtWork } from './runner-jobs.ts';
import type { Leftover } from './volume-list.ts';
import { runMeasured } from './volume-measures.ts';
import { lastReading, type VolumeReading, writeReading } from './volume-reading.ts';

const deadlineMs = 30 * 60_000;
/** Four times what a copy may take: by then nobody goes on with it. */
const leftAloneMs = 24 * 60 * 60_000;

/**
 * Removes what copies and removals that did not end have left on the backup volume. The plan names exact ids, from the last reading of the
 * volume; of these only what a reading of this very run finds again is removed.
 */
export const backupClean: Action = {
  kind: 'do',
  name: 'backup.clean',
  summary: 'Removes partial and broken folders older than a day that the last reading of the volume found.',
  inputs: {},
  outputs: ['removed', 'bytes'],
  maxDanger: 'changes',
  danger: () => 'changes',
  owes: false,
  stoppable: false,

  async plan(_input, look) {
    const { cluster, backups } = look.config;
    const reading = await lastReading(look);
    const due = reading ? await dueOf(look, reading) : [];
    const ids = due.map(({ id }) => id);
    const as = reading ? `as of ${formatAge(look.clock.now() - reading.at)} ago` : 'the volume was not read yet';
    return {
      effects: due.map(({ id, state, bytes, why }) => ({
        object: `claim ${backups.claim}`,
        field: `${cluster}/${id}`,
        from: `${state}, ${formatBytes(bytes)}`,
        to: `removed: ${why}`,
      })),
      debts: [],
      memo: { remove: ids },
      says: [ids.length === 0 ? `nothing to remove, ${as}` : `removes ${ids.join(', ')}, ${as}`],
      unknowns: ['leftovers that only this run finds: the next one removes them'],
    };
  },

  async observe(_input, look, memo) {
    const reading = await readingOfRun(look);
    if ('expected' in reading) return { is: 'not-so', failure: reading };
    const due = await dueOf(look, reading);
    const open = due.filter(({ id }) => planned(memo).includes(id));
    if (open.length > 0) {
      const next = "look at the step's output, then galera-runbook backups prune";
      const found = `${open.map(({ id }) => id).join(', ')} still there`;
      return { is: 'not-so', failure: failure('failed', 'the leftovers of the plan removed', found, next) };
    }
    const report = await look.jobs.report(look.config.namespace, jobName(look.at));
    const rows = (report?.result?.rows ?? []) as readonly { readonly id: string; readonly bytes: number }[];
    const removed = rows.map(({ id }) => id);
    const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
    const says =
      removed.length === 0 ? 'nothing to remove' : `removed ${removed.join(', ')}, ${formatBytes(bytes)} freed`;
    const others = due.map(
      ({ id }) => `${id}: found by this run, so not in its plan: galera-runbook backups prune once more`,
    );
    return {
      is: 'so',
      output: { removed, bytes },
      says,
      facts: { removed, bytes },
      ...(others.length > 0 ? { warnings: others } : {}),
    };
  },

  async apply(_input, hands, memo) {
    const reading = await readingOfRun(hands);
    if ('expected' in reading) throw new FailureError(reading);
    const ids = (await dueOf(hands, reading)).map(({ id }) => id).filter((id) => planned(memo).includes(id));
    if (ids.length === 0) return;
    const values = { IDS: ids.join(' ') };
    await runMeasured(hands, [
      await backupVolumeJob(hands, { verb: 'remove', values, backups: 'read-write', deadlineMs }),
    ]);
    const leftovers = reading.leftovers.filter(({ id }) => !ids.includes(id));
    await writeReading(hands, { ...reading, leftovers });
  },
};

/** Old, nobody's work, clear, and nothing that the index or the same reading knows as a backup: removing goes by id. */
async function dueOf(look: Look, { leftovers, found }: VolumeReading): Promise<readonly Leftover[]> {
  const [{ entries, broken }, atWork] = await Promise.all([readIndex(look), backupsAtWork(look)]);
  const known = new Set([...found, ...atWork, ...entries.map(({ id }) => id)]);
  const named = broken.map(({ name }) => name.slice(-16).toUpperCase());
  return leftovers.filter(({ id, state }) => {
    const at = backupIdTime(id);
    const old = at !== undefined && look.clock.now() - at > leftAloneMs;
    return old && state !== 'unclear' && !known.has(id) && !named.includes(id);
  });
}

async function readingOfRun(look: Look): Promise<VolumeReading | Failure> {
  const reading = await lastReading(look);
  if (reading?.run === look.at.run) return reading;
  const found = reading ? `the last reading is of run ${reading.run}` : 'it was not read yet';
  return failure('refused', 'the volume read by this run', found, 'put a step with backup.reconcile before this one');
}

function planned(memo: JsonObject): readonly string[] {
  const { remove } = memo;
  return Array.isArray(remove) ? remove.filter((id): id is string => typeof id === 'string') : [];
}
