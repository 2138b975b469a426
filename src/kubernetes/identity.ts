import { fail } from '../base/failure.ts';
import type { Identity } from '../target/identity.ts';
import type { KubeReads } from '../target/kubernetes.ts';

/** The parts of an identity that Kubernetes knows: a rebuilt cluster has other UIDs under the same names. */
export async function readIdentity(
  kube: KubeReads,
  of: { readonly namespace: string; readonly statefulset: string },
): Promise<Pick<Identity, 'kubeSystemUid' | 'statefulSetUid'>> {
  const [system, statefulSet] = await Promise.all([
    kube.get({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }),
    kube.get({ apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: of.namespace, name: of.statefulset }),
  ]);
  if (statefulSet === undefined) {
    fail(
      'refused',
      `StatefulSet ${of.statefulset} in namespace ${of.namespace}`,
      'no such object',
      'correct "statefulset", "namespace" or "context" in the configuration',
    );
  }
  const kubeSystemUid = system?.metadata.uid;
  const statefulSetUid = statefulSet.metadata.uid;
  if (kubeSystemUid === undefined || statefulSetUid === undefined) {
    fail(
      'unknown',
      'the UIDs of namespace kube-system and of the StatefulSet',
      'one is missing',
      'find out what answers instead of the API server',
    );
  }
  return { kubeSystemUid, statefulSetUid };
}
