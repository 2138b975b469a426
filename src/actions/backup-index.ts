import { createHash } from 'node:crypto';
import { belongsHere, type ClusterIdentity, type Manifest } from '../galera/manifest.ts';
import { parseManifestText } from '../galera/manifest-schema.ts';
import type { KeptBackup, Proof } from '../galera/retention.ts';
import type { Obj } from '../target/kubernetes.ts';
import type { Hands, Look } from '../target/look.ts';
import { configMap, putConfigMap } from './config-map.ts';
import { clusterLabel, kindLabel, managedBySelector } from './labels.ts';

/** How far a backup was proven, when (ISO 8601) and by which run. */
export interface ProofMark {
  readonly level: Proof;
  readonly at: string;
  readonly run: string;
  /** Failed without having been read: its archive was not on the volume. It may come back with the volume. */
  readonly gone?: true;
}

/** One backup as the index in the cluster knows it (design §9): as of when it was written, not read again from the volume. */
export interface IndexEntry {
  readonly id: string;
  /** Of the ConfigMap. */
  readonly name: string;
  readonly uid: string;
  /** The claim that it is on; absent where it was not written down. */
  readonly claim?: string;
  readonly manifest: Manifest;
  readonly proof: ProofMark;
}

/** An object of the index that cannot be used: shown, never taken for a backup. */
export interface BrokenEntry {
  readonly name: string;
  readonly uid: string;
  readonly why: string;
}

export interface BackupIndex {
  /** Newest first. */
  readonly entries: readonly IndexEntry[];
  readonly broken: readonly BrokenEntry[];
}

const claimAnnotation = 'galera-runbook/claim';

/** What a level looks like in lists. */
export const proofMarks: Readonly<Record<Proof, string>> = { none: '#', checksums: '=', restored: '+', failed: '-' };

export function identityHere({ identity }: Look): ClusterIdentity {
  const { kubeSystemUid, statefulSetUid, namespace, cluster } = identity;
  return { kubeSystemUid, statefulSetUid, namespace, cluster };
}

/** Names and label values take fewer characters than a wsrep_cluster_name: where one was changed, its hash keeps two apart. */
export function plainName(cluster: string): string {
  const safe = cluster
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  if (safe === cluster) return safe;
  return `${safe}${safe === '' ? '' : '-'}${createHash('sha256').update(cluster).digest('hex').slice(0, 8)}`;
}

export function indexName(cluster: string, id: string): string {
  return `galera-backup-${plainName(cluster)}-${id.toLowerCase()}`;
}

/** Everything the index has in this namespace, of other clusters too. A damaged object is reported, never thrown. */
export async function readIndex(look: Look): Promise<BackupIndex> {
  const kind = { apiVersion: 'v1', kind: 'ConfigMap', namespace: look.config.namespace };
  const objects = await look.kube.list(kind, `${managedBySelector},${kindLabel}=backup`);
  const read = objects.map(entryOf);
  return {
    entries: read.flatMap((each) => ('id' in each ? [each] : [])).toSorted((a, b) => (a.id < b.id ? 1 : -1)),
    broken: read.flatMap((each) => ('why' in each ? [each] : [])),
  };
}

function entryOf(object: Obj): IndexEntry | BrokenEntry {
  const { name, uid = '', annotations } = object.metadata;
  const parsed = parseManifestText(String(object.data?.['manifest.json'] ?? ''));
  if (!parsed.ok) return { name, uid, why: parsed.failure.found };
  const { manifest } = parsed;
  // Two objects for one backup would be judged twice.
  if (indexName(manifest.identity.cluster, manifest.id) !== name)
    return { name, uid, why: `it is named otherwise than its backup ${manifest.id}` };
  const claim = annotations?.[claimAnnotation];
  return {
    id: manifest.id,
    name,
    uid,
    ...(claim ? { claim } : {}),
    manifest,
    proof: proofOf(String(object.data?.['proof.json'] ?? '')),
  };
}

/** A proof that cannot be read is none. */
function proofOf(text: string): ProofMark {
  const none: ProofMark = { level: 'none', at: '', run: '' };
  try {
    const { level, at, run, gone } = JSON.parse(text) as Partial<ProofMark>;
    const whole = level !== undefined && level in proofMarks && typeof at === 'string' && typeof run === 'string';
    return whole ? { level, at, run, ...(gone === true ? { gone } : {}) } : none;
  } catch {
    return none;
  }
}

/** Writes a backup's place in the index; what is there already for the same backup is written over. */
export async function writeEntry(hands: Hands, manifest: Manifest, proof: ProofMark): Promise<void> {
  await putConfigMap(hands, indexName(manifest.identity.cluster, manifest.id), {
    kind: 'backup',
    labels: { [clusterLabel]: plainName(manifest.identity.cluster) },
    annotations: { [claimAnnotation]: hands.config.backups.claim },
    data: { 'manifest.json': JSON.stringify(manifest), 'proof.json': JSON.stringify(proof) },
  });
}

export async function writeProof(
  hands: Hands,
  entry: Pick<IndexEntry, 'name' | 'uid'>,
  proof: ProofMark,
): Promise<void> {
  const data = { 'proof.json': JSON.stringify(proof) };
  await hands.kube.patch(configMap(hands, entry.name), { data }, { uid: entry.uid });
}

export async function removeEntry(hands: Hands, entry: Pick<IndexEntry, 'name' | 'uid'>): Promise<void> {
  await hands.kube.remove(configMap(hands, entry.name), entry.uid);
}

/** Of exactly this cluster, and on the claim that is configured. */
export function isOwn(look: Look, entry: IndexEntry): boolean {
  return belongsHere(entry.manifest, identityHere(look)) === 'here' && isOnClaim(look, entry);
}

export function isOnClaim(look: Look, entry: IndexEntry): boolean {
  return entry.claim === undefined || entry.claim === look.config.backups.claim;
}

/** Proven and never found broken. */
export function isGood(entry: IndexEntry): boolean {
  return entry.proof.level === 'checksums' || entry.proof.level === 'restored';
}

export function keptBackup({ manifest, proof }: IndexEntry): KeptBackup {
  const { id, kind, parent, identity } = manifest;
  return { id, kind, identity, proof: proof.level, ...(parent ? { parent } : {}) };
}
