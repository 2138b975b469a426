import { type Failure, failure } from '../base/failure.ts';
import { backupIdTime } from '../base/time.ts';
import { belongsHere } from '../galera/manifest.ts';
import type { Look } from '../target/look.ts';
import { type IndexEntry, identityHere, isGood, isOnClaim, isOwn, readIndex } from './backup-index.ts';

/** A backup as parameters and outputs name it. */
export interface BackupRecord {
  readonly id: string;
  readonly kind: 'full' | 'incremental';
  /** wsrep_cluster_name. */
  readonly cluster: string;
  readonly position: { readonly uuid: string; readonly seqno: string };
  readonly [field: string]: string | { readonly uuid: string; readonly seqno: string };
}

export function backupRecord({ id, manifest }: IndexEntry): BackupRecord {
  const { uuid, seqno } = manifest.position;
  return { id, kind: manifest.kind, cluster: manifest.identity.cluster, position: { uuid, seqno } };
}

/** A parameter of type `backup`: `latest`, an id, or the beginning of one. Whether it may be restored is asked by the runbook's checks. */
export async function resolveBackup(look: Look, wanted: string): Promise<{ readonly record: BackupRecord } | Failure> {
  const { entries, broken } = await readIndex(look);
  const here = identityHere(look);
  const there = entries.filter((entry) => isOnClaim(look, entry));
  if (wanted === 'latest') {
    const newest = there.find((entry) => isOwn(look, entry) && isGood(entry) && entry.manifest.kind === 'full');
    if (newest) return { record: backupRecord(newest) };
    return failure(
      'refused',
      `a proven full backup of ${here.namespace}/${here.cluster}`,
      listText(there),
      broken.length > 0
        ? 'galera-runbook backups verify: the index has damaged entries'
        : 'back up first, prove one (galera-runbook backups verify ID), or name one',
    );
  }
  const text = wanted.toUpperCase();
  // Ids of another cluster name count only where no own one fits, so that the refusal can say whose it is.
  const fits = (entry: IndexEntry) => entry.id.startsWith(text);
  const own = there.filter((entry) => belongsHere(entry.manifest, here) !== 'foreign');
  const found = own.some(fits) ? own.filter(fits) : there.filter(fits);
  const exact = found.find((entry) => entry.id === text) ?? (found.length === 1 ? found[0] : undefined);
  if (exact) return { record: backupRecord(exact) };
  const damaged = broken.filter(({ name }) => name.endsWith(`-${wanted.toLowerCase()}`));
  if (found.length === 0 && damaged[0]) {
    const next = `galera-runbook backups verify ${text}, or choose another`;
    return failure(
      'refused',
      `backup ${text} with its manifest in the index`,
      `no manifest that can be read: ${damaged[0].why}`,
      next,
    );
  }
  if (found.length > 1) {
    return failure('refused', `one backup whose id begins with ${wanted}`, listText(found), 'write more of the id');
  }
  const near = nearest(text, own);
  const next = near ? `did you mean ${near}? see galera-runbook backups list` : 'see galera-runbook backups list';
  return failure('refused', `backup ${wanted}`, `there is ${listText(there)}`, next);
}

const listed = 8;

function listText(entries: readonly IndexEntry[]): string {
  if (entries.length === 0) return 'no backup in the index';
  const ids = entries.slice(0, listed).map((entry) => entry.id);
  return `${ids.join(', ')}${entries.length > listed ? ` and ${entries.length - listed} more` : ''}`;
}

/** By time where the text is a whole id; else the one with the longest common beginning. */
function nearest(text: string, entries: readonly IndexEntry[]): string | undefined {
  const time = backupIdTime(text);
  const distance = ({ id }: IndexEntry): number =>
    time === undefined ? -commonLength(text, id) : Math.abs((backupIdTime(id) ?? 0) - time);
  return entries.toSorted((a, b) => distance(a) - distance(b))[0]?.id;
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
