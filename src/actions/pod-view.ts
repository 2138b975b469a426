import type { Obj } from '../target/kubernetes.ts';

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

/** A pod with the claims that it mounts. */
export interface MountingPod {
  readonly pod: string;
  readonly node?: string;
  readonly uid: string;
  readonly claims: readonly string[];
  readonly phase: string;
  readonly labels: { readonly [key: string]: string };
}

/** Its containers have ended and none starts again, so that it holds no volume any more. */
export function hasEnded({ phase }: Pick<MountingPod, 'phase'>): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

/** The Job that made it. Before Kubernetes 1.27 the label has no prefix. */
export function jobOf({ labels }: MountingPod): string | undefined {
  return labels['batch.kubernetes.io/job-name'] ?? labels['job-name'];
}

export function podView(pod: Obj, containerName: string): PodView {
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

export function mountingPod(pod: Obj): MountingPod {
  return {
    pod: pod.metadata.name,
    ...(pod.spec.nodeName ? { node: pod.spec.nodeName } : {}),
    uid: pod.metadata.uid ?? '',
    phase: phaseOf(pod),
    labels: pod.metadata.labels ?? {},
    claims: (pod.spec.volumes ?? []).flatMap(
      (volume: { persistentVolumeClaim?: { claimName: string } }) => volume.persistentVolumeClaim?.claimName ?? [],
    ),
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
