import { fail } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import type { Obj } from '../target/kubernetes.ts';
import type { Look } from '../target/look.ts';
import { type Container, type DataMount, dataMountOf } from './data-mount.ts';
import { memberCount, ordinalsOf } from './member-count.ts';
import { type MountingPod, mountingPod, type PodView, podView } from './pod-view.ts';
import { unbound, type VolumeView, viewVolumes } from './volume-view.ts';

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
    /** Labels and annotations by which something else manages it (Argo CD, Flux; Helm says nothing here). */
    readonly marks: readonly string[];
    readonly template: JsonObject;
    readonly object: Obj;
  };
  readonly service: {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly selector: { readonly [key: string]: string };
    readonly publishesNotReady: boolean;
  };
  readonly mount: DataMount;
  readonly members: readonly MemberView[];
  /** Claims of ordinals that are no members now, left by a StatefulSet that was larger once: a member scaled up later starts on them. */
  readonly surplus: readonly string[];
  /** Every pod of the namespace with the claims that it mounts: the fence of a swap looks here. */
  readonly mounting: readonly MountingPod[];
}

/**
 * Reads everything about the Galera cluster that Kubernetes knows. `members`: how many there are, for a caller that knows it better than
 * the StatefulSet, whose replicas are fewer while members are stopped or started; otherwise the annotation says it, else its replicas, else
 * the claims.
 */
export async function viewCluster(look: Look, members?: number): Promise<ClusterView> {
  const { config, kube } = look;
  const namespace = config.namespace;
  const [foundSet, foundService, pods, claims, slices] = await Promise.all([
    kube.get({ apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name: config.statefulset }),
    kube.get({ apiVersion: 'v1', kind: 'Service', namespace, name: config.service }),
    kube.list({ apiVersion: 'v1', kind: 'Pod', namespace }),
    kube.list({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace }),
    kube.list(
      { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace },
      `kubernetes.io/service-name=${config.service}`,
    ),
  ]);
  const statefulSet =
    foundSet ?? absent(`StatefulSet ${config.statefulset} in namespace ${namespace}`, '"statefulset" or "namespace"');
  const service = foundService ?? absent(`Service ${config.service} in namespace ${namespace}`, '"service"');
  const mount = dataMountOf(statefulSet, containerOf(statefulSet, config.container), config.dataDirectory);
  const count = members ?? memberCount(statefulSet, mount.volume, claims);
  const volumes = await viewVolumes(look, claims);
  const serving = new Set(slices.flatMap(readyPodNames));
  return {
    statefulSet: statefulSetView(statefulSet),
    service: {
      uid: service.metadata.uid ?? '',
      resourceVersion: service.metadata.resourceVersion ?? '',
      selector: service.spec.selector ?? {},
      publishesNotReady: service.spec.publishNotReadyAddresses === true,
    },
    mount,
    members: Array.from({ length: count }, (_, ordinal): MemberView => {
      const name = `${config.statefulset}-${ordinal}`;
      const claim = `${mount.volume}-${name}`;
      const pod = pods.find(({ metadata }) => metadata.name === name);
      return {
        name,
        ordinal,
        ...(pod ? { pod: podView(pod, config.container) } : {}),
        data: volumes.get(claim) ?? unbound(claim),
        inService: serving.has(name),
      };
    }),
    surplus: ordinalsOf(statefulSet, mount.volume, claims)
      .filter((ordinal) => ordinal >= count)
      .map((ordinal) => `${mount.volume}-${config.statefulset}-${ordinal}`),
    mounting: pods.map(mountingPod),
  };
}

/** Whether the StatefulSet has a pod of this ordinal now, or is about to make one. */
export function isWanted({ statefulSet: { firstOrdinal, replicas } }: ClusterView, ordinal: number): boolean {
  return ordinal >= firstOrdinal && ordinal < firstOrdinal + replicas;
}

function absent(object: string, settings: string): never {
  return fail('refused', object, 'no such object', `correct ${settings} in the configuration`);
}

function containerOf(statefulSet: Obj, name: string): Container {
  const containers: readonly Container[] = statefulSet.spec.template.spec.containers;
  const names = containers.map((container) => container.name);
  return (
    containers.find((container) => container.name === name) ??
    fail(
      'refused',
      `container ${name} in StatefulSet ${statefulSet.metadata.name}`,
      `containers ${names.join(', ')}`,
      'correct "container" in the configuration',
    )
  );
}

function statefulSetView(object: Obj): ClusterView['statefulSet'] {
  const { metadata, spec } = object;
  return {
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    generation: metadata.generation ?? 0,
    replicas: spec.replicas ?? 1,
    firstOrdinal: spec.ordinals?.start ?? 0,
    podManagementPolicy: spec.podManagementPolicy ?? 'OrderedReady',
    whenScaled: spec.persistentVolumeClaimRetentionPolicy?.whenScaled ?? 'Retain',
    owners: (metadata.ownerReferences ?? []).map(({ kind, name }) => `${kind} ${name}`),
    marks: managementMarks(object),
    template: spec.template,
    object,
  };
}

function managementMarks(object: Obj): string[] {
  const keys = [...Object.keys(object.metadata.labels ?? {}), ...Object.keys(object.metadata.annotations ?? {})];
  return keys.filter((key) =>
    /^argocd\.argoproj\.io\/|^kustomize\.toolkit\.fluxcd\.io\/|^helm\.toolkit\.fluxcd\.io\//.test(key),
  );
}

function readyPodNames(slice: Obj): string[] {
  const endpoints: readonly { conditions?: { ready?: boolean }; targetRef?: { kind: string; name: string } }[] =
    slice.endpoints ?? [];
  return endpoints.flatMap((e) =>
    e.conditions?.ready !== false && e.targetRef?.kind === 'Pod' ? [e.targetRef.name] : [],
  );
}
