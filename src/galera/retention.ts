import { invariant } from '../base/failure.ts';
import { belongsHere, type ClusterIdentity } from './manifest.ts';

/** `none` not verified, `checksums` match, `restored` and compared, `failed` (design §9). */
export type Proof = 'none' | 'checksums' | 'restored' | 'failed';

/** As far as retention looks at a backup. */
export interface KeptBackup {
  /** Sorts by time. */
  readonly id: string;
  readonly kind: 'full' | 'incremental';
  readonly parent?: string;
  readonly identity: ClusterIdentity;
  readonly proof: Proof;
}

export interface Judged {
  readonly id: string;
  readonly why: string;
}

export interface Retention {
  /** Newest first within a chain, chains from the oldest on: a removal cut short never leaves an incremental without its base. */
  readonly remove: readonly Judged[];
  /** Newest first. */
  readonly keep: readonly Judged[];
}

interface Chain {
  readonly head: KeptBackup;
  /** Oldest first, the full backup too. */
  readonly members: readonly KeptBackup[];
}

const newestFirst = (a: KeptBackup, b: KeptBackup): number => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);

/** The full backup that a backup goes back to; undefined when a link is not there. */
function headOf(backup: KeptBackup, byId: ReadonlyMap<string, KeptBackup>): KeptBackup | undefined {
  const seen = new Set<string>();
  let at: KeptBackup | undefined = backup;
  while (at !== undefined && at.kind === 'incremental') {
    if (at.parent === undefined || seen.has(at.id)) return undefined;
    seen.add(at.id);
    at = byId.get(at.parent);
  }
  return at;
}

const good: readonly Proof[] = ['checksums', 'restored'];

/**
 * Restorable by all that is known: every backup that it builds on is good, and its own proof is one of `wanted`. One that was
 * restored has proven what it builds on too.
 */
function isProven(backup: KeptBackup, byId: ReadonlyMap<string, KeptBackup>, wanted: readonly Proof[]): boolean {
  let at: KeptBackup | undefined = backup;
  for (let steps = byId.size; at !== undefined && steps >= 0; steps -= 1) {
    if (!(at === backup ? wanted : good).includes(at.proof)) return false;
    if (at.kind === 'full') return true;
    at = at.parent === undefined ? undefined : byId.get(at.parent);
  }
  return false;
}

function chainsOf(
  own: readonly KeptBackup[],
  byId: ReadonlyMap<string, KeptBackup>,
): { chains: Chain[]; loose: KeptBackup[] } {
  const heads = new Map<string, KeptBackup[]>();
  const loose: KeptBackup[] = [];
  for (const backup of own) {
    const head = headOf(backup, byId);
    if (head === undefined) loose.push(backup);
    else heads.set(head.id, [...(heads.get(head.id) ?? []), backup]);
  }
  const chains = [...heads].flatMap(([id, members]) => {
    const head = byId.get(id);
    return head === undefined ? [] : [{ head, members: members.toSorted(newestFirst).reverse() }];
  });
  return { chains: chains.toSorted((a, b) => newestFirst(a.head, b.head)), loose };
}

/**
 * What to remove after a success (design §6.13). `keep` counts chains with a good full backup: a full one with its incrementals
 * stays or goes as a whole. Never removed: the chain of the newest good backup, and of the newest proven one (restored and
 * compared; where there is none, that is the newest good). Backups of another identity, and incrementals whose base is not
 * there, are not ours to judge and stay. Broken and unverified chains do not count; they go once they are older than all that is
 * kept and good.
 */
export function retain(backups: readonly KeptBackup[], here: ClusterIdentity, keep: number): Retention {
  invariant(Number.isInteger(keep) && keep >= 1, `retention keeps at least 1, not ${keep}`);
  const foreign = backups.filter((backup) => belongsHere(backup, here) !== 'here');
  const own = backups.filter((backup) => belongsHere(backup, here) === 'here');
  const byId = new Map(own.map((backup) => [backup.id, backup]));
  invariant(byId.size === own.length, 'two backups with one id');
  const { chains, loose } = chainsOf(own, byId);
  const newest = (wanted: readonly Proof[]) =>
    own.filter((backup) => isProven(backup, byId, wanted)).toSorted(newestFirst)[0]?.id;
  const newestGood = newest(good);
  const newestProven = newest(['restored']);
  const counted = chains.filter((chain) => good.includes(chain.head.proof)).map((chain) => chain.head.id);
  const oldestCounted = counted.slice(0, keep).at(-1);

  const reasonToKeep = (chain: Chain): string | undefined => {
    const has = (id: string | undefined) => id !== undefined && chain.members.some((member) => member.id === id);
    if (has(newestGood)) return 'the newest good backup';
    if (has(newestProven)) return 'the newest that was restored and compared';
    const place = counted.indexOf(chain.head.id);
    if (place >= 0) return place < keep ? `${place + 1} of the ${keep} to keep` : undefined;
    if (oldestCounted === undefined) return 'nothing good is there to replace it';
    return chain.head.id > oldestCounted ? 'not good, but newer than the oldest kept' : undefined;
  };

  const kept: Judged[] = [
    ...foreign.map(({ id }) => ({ id, why: 'of another cluster' })),
    ...loose.map(({ id }) => ({ id, why: 'the backup that it builds on is not here: see to it by hand' })),
  ];
  const remove: Judged[] = [];
  for (const chain of chains.toReversed()) {
    const why = reasonToKeep(chain);
    if (why !== undefined)
      kept.push(
        ...chain.members.map(({ id }) => ({ id, why: id === chain.head.id ? why : `with ${chain.head.id}: ${why}` })),
      );
    else {
      const gone = counted.includes(chain.head.id)
        ? `older than the ${keep} to keep`
        : `${chain.head.proof === 'failed' ? 'broken' : 'not verified'}, and older than all that is kept`;
      remove.push(...chain.members.toReversed().map(({ id }) => ({ id, why: gone })));
    }
  }
  return { remove, keep: kept.toSorted((a, b) => (a.id < b.id ? 1 : -1)) };
}
