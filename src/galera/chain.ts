import { type Failure, failure } from '../base/failure.ts';
import type { Manifest } from './manifest.ts';
import { parseServerVersion, sameSeries } from './version.ts';

export type ChainRead =
  | { readonly ok: true /** The full backup first. */; readonly chain: readonly Manifest[] }
  | { readonly ok: false; readonly failure: Failure };

function refuse(found: string): ChainRead {
  return {
    ok: false,
    failure: failure(
      'refused',
      'a full backup and every incremental up to this one',
      found,
      'choose a backup whose chain is whole, or take a full backup',
    ),
  };
}

/** What an incremental must share with the backup that it continues, or why it does not. */
function mismatch(parent: Manifest, child: Manifest): string | undefined {
  const link = `${child.id} after ${parent.id}`;
  if (
    parent.identity.cluster !== child.identity.cluster ||
    parent.identity.statefulSetUid !== child.identity.statefulSetUid
  ) {
    return `${link}: of another cluster`;
  }
  // The tool wrote the pages changed since `from`; with any other base the result is silently wrong.
  if (parent.lsn.to !== child.lsn.from) return `${link}: from_lsn ${child.lsn.from} is not to_lsn ${parent.lsn.to}`;
  const [before, after] = [parseServerVersion(parent.serverVersion), parseServerVersion(child.serverVersion)];
  if (before === undefined || after === undefined || !sameSeries(before, after)) {
    return `${link}: server ${child.serverVersion}, not ${parent.serverVersion}`;
  }
  return undefined;
}

/** The backups needed to restore `id`, each link checked (sequences.md §2.2). A full backup is a chain of one. */
export function chainOf(manifests: readonly Manifest[], id: string): ChainRead {
  const byId = new Map(manifests.map((manifest) => [manifest.id, manifest]));
  const chain: Manifest[] = [];
  let at = byId.get(id);
  if (at === undefined) return refuse(`no backup ${id}`);
  while (at.kind === 'incremental') {
    chain.unshift(at);
    const parent: Manifest | undefined = at.parent === undefined ? undefined : byId.get(at.parent);
    if (parent === undefined) return refuse(`${at.id} continues ${at.parent ?? 'nothing'}, which is not here`);
    if (chain.includes(parent)) return refuse(`${at.id} and ${parent.id} continue each other`);
    const wrong = mismatch(parent, at);
    if (wrong !== undefined) return refuse(wrong);
    at = parent;
  }
  return { ok: true, chain: [at, ...chain] };
}
