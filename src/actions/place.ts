import { fail } from '../base/failure.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { Place } from '../target/jobs.ts';
import type { Look } from '../target/look.ts';
import type { ClusterView, MemberView } from './cluster-view.ts';
import { trimmed } from './data-mount.ts';
import { managedBy } from './labels.ts';
import { hasEnded, type MountingPod } from './pod-view.ts';
import type { VolumeView } from './volume-view.ts';

/** Where runners see the volumes: the member's volume at its root (so that a folder below it and the work folder share one file system), the backups. */
export const dataRoot = '/data';
export const backupsRoot = '/backups';

/** The member's data directory as a runner sees it. */
export function dataDirectory(view: ClusterView): string {
  const { path, subPath, dataDirectory: folder } = view.mount;
  return trimmed(`${dataRoot}${subPath ? `/${trimmed(subPath)}` : ''}${trimmed(folder).slice(trimmed(path).length)}`);
}

/** The work folder of a run on a member's volume; a name that MariaDB, rsync SST and mariadb-backup leave alone (lab.md, "Names beside the data"). */
export function workFolder(run: string): string {
  return `${dataRoot}/galera_runbook_${run}`;
}

/** The folder of this Galera cluster's backups on the backup volume. */
export function backupsFolder(look: Look): string {
  return `${backupsRoot}/${look.config.cluster}`;
}

interface Wanted {
  /**
   * Mount the member's data volume, and how. `as-member`: read-only, and where the member has it: mariadb-backup goes to the data directory that
   * the server names, whatever it was told, and would copy the image's own [lab].
   */
  readonly data?: 'read-write' | 'as-member';
  readonly backups?: 'read-only' | 'read-write';
  /** Stay on the Kubernetes node where the member's pod runs: a volume that one node holds must not be asked for by another. */
  readonly besideMember: boolean;
}

/** The place of a runner for one member: copied from the StatefulSet's template, so it stands without a pod. */
export function placeOf(look: Look, view: ClusterView, member: MemberView, wanted: Wanted): Place {
  const spec = view.statefulSet.template.spec as Record<string, Json>;
  const containers = spec.containers as readonly Record<string, Json>[];
  const container = containers.find((c) => c.name === look.config.container);
  if (!container)
    fail(
      'refused',
      `container ${look.config.container}`,
      'not in the StatefulSet',
      'correct "container" in the configuration',
    );
  const podSecurity = (spec.securityContext ?? {}) as Record<string, Json>;
  const security = (container.securityContext ?? {}) as Record<string, Json>;
  const user = (security.runAsUser ?? podSecurity.runAsUser) as number | undefined;
  const group = (security.runAsGroup ?? podSecurity.runAsGroup) as number | undefined;
  const groups = [
    ...((podSecurity.supplementalGroups ?? []) as number[]),
    ...(podSecurity.fsGroup === undefined ? [] : [podSecurity.fsGroup as number]),
  ];
  const seLinux = (security.seLinuxOptions ?? podSecurity.seLinuxOptions) as JsonObject | undefined;
  const mounts = [];
  const { claim } = member.data;
  if (wanted.data === 'read-write') mounts.push({ claim, mountPath: dataRoot, readOnly: false });
  if (wanted.data === 'as-member') {
    const { path, subPath } = view.mount;
    mounts.push({ claim, mountPath: path, ...(subPath === undefined ? {} : { subPath }), readOnly: true });
  }
  if (wanted.backups)
    mounts.push({ claim: look.config.backups.claim, mountPath: backupsRoot, readOnly: wanted.backups === 'read-only' });
  const serviceAccount = spec.serviceAccountName as string | undefined;
  return {
    namespace: look.config.namespace,
    image: container.image as string,
    imagePullPolicy: (container.imagePullPolicy as string | undefined) ?? 'IfNotPresent',
    imagePullSecrets: ((spec.imagePullSecrets ?? []) as { name: string }[]).map((s) => s.name),
    ...(serviceAccount ? { serviceAccount } : {}),
    ...(user === undefined ? {} : { runAsUser: user }),
    ...(group === undefined ? {} : { runAsGroup: group }),
    supplementalGroups: groups,
    ...(seLinux ? { seLinuxOptions: seLinux } : {}),
    tolerations: (spec.tolerations ?? []) as Json[],
    ...(wanted.besideMember && member.pod?.node ? { node: member.pod.node } : {}),
    mounts,
  };
}

/**
 * Why no Kubernetes node can reach both volumes, or undefined when one can (design §9): a local one only from its nodes, a ReadWriteOnce one only
 * from the node of the pod that mounts it. Our own runners do not count: they end, and the next one takes the volume along.
 */
export function unreachableTogether(
  member: MemberView,
  backups: VolumeView,
  mounting: readonly MountingPod[],
): string | undefined {
  if (!member.data.bound) return `claim ${member.data.claim} is not bound`;
  if (!backups.bound) return `claim ${backups.claim} is not bound`;
  const candidates = member.pod?.node ? [member.pod.node] : member.data.nodes;
  const holder = holderElsewhere(candidates, backups, mounting);
  if (holder) {
    const where = candidates ? `claim ${member.data.claim} is on ${candidates.join(', ')}, ` : '';
    return `${where}claim ${backups.claim} is ${backups.accessModes.join(', ')} and mounted by pod ${holder.pod}${holder.node ? ` on ${holder.node}` : ''}`;
  }
  if (!candidates || !backups.nodes) return undefined;
  const shared = candidates.filter((node) => backups.nodes?.includes(node));
  if (shared.length > 0) return undefined;
  return `claim ${member.data.claim} is on ${candidates.join(', ')}, claim ${backups.claim} only on ${backups.nodes.join(', ')}`;
}

const managed = Object.entries(managedBy);

/** A pod that keeps a claim for one Kubernetes node, or for itself, from coming to these. */
function holderElsewhere(
  candidates: readonly string[] | undefined,
  { claim, accessModes }: VolumeView,
  mounting: readonly MountingPod[],
): MountingPod | undefined {
  if (accessModes.some((mode) => mode === 'ReadWriteMany' || mode === 'ReadOnlyMany')) return undefined;
  const alone = accessModes.length > 0 && accessModes.every((mode) => mode === 'ReadWriteOncePod');
  return mounting.find(
    (pod) =>
      pod.claims.includes(claim) &&
      !hasEnded(pod) &&
      !managed.every(([key, value]) => pod.labels[key] === value) &&
      (alone || (pod.node !== undefined && candidates !== undefined && !candidates.includes(pod.node))),
  );
}
