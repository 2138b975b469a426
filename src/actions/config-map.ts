import type { Ref } from '../target/kubernetes.ts';
import type { Hands, Look } from '../target/look.ts';
import { kindLabel, managedBy } from './labels.ts';

type Texts = { readonly [key: string]: string };

/** A ConfigMap of the target's namespace. */
export function configMap({ config }: Look, name: string): Ref {
  return { apiVersion: 'v1', kind: 'ConfigMap', namespace: config.namespace, name };
}

/** Creates a ConfigMap of this program, or writes these keys over those of the one that is there. `kind` and `labels`: of a new one. */
export async function putConfigMap(
  hands: Hands,
  name: string,
  of: { readonly kind: string; readonly labels?: Texts; readonly annotations?: Texts; readonly data: Texts },
): Promise<void> {
  const ref = configMap(hands, name);
  const { kind, data, annotations } = of;
  const found = await hands.kube.get(ref);
  if (found) {
    const patch = { ...(annotations ? { metadata: { annotations } } : {}), data };
    await hands.kube.patch(ref, patch, { uid: found.metadata.uid ?? '' });
    return;
  }
  const labels = { ...managedBy, [kindLabel]: kind, ...of.labels };
  await hands.kube.create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: hands.config.namespace, labels, ...(annotations ? { annotations } : {}) },
    data,
  });
}
