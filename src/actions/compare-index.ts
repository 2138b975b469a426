import { canonical } from '../base/json.ts';
import type { Manifest } from '../galera/manifest.ts';
import type { Look } from '../target/look.ts';
import {
  type BackupIndex,
  type BrokenEntry,
  type IndexEntry,
  indexName,
  isOnClaim,
  type ProofMark,
} from './backup-index.ts';

/** An entry to write, so that the index says what the volume has. Without a proof: what was proven does not count for it. */
export interface Repair {
  readonly manifest: Manifest;
  readonly proof?: ProofMark;
  readonly why: string;
}

/** How the index differs from the volume, which is the truth (design §9). */
export interface IndexDifference {
  readonly add: readonly Repair[];
  readonly correct: readonly Repair[];
  /** Every entry on this claim whose archive is not there. */
  readonly missing: readonly IndexEntry[];
  /** Those of them that still count as something else. */
  readonly mark: readonly IndexEntry[];
  /** Objects of the index that cannot be read and that no archive repairs. */
  readonly damaged: readonly BrokenEntry[];
}

export function compareIndex(look: Look, index: BackupIndex, complete: readonly Manifest[]): IndexDifference {
  const add: Repair[] = [];
  const correct: Repair[] = [];
  for (const manifest of complete) {
    const name = nameOf(manifest);
    const entry = index.entries.find((each) => each.name === name);
    const unlisted = whyUnlisted(look, index, name, entry);
    if (entry === undefined || unlisted !== undefined) add.push({ manifest, why: unlisted ?? 'not in the index' });
    else if (canonical(entry.manifest) !== canonical(manifest)) correct.push(corrected(entry, manifest));
  }
  const there = new Set(complete.map(nameOf));
  const { cluster } = look.config;
  const missing = index.entries.filter(
    (entry) => entry.manifest.identity.cluster === cluster && isOnClaim(look, entry) && !there.has(entry.name),
  );
  return {
    add,
    correct,
    missing,
    mark: missing.filter((entry) => !entry.proof.gone),
    damaged: index.broken.filter(({ name }) => isNameHere(cluster, name) && !there.has(name)),
  };
}

function nameOf({ identity, id }: Manifest): string {
  return indexName(identity.cluster, id);
}

function whyUnlisted(look: Look, index: BackupIndex, name: string, entry: IndexEntry | undefined): string | undefined {
  if (entry === undefined) {
    const damaged = index.broken.find((each) => each.name === name);
    return damaged && `its entry could not be read: ${damaged.why}`;
  }
  if (!isOnClaim(look, entry)) return `its entry was on claim ${entry.claim}`;
  return entry.proof.gone ? 'it is back' : undefined;
}

/** What was proven counts as long as it is about the same files. */
function corrected({ manifest: before, proof }: IndexEntry, manifest: Manifest): Repair {
  const fields = new Set([...Object.keys(before), ...Object.keys(manifest)]) as Set<keyof Manifest>;
  const changed = [...fields].filter((field) => canonical(before[field]) !== canonical(manifest[field]));
  const why = `the index had another ${changed.join(', ')}`;
  return changed.includes('files') ? { manifest, why } : { manifest, proof, why };
}

/** A name ends in the id; `lab` must not take those of `lab-2` for its own. */
function isNameHere(cluster: string, name: string): boolean {
  return indexName(cluster, name.split('-').at(-1) ?? '') === name;
}
