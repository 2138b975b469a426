import type { Ref } from '../target/kubernetes.ts';
import type { Hands, Look } from '../target/look.ts';
import { type ClusterView, replicasAnnotation } from './cluster-view.ts';

export function statefulSetRef(look: Look): Ref {
  const { namespace, statefulset } = look.config;
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name: statefulset };
}

/** Sets replicas and what there were before in one write, so that no moment has the one without the other. `members` null: all run again. */
export async function scale(hands: Hands, view: ClusterView, replicas: number, members: number | null): Promise<void> {
  const annotations = { [replicasAnnotation]: members === null ? null : String(members) };
  await hands.kube.patch(
    statefulSetRef(hands),
    { metadata: { annotations }, spec: { replicas } },
    { uid: view.statefulSet.uid },
  );
}

export function isAnnotated(view: ClusterView): boolean {
  return view.statefulSet.object.metadata.annotations?.[replicasAnnotation] !== undefined;
}
