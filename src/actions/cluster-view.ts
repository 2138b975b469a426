import { parseSize } from '../base/bytes.ts';
import { fail } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import type { Obj } from '../target/kubernetes.ts';
import type { Look } from '../target/look.ts';

/** A member's pod as the API server shows it now. */
export interface PodView {
  readonly uid: string;
  readonly ip?: string;
  readonly node?: string;
  readonly ready: boolean;
  readonly deleting: boolean;
  readonly phase: string;
  /** Changes with every restart of the container: a desync does not survive one (design §6.5). */
  readonly containerId?: string;
  readonly image?: string;
  readonly imageId?: string;
  readonly restarts: number;
  /** Why the container waits, e.g. CrashLoopBackOff. */
  readonly waiting?: string;
}

/** The claim and volume under a member's data directory. */
export interface VolumeView {
  readonly claim: string;
  readonly claimUid?: string;
  readonly volume?: string;
  readonly accessModes: readonly string[];
  readonly capacityBytes?: number;
  /** Kubernetes nodes that the volume can be reached from; absent: any. */
  readonly nodes?: readonly string[];
  readonly bound: boolean;
}

export interface MemberView {
  /** The pod's name, which is the member's name. */
  readonly name: string;
  readonly ordinal: number;
  readonly pod?: PodView;
  readonly data: VolumeView;
  /** The clients' Service points to it and it is ready. */
  readonly inService: boolean;
}

export interface ClusterView {
  readonly statefulSet: {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation: number;
    readonly replicas: number;
    /** The ordinal of its first pod (`spec.ordinals.start`): 0 but while a start has only a member of a higher ordinal up. */
    readonly firstOrdinal: number;
    readonly podManagementPolicy: string;
    readonly whenScaled: string;
    readonly owners: readonly string[];
    /** Labels and annotations by which something else manages it (Argo CD, Flux, Helm says nothing here). */
    readonly marks: readonly string[];
    /** Replicas wanted before this program stopped the members, kept as an annotation; absent: not stopped by us. */
    readonly template: JsonObject;
    readonly object: Obj;
  };
  readonly service: {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly selector: { readonly [key: string]: string };
    readonly publishesNotReady: boolean;
  };
  /** Where the data directory's volume is mounted in the member's container, and the data directory there: the same folder or one below it. */
  readonly mount: {
    readonly volume: string;
    readonly path: string;
    readonly subPath?: string;
    readonly dataDirectory: string;
  };
  readonly members: readonly MemberView[];
  /** Claims of ordinals that are no members now, left by a StatefulSet that was larger once: a member scaled up later starts on them. */
  readonly surplus: readonly string[];
  /** Every pod of the namespace with the claims that it mounts: the fence of a swap looks here. */
  readonly mounting: readonly {
    readonly pod: string;
    readonly node?: string;
    readonly uid: string;
    readonly claims: readonly string[];
    readonly phase: string;
    readonly labels: { readonly [key: string]: string };
  }[];
}

const dataMountPath = '/var/lib/mysql';

/**
 * Reads everything about the Galera cluster that Kubernetes knows. `members`: how many there are, for a caller that knows it better than
 * the StatefulSet, whose replicas are fewer while members are stopped or started; otherwise the annotation says it, else its replicas, else
 * the claims.
 */
