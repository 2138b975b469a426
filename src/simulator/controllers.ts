import type { JsonObject } from '../base/json.ts';
import type { Obj } from '../target/kubernetes.ts';
import { create, keyOf, list, put, terminate } from './objects.ts';
import { namespace, type World } from './world.ts';

/** The Job controller takes this long to say that a Job has ended. */
const jobLagMs = 2000;

const pods = (world: World) => list(world, { apiVersion: 'v1', kind: 'Pod', namespace });

export function tickControllers(world: World): void {
  for (const set of list(world, { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace })) statefulSet(world, set);
  for (const each of list(world, { apiVersion: 'batch/v1', kind: 'Job', namespace })) job(world, each);
  for (const pod of pods(world)) orphan(world, pod);
}

/** After the probes: what is ready now is in the Service now. */
export function tickEndpoints(world: World): void {
  for (const service of list(world, { apiVersion: 'v1', kind: 'Service', namespace })) endpoints(world, service);
}

/** The garbage collector: a pod whose owner is gone goes too. */
function orphan(world: World, pod: Obj): void {
  const [owner] = pod.metadata.ownerReferences ?? [];
  if (owner === undefined) return;
  const found = world.objects[keyOf({ kind: owner.kind, namespace, name: owner.name })];
  if (found?.metadata.uid !== owner.uid) terminate(world, pod);
}

function isReady(pod: Obj): boolean {
  return (
    pod.status?.conditions?.some(
      (each: { type: string; status: string }) => each.type === 'Ready' && each.status === 'True',
    ) === true
  );
}

function statefulSet(world: World, set: Obj): void {
  const { name } = set.metadata;
  const wanted: number = set.spec.replicas ?? 1;
  const own = pods(world).filter((pod) => pod.metadata.ownerReferences?.[0]?.uid === set.metadata.uid);
  const at = (ordinal: number) => own.find((pod) => pod.metadata.name === `${name}-${ordinal}`);
  const ordered = (set.spec.podManagementPolicy ?? 'OrderedReady') === 'OrderedReady';
  const settled = own.every((pod) => pod.metadata.deletionTimestamp === undefined);
  const start: number = set.spec.ordinals?.start ?? 0;
  for (let ordinal = start; ordinal < start + wanted; ordinal++) {
    const pod = at(ordinal);
    if (pod === undefined) makePod(world, set, ordinal);
    if (ordered && (pod === undefined || !isReady(pod))) break;
  }
  const isOutside = (pod: Obj) => ordinalOf(pod) < start || ordinalOf(pod) >= start + wanted;
  const over = own.filter(isOutside).toSorted((a, b) => ordinalOf(b) - ordinalOf(a));
  // OrderedReady ends one after the other, the highest first.
  for (const pod of ordered ? (settled ? over.slice(0, 1) : []) : over) terminate(world, pod);
  if (set.spec.persistentVolumeClaimRetentionPolicy?.whenScaled === 'Delete') loseClaims(world, set, wanted);
  const status = {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: own.length,
    readyReplicas: own.filter(isReady).length,
    currentRevision: 'practice-1',
    updateRevision: 'practice-1',
  };
  if (JSON.stringify(status) !== JSON.stringify(set.status)) put(world, { ...set, status });
}

/** What `whenScaled: Delete` means: the claims of the members that are gone, and their volumes with them. */
function loseClaims(world: World, set: Obj, wanted: number): void {
  const prefix = `${set.spec.volumeClaimTemplates[0].metadata.name}-${set.metadata.name}-`;
  for (const claim of list(world, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace })) {
    const { name } = claim.metadata;
    const ordinal = Number(name.slice(prefix.length));
    const pod = `${set.metadata.name}-${ordinal}`;
    if (!name.startsWith(prefix) || ordinal < wanted || keyOf({ kind: 'Pod', namespace, name: pod }) in world.objects)
      continue;
    delete world.objects[keyOf({ kind: 'PersistentVolumeClaim', namespace, name })];
    delete world.objects[keyOf({ kind: 'PersistentVolume', name: claim.spec.volumeName })];
    delete world.volumes[claim.spec.volumeName];
  }
}

function ordinalOf(pod: Obj): number {
  return Number(pod.metadata.name.slice(pod.metadata.name.lastIndexOf('-') + 1));
}

