import type { JsonObject } from '../base/json.ts';
import type { Obj } from '../target/kubernetes.ts';
import { endMember, stopMember } from './leaving.ts';
import { startMember } from './member.ts';
import { drop, list, put } from './objects.ts';
import { endRunner, startRunner, tickRunner } from './runner.ts';
import { whyPending } from './scheduler.ts';
import { namespace, type RunnerMount, serial, type World } from './world.ts';

/** From a pod that is bound to its first process. */
const startMs = 600;
const probeEveryMs = 1000;
/** Kubernetes waits this long between restarts of a container that ends again and again. */
const backoffMs = [0, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000];

/** Pods of the namespace, with what runs in them. */
export function tickPods(world: World, ms: number): void {
  for (const pod of list(world, { apiVersion: 'v1', kind: 'Pod', namespace })) {
    if (isDown(world, pod)) continue;
    if (pod.metadata.deletionTimestamp !== undefined) ending(world, pod);
    else if (isMember(pod)) memberPod(world, pod);
    else runnerPod(world, pod, ms);
  }
  if (Math.floor(world.now / probeEveryMs) !== Math.floor((world.now - ms) / probeEveryMs)) probe(world);
}

export function isMember(pod: Obj): boolean {
  return pod.metadata.labels?.['statefulset.kubernetes.io/pod-name'] !== undefined;
}

/** A Kubernetes node without power changes nothing any more, and nobody says so. */
function isDown(world: World, pod: Obj): boolean {
  return pod.spec.nodeName !== undefined && world.faults.nodesDown.includes(pod.spec.nodeName);
}

interface ContainerStatus {
  readonly name: string;
  readonly containerID?: string;
  readonly restartCount: number;
  readonly state: JsonObject;
  readonly [field: string]: unknown;
}

function statusOf(pod: Obj): ContainerStatus | undefined {
  return pod.status?.containerStatuses?.[0];
}

function setStatus(world: World, pod: Obj, status: JsonObject): Obj {
  const next = { ...pod, status: { ...pod.status, ...status } };
  put(world, next);
  return next;
}

function conditions(ready: boolean): JsonObject[] {
  return [
    { type: 'PodScheduled', status: 'True' },
    { type: 'Ready', status: ready ? 'True' : 'False' },
  ];
}

function memberPod(world: World, pod: Obj): void {
  const name = pod.metadata.name;
  const status = statusOf(pod);
  if (status === undefined) {
    schedule(world, pod);
    return;
  }
  const process = world.members[name];
  if (status.state.running !== undefined && process?.phase === 'ended') {
    crashed(world, pod, status, process.exit ?? 1);
    return;
  }
  const waiting = status.state.waiting as JsonObject | undefined;
  if (waiting !== undefined && world.now >= Number(waiting.until)) running(world, pod, status.restartCount);
}

function crashed(world: World, pod: Obj, status: ContainerStatus, exitCode: number): void {
  const name = pod.metadata.name;
  delete world.members[name];
  const restartCount = status.restartCount + 1;
  const pause = backoffMs[Math.min(restartCount - 1, backoffMs.length - 1)] ?? 0;
  const lines = world.logs[name]?.now ?? [];
  world.logs[name] = { now: [], previous: lines };
  const waiting = {
    reason: pause === 0 ? 'ContainerCreating' : 'CrashLoopBackOff',
    until: world.now + pause + startMs,
  };
  setStatus(world, pod, {
    conditions: conditions(false),
    containerStatuses: [
      { ...status, restartCount, state: { waiting }, lastState: { terminated: { exitCode } } } as JsonObject,
    ],
  });
}

function schedule(world: World, pod: Obj): void {
  const why = whyPending(world, pod);
  if (why !== undefined) {
    const scheduled = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: why };
    if (pod.status?.conditions?.[0]?.message !== why)
      setStatus(world, pod, { phase: 'Pending', conditions: [scheduled] });
    return;
  }
  if (world.now - Date.parse(pod.metadata.creationTimestamp ?? '') >= startMs) running(world, pod, 0);
}