export async function viewCluster(look: Look, members?: number): Promise<ClusterView> {
  const { config, kube } = look;
  const namespace = config.namespace;
  const [statefulSet, service, pods, claims, slices] = await Promise.all([
    kube.get({ apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name: config.statefulset }),
    kube.get({ apiVersion: 'v1', kind: 'Service', namespace, name: config.service }),
    kube.list({ apiVersion: 'v1', kind: 'Pod', namespace }),
    kube.list({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace }),
    kube.list(
      { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace },
      `kubernetes.io/service-name=${config.service}`,
    ),
  ]);
  if (!statefulSet) {
    fail(
      'refused',
      `StatefulSet ${config.statefulset} in namespace ${namespace}`,
      'no such object',
      'correct "statefulset" or "namespace" in the configuration',
    );
  }
  if (!service) {
    fail(
      'refused',
      `Service ${config.service} in namespace ${namespace}`,
      'no such object',
      'correct "service" in the configuration',
    );
  }
  const container = statefulSet.spec.template.spec.containers.find(
    (c: { name: string }) => c.name === config.container,
  );
  if (!container) {
    const names = statefulSet.spec.template.spec.containers.map((c: { name: string }) => c.name).join(', ');
    fail(
      'refused',
      `container ${config.container} in StatefulSet ${config.statefulset}`,
      `containers ${names}`,
      'correct "container" in the configuration',
    );
  }
  const template = claimTemplateOf(statefulSet, container, config.dataDirectory);
  const count = members ?? memberCount(statefulSet, template.volume, claims);
  const serving = new Set(slices.flatMap(readyPodNames));
  const volumes = await volumesOf(look, claims);
  const all = Array.from({ length: count }, (_, ordinal): MemberView => {
    const name = `${config.statefulset}-${ordinal}`;
    const claim = `${template.volume}-${name}`;
    const pod = pods.find((p) => p.metadata.name === name);
    return {
      name,
      ordinal,
      ...(pod ? { pod: podView(pod, config.container) } : {}),
      data: volumes.get(claim) ?? { claim, accessModes: [], bound: false },
      inService: serving.has(name),
    };
  });
  return {
    statefulSet: {
      uid: statefulSet.metadata.uid ?? '',
      resourceVersion: statefulSet.metadata.resourceVersion ?? '',
      generation: statefulSet.metadata.generation ?? 0,
      replicas: statefulSet.spec.replicas ?? 1,
      firstOrdinal: statefulSet.spec.ordinals?.start ?? 0,
      podManagementPolicy: statefulSet.spec.podManagementPolicy ?? 'OrderedReady',
      whenScaled: statefulSet.spec.persistentVolumeClaimRetentionPolicy?.whenScaled ?? 'Retain',
      owners: (statefulSet.metadata.ownerReferences ?? []).map((o) => `${o.kind} ${o.name}`),
      marks: managementMarks(statefulSet),
      template: statefulSet.spec.template,
      object: statefulSet,
    },
    service: {
      uid: service.metadata.uid ?? '',
      resourceVersion: service.metadata.resourceVersion ?? '',
      selector: service.spec.selector ?? {},
      publishesNotReady: service.spec.publishNotReadyAddresses === true,
    },
    mount: template,
    members: all,
    surplus: ordinalsOf(statefulSet, template.volume, claims)
      .filter((ordinal) => ordinal >= count)
      .map((ordinal) => `${template.volume}-${config.statefulset}-${ordinal}`),
    mounting: pods.map((p) => ({
      pod: p.metadata.name,
      ...(p.spec.nodeName ? { node: p.spec.nodeName } : {}),
      uid: p.metadata.uid ?? '',
      phase: phaseOf(p),
      labels: p.metadata.labels ?? {},
      claims: (p.spec.volumes ?? []).flatMap(
        (v: { persistentVolumeClaim?: { claimName: string } }) => v.persistentVolumeClaim?.claimName ?? [],
      ),
    })),
  };
}

/** A claim of the target's namespace with its volume: for the backup claim. */
export async function viewVolume(look: Look, claim: string): Promise<VolumeView> {
  const found = await look.kube.get({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    namespace: look.config.namespace,
    name: claim,
  });
  if (!found) {
    fail(
      'refused',
      `claim ${claim} in namespace ${look.config.namespace}`,
      'no such object',
      'create the claim, or correct "backups.claim" in the configuration',
    );
  }
  return (await volumesOf(look, [found])).get(claim) ?? { claim, accessModes: [], bound: false };
}

function claimTemplateOf(
  statefulSet: Obj,
  container: { volumeMounts?: readonly { name: string; mountPath: string; subPath?: string }[] },
  dataDirectory: string | undefined,
): ClusterView['mount'] {
  const templates: readonly string[] = (statefulSet.spec.volumeClaimTemplates ?? []).map((t: Obj) => t.metadata.name);
  const mounts = (container.volumeMounts ?? []).filter((m) => templates.includes(m.name));
  const guessed =
    mounts.find((m) => m.mountPath === dataMountPath) ?? mounts.find((m) => m.mountPath.includes('mysql')) ?? mounts[0];
  const holding = mounts.filter((m) => dataDirectory !== undefined && isBelow(dataDirectory, m.mountPath));
  const mount =
    dataDirectory === undefined ? guessed : holding.toSorted((a, b) => b.mountPath.length - a.mountPath.length)[0];
  if (!mount && guessed && dataDirectory !== undefined) {
    fail(
      'refused',
      `${dataDirectory} on a claim of each member`,
      `claims are mounted at ${mounts.map((m) => m.mountPath).join(', ')}`,
      'correct "data-directory" in the configuration, or leave it out where it is the mount itself',
    );
  }
  if (!mount) {
    fail(
      'refused',
      `a volume claim template of StatefulSet ${statefulSet.metadata.name} mounted in its container`,
      templates.length === 0 ? 'no volume claim templates' : `templates ${templates.join(', ')}, none mounted`,
      'this flavour works on StatefulSets whose data directory is on a claim of its own',
    );
  }
  return {
    volume: mount.name,
    path: mount.mountPath,
    ...(mount.subPath ? { subPath: mount.subPath } : {}),
    dataDirectory: dataDirectory ?? mount.mountPath,
  };
}

/** Whether the StatefulSet has a pod of this ordinal now, or is about to make one. */
export function isWanted({ statefulSet: { firstOrdinal, replicas } }: ClusterView, ordinal: number): boolean {
  return ordinal >= firstOrdinal && ordinal < firstOrdinal + replicas;
}

/** The same folder or one in it. */
export function isBelow(folder: string, above: string): boolean {
  return `${trimmed(folder)}/`.startsWith(`${trimmed(above)}/`);
}

/** Without slashes at its end. */
export function trimmed(path: string): string {
  return path.replace(/\/+$/, '');
}

