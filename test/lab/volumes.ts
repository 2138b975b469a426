/** The lab's volumes as Kubernetes objects. env.sh and configure.sh make the disks behind them. */
import { join } from 'node:path';
import type { KubernetesObject } from '@kubernetes/client-node';
import { labFolder } from './shell.ts';

const run = join(labFolder, 'run');

const volume = (name: string, storage: string, accessMode: string, storageClassName: string, rest: object) =>
  ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      capacity: { storage },
      accessModes: [accessMode],
      storageClassName,
      persistentVolumeReclaimPolicy: 'Retain',
      ...rest,
    },
  }) as KubernetesObject;

/** An ext4 of 3 GiB that only this Kubernetes node reaches. */
function local(index: number): KubernetesObject {
  const onNode = { key: 'kubernetes.io/hostname', operator: 'In', values: [`node${index % 3}`] };
  return volume(`local${index}`, '3Gi', 'ReadWriteOnce', 'local', {
    local: { path: join(run, 'pv', String(index)) },
    nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [onNode] }] } },
  });
}

/**
 * `shared`: a folder that every node sees, as NFS would be. `moves`: one that claims to be at one node at a time; nothing here attaches
 * or detaches it. `small`: as `shared`, but an ext4 of 300 MiB.
 */
export const volumes: readonly KubernetesObject[] = [
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'local' },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
  } as KubernetesObject,
  ...Array.from({ length: 9 }, (_, index) => local(index)),
  volume('shared', '5Gi', 'ReadWriteMany', 'shared', { hostPath: { path: join(run, 'shared') } }),
  volume('moves', '2Gi', 'ReadWriteOnce', 'moves', { hostPath: { path: join(run, 'moves') } }),
  volume('small', '300Mi', 'ReadWriteMany', 'small', { hostPath: { path: join(run, 'pv', 'small') } }),
];