function running(world: World, pod: Obj, restartCount: number): void {
  const [container] = pod.spec.containers;
  const state = { running: { startedAt: new Date(world.now).toISOString() } };
  const serialNumber = serial(world);
  setStatus(world, pod, {
    phase: 'Running',
    podIP: pod.status?.podIP ?? `10.244.0.${serialNumber % 250}`,
    conditions: conditions(!isMember(pod)),
    containerStatuses: [
      {
        name: container.name,
        containerID: `containerd://${serialNumber.toString(16).padStart(12, '0')}`,
        image: container.image,
        imageID: `${container.image}@sha256:${'4b'.repeat(32)}`,
        restartCount,
        state,
      },
    ],
  });
  if (isMember(pod)) startMember(world, pod.metadata.name, mountsOf(world, pod)[0]?.volume ?? '');
  else startRunner(world, pod, mountsOf(world, pod));
}

/** The volumes of a pod with their PersistentVolumes. */
export function mountsOf(world: World, pod: Obj): readonly RunnerMount[] {
  const [container] = pod.spec.containers;
  const mounts: readonly { name: string; mountPath: string; subPath?: string; readOnly?: boolean }[] =
    container.volumeMounts ?? [];
  const volumes: readonly { name: string; persistentVolumeClaim?: { claimName: string } }[] = pod.spec.volumes ?? [];
  return mounts.flatMap(({ name, mountPath, subPath = '', readOnly }) => {
    const claim = volumes.find((each) => each.name === name)?.persistentVolumeClaim?.claimName;
    const bound = claim && world.objects[`PersistentVolumeClaim/${namespace}/${claim}`]?.spec.volumeName;
    return claim && bound ? [{ path: mountPath, subPath, volume: bound, claim, readOnly: readOnly === true }] : [];
  });
}

function runnerPod(world: World, pod: Obj, ms: number): void {
  const status = statusOf(pod);
  if (status === undefined) {
    schedule(world, pod);
    return;
  }
  if (status.state.running === undefined) return;
  const exitCode = tickRunner(world, pod.metadata.name, ms);
  if (exitCode === undefined) return;
  setStatus(world, pod, {
    phase: exitCode === 0 ? 'Succeeded' : 'Failed',
    conditions: conditions(false),
    containerStatuses: [{ ...status, state: { terminated: { exitCode } } } as JsonObject],
  });
}

/** A pod that was told to end. */
function ending(world: World, pod: Obj): void {
  const name = pod.metadata.name;
  if (isMember(pod)) {
    const member = world.members[name];
    if (member !== undefined && member.phase !== 'ended') {
      stopMember(world, name);
      return;
    }
    delete world.members[name];
    delete world.logs[name];
  } else {
    endRunner(world, name, 'TERM');
    delete world.runners[name];
    // Whoever stops a Job reads its log while the pod goes; with the Job it is nobody's.
    if (!ownerIsThere(world, pod)) delete world.logs[name];
  }
  drop(world, pod);
}

function ownerIsThere(world: World, pod: Obj): boolean {
  const [owner] = pod.metadata.ownerReferences ?? [];
  return owner !== undefined && world.objects[`${owner.kind}/${namespace}/${owner.name}`]?.metadata.uid === owner.uid;
}

/** SIGKILL for all that runs in these pods, and the pods themselves stay or go. */
export function killPods(world: World, pods: readonly Obj[], keep: boolean): void {
  endMember(
    world,
    pods.filter(isMember).map((pod) => pod.metadata.name),
    137,
  );
  for (const pod of pods) {
    const name = pod.metadata.name;
    if (!isMember(pod)) endRunner(world, name, 'KILL');
    if (keep) continue;
    delete world.members[name];
    delete world.runners[name];
    if (isMember(pod)) delete world.logs[name];
    drop(world, pod);
  }
}

/** The readiness probe of the members asks for the state Synced. */
function probe(world: World): void {
  for (const pod of list(world, { apiVersion: 'v1', kind: 'Pod', namespace })) {
    if (!isMember(pod) || isDown(world, pod)) continue;
    const ready = world.members[pod.metadata.name]?.phase === 'up' && world.members[pod.metadata.name]?.state === 4;
    const before = pod.status?.conditions?.find((each: { type: string }) => each.type === 'Ready')?.status === 'True';
    if (ready !== before && pod.status?.phase === 'Running') setStatus(world, pod, { conditions: conditions(ready) });
  }
}