/** Set while members are stopped: how many there were. Lives on the StatefulSet, so that any bastion can start them again. */
export const replicasAnnotation = 'galera-runbook/replicas';

function memberCount(statefulSet: Obj, template: string, claims: readonly Obj[]): number {
  const kept = Number(statefulSet.metadata.annotations?.[replicasAnnotation]);
  if (Number.isInteger(kept) && kept > 0) return kept;
  const wanted: number = statefulSet.spec.replicas ?? 1;
  if (wanted > 0) return wanted;
  return ordinalsOf(statefulSet, template, claims).length;
}

/** Of the claims that this StatefulSet's template has made, in order. */
function ordinalsOf(statefulSet: Obj, template: string, claims: readonly Obj[]): readonly number[] {
  const prefix = `${template}-${statefulSet.metadata.name}-`;
  return claims
    .filter((c) => c.metadata.name.startsWith(prefix) && /^\d+$/.test(c.metadata.name.slice(prefix.length)))
    .map((c) => Number(c.metadata.name.slice(prefix.length)))
    .toSorted((a, b) => a - b);
}

function readyPodNames(slice: Obj): string[] {
  const endpoints: readonly { conditions?: { ready?: boolean }; targetRef?: { kind: string; name: string } }[] =
    slice.endpoints ?? [];
  return endpoints.flatMap((e) =>
    e.conditions?.ready !== false && e.targetRef?.kind === 'Pod' ? [e.targetRef.name] : [],
  );
}

function podView(pod: Obj, containerName: string): PodView {
  const status = (pod.status?.containerStatuses ?? []).find((c: { name: string }) => c.name === containerName);
  const ready = (pod.status?.conditions ?? []).some(
    (c: { type: string; status: string }) => c.type === 'Ready' && c.status === 'True',
  );
  return {
    uid: pod.metadata.uid ?? '',
    ...(pod.status?.podIP ? { ip: pod.status.podIP } : {}),
    ...(pod.spec.nodeName ? { node: pod.spec.nodeName } : {}),
    ready,
    deleting: pod.metadata.deletionTimestamp !== undefined,
    phase: pod.status?.phase ?? 'Unknown',
    ...(status?.containerID ? { containerId: status.containerID } : {}),
    ...(status?.image ? { image: status.image } : {}),
    ...(status?.imageID ? { imageId: status.imageID } : {}),
    restarts: status?.restartCount ?? 0,
    ...(status?.state?.waiting?.reason ? { waiting: status.state.waiting.reason } : {}),
  };
}

/** A pod whose containers have all ended writes no more; its phase says so some seconds later. */
function phaseOf(pod: Obj): string {
  const statuses: readonly { state?: { terminated?: { exitCode: number } } }[] = pod.status?.containerStatuses ?? [];
  const ends = statuses.map((status) => status.state?.terminated?.exitCode);
  const restarts = pod.spec.restartPolicy !== 'Never';
  if (restarts || ends.length === 0 || ends.some((code) => code === undefined)) return pod.status?.phase ?? 'Unknown';
  return ends.every((code) => code === 0) ? 'Succeeded' : 'Failed';
}

function managementMarks(object: Obj): string[] {
  const keys = [...Object.keys(object.metadata.labels ?? {}), ...Object.keys(object.metadata.annotations ?? {})];
  return keys.filter((key) =>
    /^argocd\.argoproj\.io\/|^kustomize\.toolkit\.fluxcd\.io\/|^helm\.toolkit\.fluxcd\.io\//.test(key),
  );
}

async function volumesOf(look: Look, claims: readonly Obj[]): Promise<Map<string, VolumeView>> {
  const views = await Promise.all(
    claims.map(async (claim): Promise<VolumeView> => {
      const name: string | undefined = claim.spec.volumeName;
      const bound = claim.status?.phase === 'Bound' && name !== undefined;
      const volume = bound ? await look.kube.get({ apiVersion: 'v1', kind: 'PersistentVolume', name }) : undefined;
      const capacity = parseSize(String(claim.status?.capacity?.storage ?? volume?.spec.capacity?.storage ?? ''));
      const nodes = volume ? nodesOf(volume) : undefined;
      return {
        claim: claim.metadata.name,
        ...(claim.metadata.uid ? { claimUid: claim.metadata.uid } : {}),
        ...(name ? { volume: name } : {}),
        accessModes: claim.spec.accessModes ?? [],
        ...(capacity === undefined ? {} : { capacityBytes: capacity }),
        ...(nodes ? { nodes } : {}),
        bound,
      };
    }),
  );
  return new Map(views.map((view) => [view.claim, view]));
}

/** Only the hostname form of node affinity, which local volumes have; zones and other labels count as "any". */
function nodesOf(volume: Obj): readonly string[] | undefined {
  const terms: readonly {
    matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
  }[] = volume.spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const names = terms.flatMap((term) =>
    (term.matchExpressions ?? []).flatMap((e) =>
      e.key === 'kubernetes.io/hostname' && e.operator === 'In' ? (e.values ?? []) : [],
    ),
  );
  return names.length > 0 ? names : undefined;
}
