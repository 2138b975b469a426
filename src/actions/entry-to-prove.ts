import { type Failure, failure } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import type { Look } from '../target/look.ts';
import { type IndexEntry, isOwn, readIndex } from './backup-index.ts';
import { resolveBackup } from './resolve-backup.ts';
import { wantedEntry } from './wanted-entry.ts';

/**
 * The index entry of a backup to read again: of a record that a step before gave, or of a name. A name is looked up each time, since the index may
 * have changed since the plan; `latest` is the newest of this cluster that is not known to be broken, proven or not.
 */
export async function entryToProve(look: Look, backup: JsonObject | string): Promise<IndexEntry | Failure> {
  const entry = await (typeof backup === 'string' ? namedEntry(look, backup) : wantedEntry(look, backup));
  if ('expected' in entry) return entry;
  const { id, manifest, proof } = entry;
  const { cluster } = look.config;
  const { claim } = look.config.backups;
  if (manifest.identity.cluster !== cluster) {
    const found = `${id} is of cluster ${manifest.identity.cluster}`;
    return failure('refused', `a backup of cluster ${cluster}`, found, 'choose a backup of this cluster');
  }
  if (proof.gone) {
    const next = 'look at the volume; galera-runbook backups verify reads it again';
    return failure('refused', `the archive of ${id} on claim ${claim}`, `it was not there at ${proof.at}`, next);
  }
  return entry;
}

/** `latest`, or what may be the beginning of an id: anything else is a typing error, whatever the volume has. */
export function isBackupName(text: string): boolean {
  return text === 'latest' || /^\d{4}[\dTZ]{0,12}$/i.test(text);
}

async function namedEntry(look: Look, name: string): Promise<IndexEntry | Failure> {
  if (name === 'latest') return await latestEntry(look);
  const found = await resolveBackup(look, name);
  return 'record' in found ? await wantedEntry(look, found.record) : found;
}

async function latestEntry(look: Look): Promise<IndexEntry | Failure> {
  const { entries } = await readIndex(look);
  const own = entries.filter((entry) => isOwn(look, entry));
  // What this very run found broken is still the one that it was asked about.
  const usable = ({ proof }: IndexEntry) => proof.level !== 'failed' || (proof.run === look.at.run && !proof.gone);
  const found = own.length === 0 ? 'none in the index' : `all failed: ${own.map(({ id }) => id).join(', ')}`;
  const { namespace, cluster } = look.config;
  return (
    own.find(usable) ??
    failure(
      'refused',
      `a backup of ${namespace}/${cluster} not known to be broken`,
      found,
      'take one: galera-runbook backup',
    )
  );
}
