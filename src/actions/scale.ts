import type { Ref } from '../target/kubernetes.ts';
import type { Hands, Look } from '../target/look.ts';
import type { ClusterView } from './cluster-view.ts';
import { replicasAnnotation } from './member-count.ts';

export function statefulSetRef(look: Look): Ref {
  const { namespace, statefulset } = look.config;
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name: statefulset };
}

/** Sets replicas and what there were before in one write, so that no moment has the one without the other. `members` null: all run again. */
export async function scale(hands: Hands, view: ClusterView, replicas: number, members: number | null): Promise<void> {
  const annotations = { [replicasAnnotation]: members === null ? null : String(members) };
  const ordinals = isShifted(view) ? { ordinals: null } : {};
  await hands.kube.patch(
    statefulSetRef(hands),
    { metadata: { annotations }, spec: { replicas, ...ordinals } },
    { uid: view.statefulSet.uid },
  );
}

/**
 * The member of this ordinal alone, from a full stop: `spec.ordinals.start`, which {@link scale} takes away again. False, with nothing
 * started, where the API server does not know that field (Kubernetes before 1.27 drops it silently).
 */
export async function scaleAlone(hands: Hands, view: ClusterView, ordinal: number): Promise<boolean> {
  const ref = statefulSetRef(hands);
  const guard = { uid: view.statefulSet.uid };
  const annotations = { [replicasAnnotation]: String(view.members.length) };
  // Two writes: with replicas in the first, an API server that drops the field would start ordinal 0.
  const shifted = await hands.kube.patch(
    ref,
    { metadata: { annotations }, spec: { ordinals: { start: ordinal } } },
    guard,
  );
  if (shifted.spec?.ordinals?.start !== ordinal) return false;
  await hands.kube.patch(ref, { spec: { replicas: 1 } }, guard);
  return true;
}

/** By us: a StatefulSet whose ordinals begin elsewhere on purpose has no such note. */
export function isShifted(view: ClusterView): boolean {
  return view.statefulSet.firstOrdinal !== 0 && isAnnotated(view);
}

export function isAnnotated(view: ClusterView): boolean {
  return view.statefulSet.object.metadata.annotations?.[replicasAnnotation] !== undefined;
}
