import { type Failure, failure } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import type { Look } from '../target/look.ts';
import { type IndexEntry, isOnClaim, readIndex } from './backup-index.ts';

/** The index entry of a backup that a step before named by its `id`: of this cluster name where there are several. */
export async function wantedEntry(look: Look, backup: JsonObject | undefined): Promise<IndexEntry | Failure> {
  const id = backup?.id;
  const next = 'choose one of galera-runbook backups list';
  if (typeof id !== 'string') return failure('refused', 'a backup with an id', JSON.stringify(backup ?? null), next);
  const { entries, broken } = await readIndex(look);
  const named = entries.filter((entry) => entry.id === id);
  const cluster = typeof backup?.cluster === 'string' ? backup.cluster : look.identity.cluster;
  const entry = named.find((each) => each.manifest.identity.cluster === cluster) ?? named[0];
  if (entry && isOnClaim(look, entry)) return entry;
  if (entry) {
    return failure(
      'refused',
      `backup ${id} on claim ${look.config.backups.claim}`,
      `it is on claim ${entry.claim}`,
      'correct "backups.claim" in the configuration, or choose another backup',
    );
  }
  const damaged = broken.find(({ name }) => name.endsWith(`-${id.toLowerCase()}`));
  const found = damaged ? `no manifest that can be read: ${damaged.why}` : 'no such backup';
  return failure(
    'refused',
    `backup ${id} with its manifest in the index`,
    found,
    damaged ? `galera-runbook backups verify ${id}, or choose another` : next,
  );
}
