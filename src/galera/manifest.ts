import type { DataPaths } from './data-paths.ts';
import type { Position } from './position.ts';

/** What a cluster is known by. The state UUID is no part of it: a restore may change that. */
export interface ClusterIdentity {
  /** UID of the namespace `kube-system`: the Kubernetes cluster. */
  readonly kubeSystemUid: string;
  readonly statefulSetUid: string;
  readonly namespace: string;
  /** `wsrep_cluster_name`. */
  readonly cluster: string;
}

export interface BackupFile {
  /** Plain name in the backup's folder. */
  readonly name: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Log sequence numbers of InnoDB, 64 bits: decimal text. An incremental's `from` is the `to` of its parent. */
export interface LsnRange {
  readonly from: string;
  readonly to: string;
  readonly last: string;
}

/** `manifest.json` of a backup: written when it was proven, and the only thing that makes a folder a backup (design §6.6, §9). */
export interface Manifest {
  readonly format: 1;
  readonly id: string;
  readonly kind: 'full' | 'incremental';
  /** The backup that an incremental continues; absent for a full one. */
  readonly parent?: string;
  readonly identity: ClusterIdentity;
  readonly position: Position;
  /** The end of the copy, ISO 8601 in UTC: what the data is as of, and what a backup's age counts from. */
  readonly positionAt: string;
  readonly startedAt: string;
  readonly serverVersion: string;
  readonly toolVersion: string;
  readonly image: string;
  readonly imageId: string;
  readonly donor: { readonly member: string; readonly podUid: string };
  readonly method: 'mariadb-backup';
  readonly compression: 'zstd' | 'gzip' | 'none';
  /** The key of encryption at rest, where the data is encrypted. */
  readonly encryptionKeyId?: string;
  readonly files: readonly BackupFile[];
  /** Unpacked. */
  readonly dataBytes: number;
  readonly lsn: LsnRange;
  readonly paths: DataPaths;
  /** Tables by schema. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** The run that made it. */
  readonly run: string;
  /** This program and its version. */
  readonly program: string;
}

/** Bytes in the backup's folder. */
export function archiveBytes(manifest: Manifest): number {
  return manifest.files.reduce((sum, file) => sum + file.bytes, 0);
}

/** `here`; `rebuilt`: the same cluster name with other UIDs or another namespace, a typed gate; `foreign`: another name, refused. */
export type Belonging = 'here' | 'rebuilt' | 'foreign';

export interface IdentityDifference {
  readonly field: keyof ClusterIdentity;
  readonly backup: string;
  readonly here: string;
}

const fields = ['cluster', 'namespace', 'kubeSystemUid', 'statefulSetUid'] as const;

/** What a gate shows side by side. */
export function identityDifferences(
  of: { readonly identity: ClusterIdentity },
  here: ClusterIdentity,
): readonly IdentityDifference[] {
  return fields
    .filter((field) => of.identity[field] !== here[field])
    .map((field) => ({ field, backup: of.identity[field], here: here[field] }));
}

export function belongsHere(of: { readonly identity: ClusterIdentity }, here: ClusterIdentity): Belonging {
  const differences = identityDifferences(of, here);
  if (differences.some(({ field }) => field === 'cluster')) return 'foreign';
  return differences.length === 0 ? 'here' : 'rebuilt';
}