function makePod(world: World, set: Obj, ordinal: number): void {
  const name = `${set.metadata.name}-${ordinal}`;
  const { template, volumeClaimTemplates } = set.spec;
  const claims = volumeClaimTemplates.map((claim: Obj) => ({
    name: claim.metadata.name,
    persistentVolumeClaim: { claimName: `${claim.metadata.name}-${name}` },
  }));
  const labels = {
    ...template.metadata.labels,
    'statefulset.kubernetes.io/pod-name': name,
    'apps.kubernetes.io/pod-index': String(ordinal),
  };
  const uid = set.metadata.uid ?? '';
  create(world, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels,
      ownerReferences: [{ kind: 'StatefulSet', name: set.metadata.name, uid, controller: true }],
    },
    spec: { ...template.spec, volumes: [...(template.spec.volumes ?? []), ...claims] },
    status: { phase: 'Pending', conditions: [] },
  });
}

/** One pod that is never replaced, as the runners ask for it; suspending ends it. */
function job(world: World, of: Obj): void {
  const conditions: readonly { type: string; status: string }[] = of.status?.conditions ?? [];
  const ended = conditions.some(({ type, status }) => ['Complete', 'Failed'].includes(type) && status === 'True');
  if (ended) return;
  const uid = of.metadata.uid ?? '';
  const [pod] = pods(world).filter((each) => each.metadata.ownerReferences?.[0]?.uid === uid);
  if (of.spec.suspend === true) {
    if (pod && !isOver(pod)) terminate(world, pod);
    status(world, of, {
      active: 0,
      terminating: pod ? 1 : 0,
      conditions: [{ type: 'Suspended', status: 'True' }],
    });
    return;
  }
  const age = world.now - Date.parse(of.metadata.creationTimestamp ?? '');
  if (age > of.spec.activeDeadlineSeconds * 1000) {
    if (pod) terminate(world, pod);
    status(world, of, {
      active: 0,
      conditions: [
        {
          type: 'Failed',
          status: 'True',
          reason: 'DeadlineExceeded',
          message: 'Job was active longer than specified deadline',
        },
      ],
    });
    return;
  }
  if (pod === undefined) {
    if (of.status?.active === undefined) makeRunnerPod(world, of);
    else failed(world, of);
    return;
  }
  if (!isOver(pod)) {
    status(world, of, { active: 1 });
    return;
  }
  const since = of.status?.overSince ?? world.now;
  if (world.now - since < jobLagMs) {
    status(world, of, { active: 1, overSince: since });
    return;
  }
  if (pod.status.phase === 'Succeeded')
    status(world, of, { succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] });
  else failed(world, of);
}

function failed(world: World, of: Obj): void {
  status(world, of, {
    failed: 1,
    conditions: [
      {
        type: 'Failed',
        status: 'True',
        reason: 'BackoffLimitExceeded',
        message: 'Job has reached the specified backoff limit',
      },
    ],
  });
}

function isOver(pod: Obj): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

function status(world: World, of: Obj, next: JsonObject): void {
  if (JSON.stringify(next) !== JSON.stringify(of.status)) put(world, { ...of, status: next });
}

function makeRunnerPod(world: World, of: Obj): void {
  const { name, uid = '' } = of.metadata;
  const { template } = of.spec;
  const labels = { ...template.metadata.labels, 'job-name': name, 'batch.kubernetes.io/job-name': name };
  create(world, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${name}-0`, namespace, labels, ownerReferences: [{ kind: 'Job', name, uid, controller: true }] },
    spec: template.spec,
    status: { phase: 'Pending', conditions: [] },
  });
  put(world, { ...of, status: { active: 1 } });
}

/** EndpointSlices follow selectors and readiness; a Service whose selector no pod has points to nobody. */
function endpoints(world: World, service: Obj): void {
  const selector: { readonly [key: string]: string } = service.spec.selector ?? {};
  const members = pods(world).filter((pod) =>
    Object.entries(selector).every(([key, value]) => pod.metadata.labels?.[key] === value),
  );
  const all = service.spec.publishNotReadyAddresses === true;
  const found = members.map((pod) => ({
    addresses: [pod.status?.podIP ?? ''],
    conditions: { ready: all || (isReady(pod) && pod.metadata.deletionTimestamp === undefined) },
    targetRef: { kind: 'Pod', name: pod.metadata.name },
  }));
  const name = `${service.metadata.name}-practice`;
  const before = world.objects[keyOf({ kind: 'EndpointSlice', namespace, name })];
  if (before === undefined) {
    create(world, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name, namespace, labels: { 'kubernetes.io/service-name': service.metadata.name } },
      endpoints: found,
    });
  } else if (JSON.stringify(before.endpoints) !== JSON.stringify(found)) put(world, { ...before, endpoints: found });
}
