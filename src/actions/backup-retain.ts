import { formatBytes } from '../base/bytes.ts';
import { failure } from '../base/failure.ts';
import type { Json, JsonObject } from '../base/json.ts';
import { backupId, backupIdTime } from '../base/time.ts';
import type { Action } from '../engine/action.ts';
import { type KeptBackup, type Retention, retain } from '../galera/retention.ts';
import type { Look } from '../target/look.ts';
import {
  type IndexEntry,
  identityHere,
  isGood,
  isOwn,
  keptBackup,
  readIndex,
  removeEntry,
  writeProof,
} from './backup-index.ts';
import { backupVolumeJob } from './backup-volume-job.ts';
import { booleanField, known } from './fields.ts';
import { runMeasured } from './volume-measures.ts';

const fields = { 'after-backup': booleanField.optional };

const deadlineMs = 30 * 60_000;

/**
 * Removes what the configured limit leaves over. The plan names exact ids, counting the full backup that this run makes (unless
 * `after-backup` is false); of these only what may still go when it comes to it is removed, and never anything else.
 */
export const backupRetain: Action = {
  kind: 'do',
  name: 'backup.retain',
  summary: 'Removes the backups of this cluster that the configured number to keep leaves over.',
  inputs: fields,
  outputs: ['removed', 'kept'],
  maxDanger: 'changes',
  danger: () => 'changes',
  owes: false,
  stoppable: false,

  async plan(input, look) {
    const after = known(fields, input)['after-backup'] ?? true;
    const own = await ownEntries(look);
    const coming: KeptBackup[] = after
      ? [{ id: comingId(look, own), kind: 'full', identity: identityHere(look), proof: 'checksums' }]
      : [];
    const { remove } = retention(look, own, coming);
    const limit = `keeps ${look.config.backups.keep}`;
    const when = after ? ', once the new backup is proven' : '';
    return {
      effects: remove.map(({ id, why }) => ({
        object: `claim ${look.config.backups.claim}`,
        field: `${look.config.cluster}/${id}`,
        from: sizeText(own, id),
        to: `removed: ${why}`,
      })),
      debts: [],
      memo: { remove: remove.map(({ id }) => id) },
      says: [
        remove.length === 0
          ? `${limit}: nothing to remove`
          : `${limit}, removes ${remove.map(({ id }) => id).join(', ')}${when}`,
      ],
      foretold: { kept: own.length + coming.length - remove.length },
    };
  },

  async observe(_input, look, memo) {
    const own = await ownEntries(look);
    const due = dueOf(look, own, memo);
    const { keep } = retention(look, own);
    if (due.length > 0) {
      const next = "look at the step's output, then galera-runbook backups prune";
      return {
        is: 'not-so',
        failure: failure('failed', `${due.map(({ id }) => id).join(', ')} removed`, 'still there', next),
      };
    }
    const there = new Set(own.map((entry) => entry.id));
    const removed = planned(memo).filter((id) => !there.has(id));
    const proven = keep.find(({ why }) => why === 'the newest that was restored and compared');
    const among = proven ? `, the newest proven (${proven.id}) among them` : '';
    return {
      is: 'so',
      output: { removed, kept: own.length },
      says:
        removed.length === 0
          ? `kept ${own.length}, nothing to remove`
          : `removed ${removed.join(', ')}, kept ${own.length}${among}`,
      facts: { removed, kept: Object.fromEntries(keep.map(({ id, why }) => [id, why])) },
    };
  },

  async apply(_input, hands, memo) {
    const due = dueOf(hands, await ownEntries(hands), memo);
    if (due.length === 0) return;
    // First: what is half removed when a process or a volume fails must not be listed as something to restore.
    const at = new Date(hands.clock.now()).toISOString();
    for (const entry of due.filter(isGood)) await writeProof(hands, entry, { level: 'failed', at, run: hands.at.run });
    const values = { IDS: due.map(({ id }) => id).join(' ') };
    await runMeasured(hands, [
      await backupVolumeJob(hands, { verb: 'remove', values, backups: 'read-write', deadlineMs }),
    ]);
    for (const entry of due) await removeEntry(hands, entry);
  },
};

async function ownEntries(look: Look): Promise<readonly IndexEntry[]> {
  return (await readIndex(look)).entries.filter((entry) => isOwn(look, entry));
}

function retention(look: Look, own: readonly IndexEntry[], coming: readonly KeptBackup[] = []): Retention {
  const { keep } = look.config.backups;
  const good = own.filter((entry) => isGood(entry) && entry.manifest.kind === 'full').length + coming.length;
  // An index that was lost, or a volume that was not there for a while, leaves whole backups that nobody has read again: as long as there are
  // not enough good ones, only what was read and found broken may go.
  const judged = good >= keep ? own : own.filter(({ proof }) => proof.level !== 'none' && !proof.gone);
  return retain([...coming, ...judged.map(keptBackup)], identityHere(look), keep);
}

/** Stands for the backup that a step before will have made: newer than all there are. */
function comingId(look: Look, own: readonly IndexEntry[]): string {
  const newest = Math.max(...own.map((entry) => backupIdTime(entry.id) ?? 0), 0);
  return backupId(Math.max(look.clock.now(), newest + 1000));
}

function planned(memo: JsonObject): readonly string[] {
  const remove: Json = memo.remove ?? [];
  return Array.isArray(remove) ? remove.filter((id): id is string => typeof id === 'string') : [];
}

/** What was planned and may still go, in the order that never leaves an incremental without its base. */
function dueOf(look: Look, own: readonly IndexEntry[], memo: JsonObject): readonly IndexEntry[] {
  const may = planned(memo);
  return retention(look, own).remove.flatMap(({ id }) =>
    may.includes(id) ? own.filter((entry) => entry.id === id) : [],
  );
}

function sizeText(own: readonly IndexEntry[], id: string): string {
  const bytes = own.find((entry) => entry.id === id)?.manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  return bytes === undefined ? 'there' : formatBytes(bytes);
}
