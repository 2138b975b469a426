/** Pods that do by hand what the program does with its Jobs: the member's image, its volume, the backup volume. */
import type { V1Pod } from '@kubernetes/client-node';
import { accounts, apply, backupClaimName, clients, names, remove, until } from '../test/lab/lab.ts';

const image = process.env.GALERA_E2E_IMAGE ?? 'registry.local/galera:10.11';

export interface Hand {
  readonly name: string;
  readonly member: number;
  readonly script: string;
  readonly readOnly?: boolean;
  readonly env?: Record<string, string>;
}

function podOf({ name, member, script, readOnly = false, env = {} }: Hand): V1Pod {
  const claim = (name: string, claimName: string) => ({ name, persistentVolumeClaim: { claimName } });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: names.namespace },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      volumes: [
        claim('data', `${names.volumeClaim}-${names.statefulSet}-${member}`),
        claim('backups', backupClaimName('shared')),
      ],
      containers: [
        {
          name: 'hand',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['bash', '-c', `set -euo pipefail; ${script}`],
          env: [
            { name: 'MYSQL_PWD', valueFrom: { secretKeyRef: { name: accounts.root.secret, key: 'password' } } },
            ...Object.entries(env).map(([name, value]) => ({ name, value })),
          ],
          volumeMounts: [
            { name: 'data', mountPath: '/var/lib/mysql', readOnly },
            { name: 'backups', mountPath: '/backups' },
          ],
        },
      ],
    },
  };
}

/** Runs the script to its end; throws with its log when it fails. */
export async function byHand(hand: Hand, timeoutMs = 600_000): Promise<void> {
  const { core } = clients();
  const pod = podOf(hand);
  const { namespace } = names;
  const gone = async () => {
    await remove([pod]);
    await until(`pod ${hand.name} to be gone`, 30_000, async () => {
      const { items } = await core.listNamespacedPod({ namespace });
      return items.every(({ metadata }) => metadata?.name !== hand.name);
    });
  };
  await gone();
  await apply([pod]);
  const phase = await until(`pod ${hand.name} to end`, timeoutMs, async () => {
    const { status } = await core.readNamespacedPod({ namespace, name: hand.name });
    return status?.phase === 'Succeeded' || status?.phase === 'Failed' ? status.phase : undefined;
  });
  const log = phase === 'Failed' ? await core.readNamespacedPodLog({ namespace, name: hand.name }) : '';
  await gone();
  if (phase === 'Failed') throw new Error(`${hand.name}: ${log}`);
}
