/** The Galera of the tests as Kubernetes objects: any StatefulSet could look like this, which is what the flavour `statefulset` means. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject } from '@kubernetes/client-node';

/** Where the data directory is: the root of the member's volume, or a folder `mysql` below it. */
export type Layout = 'root' | 'folder';

/**
 * Backup volumes. `shared`: every Kubernetes node reaches it. `small`: the same with 300 MiB, a real ext4 that fills up. `local`: a
 * volume of node0 only. `moves`: for pods of one Kubernetes node at a time, of whichever. `unbound`: a claim that waits for its first
 * consumer.
 */
export type BackupClaim = 'shared' | 'small' | 'local' | 'moves' | 'unbound';

export interface GaleraOptions {
  readonly layout?: Layout;
  readonly podManagement?: 'Parallel' | 'OrderedReady';
  readonly namespace?: string;
  readonly backups?: readonly BackupClaim[];
}

export interface Platform {
  readonly image: string;
  readonly memberClass: string;
  /** Storage class of each backup claim, and the volume it must bind to where that matters. */
  readonly backupClass: Record<
    BackupClaim,
    { storageClass: string; volume?: string; accessMode: string; size: string }
  >;
}

export const names = {
  namespace: 'openstack',
  statefulSet: 'mariadb-server',
  container: 'mariadb',
  service: 'mariadb',
  discovery: 'mariadb-discovery',
  volumeClaim: 'mysql-data',
  cluster: 'lab',
  replicas: 3,
  /** While it exists, an ordinal 0 without a database may make one. */
  newDatabase: 'mariadb-new-database',
} as const;

export const accounts = {
  root: { secret: 'mariadb-root', password: 'lab-root-password' },
  status: { secret: 'mariadb-status', password: 'lab-status-password' },
} as const;

export const labPlatform: Platform = {
  image: 'registry.local/galera:10.11',
  memberClass: 'local',
  backupClass: {
    shared: { storageClass: 'shared', accessMode: 'ReadWriteMany', size: '5Gi' },
    small: { storageClass: 'small', accessMode: 'ReadWriteMany', size: '300Mi' },
    local: { storageClass: 'local', volume: 'local6', accessMode: 'ReadWriteOnce', size: '3Gi' },
    moves: { storageClass: 'moves', accessMode: 'ReadWriteOnce', size: '2Gi' },
    unbound: { storageClass: 'local', accessMode: 'ReadWriteOnce', size: '3Gi' },
  },
};

export const backupClaimName = (claim: BackupClaim): string =>
  claim === 'shared' ? 'galera-backups' : `galera-backups-${claim}`;

/** On every namespace that the tests made, and may empty. */
export const ownLabel = 'galera-runbook-tests';

const labels = { application: 'mariadb', component: 'server' };

/** All that must be there before the StatefulSet: claims first, so that no member takes a volume that a backup claim names. */
export function foundations(options: GaleraOptions, platform: Platform): KubernetesObject[] {
  const namespace = options.namespace ?? names.namespace;
  const object = (apiVersion: string, kind: string, name: string, rest: object): KubernetesObject => ({
    apiVersion,
    kind,
    metadata: { name, namespace },
    ...rest,
  });
  const claims = (options.backups ?? ['shared']).map((claim) => {
    const { storageClass, volume, accessMode, size } = platform.backupClass[claim];
    const spec = {
      accessModes: [accessMode],
      storageClassName: storageClass,
      resources: { requests: { storage: size } },
    };
    return object('v1', 'PersistentVolumeClaim', backupClaimName(claim), {
      spec: volume === undefined ? spec : { ...spec, volumeName: volume },
    });
  });
  const ports = [{ name: 'mysql', port: 3306 }];
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { [ownLabel]: '' } } },
    ...Object.values(accounts).map(({ secret, password }) =>
      object('v1', 'Secret', secret, { stringData: { password } }),
    ),
    object('v1', 'ConfigMap', names.newDatabase, { data: { allowed: 'yes' } }),
    object('v1', 'Service', names.service, { spec: { selector: labels, ports } }),
    object('v1', 'Service', names.discovery, {
      spec: { clusterIP: 'None', selector: labels, ports, publishNotReadyAddresses: true },
    }),
    ...claims,
  ];
}

export function statefulSet(options: GaleraOptions, platform: Platform): KubernetesObject {
  const namespace = options.namespace ?? names.namespace;
  const secretKey = (name: string) => ({ secretKeyRef: { name, key: 'password' } });
  const field = (fieldPath: string) => ({ fieldRef: { fieldPath } });
  const mount = { name: names.volumeClaim, mountPath: '/var/lib/mysql' };
  const ready = `mariadb -uroot -p"$MYSQL_ROOT_PASSWORD" -Ne "show status like 'wsrep_local_state_comment'" | grep -q Synced`;
  const container = {
    name: names.container,
    image: platform.image,
    imagePullPolicy: 'IfNotPresent',
    command: ['bash', '-c', readFileSync(join(import.meta.dirname, 'start-member.sh'), 'utf8')],
    env: [
      { name: 'IP', valueFrom: field('status.podIP') },
      { name: 'NAMESPACE', valueFrom: field('metadata.namespace') },
      { name: 'STATEFULSET', value: names.statefulSet },
      { name: 'SERVICE', value: names.discovery },
      { name: 'REPLICAS', value: String(names.replicas) },
      { name: 'CLUSTER', value: names.cluster },
      { name: 'MYSQL_ROOT_PASSWORD', valueFrom: secretKey(accounts.root.secret) },
      { name: 'MYSQL_STATUS_PASSWORD', valueFrom: secretKey(accounts.status.secret) },
      {
        name: 'NEW_DATABASE',
        valueFrom: { configMapKeyRef: { name: names.newDatabase, key: 'allowed', optional: true } },
      },
    ],
    ports: [
      { name: 'mysql', containerPort: 3306 },
      { name: 'galera', containerPort: 4567 },
    ],
    // Synced only, and at the first miss: a desynced donor leaves the Service. A slow answer is not a miss.
    readinessProbe: {
      exec: { command: ['bash', '-c', ready] },
      periodSeconds: 2,
      timeoutSeconds: 10,
      failureThreshold: 1,
    },
    resources: { requests: { cpu: '50m', memory: '200Mi' } },
    volumeMounts: [options.layout === 'folder' ? { ...mount, subPath: 'mysql' } : mount],
  };
  const apart = { labelSelector: { matchLabels: labels }, topologyKey: 'kubernetes.io/hostname' };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: names.statefulSet, namespace },
    spec: {
      serviceName: names.discovery,
      replicas: names.replicas,
      podManagementPolicy: options.podManagement ?? 'Parallel',
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 60,
          affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [apart] } },
          containers: [container],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: names.volumeClaim },
          spec: {
            accessModes: ['ReadWriteOnce'],
            storageClassName: platform.memberClass,
            resources: { requests: { storage: '1Gi' } },
          },
        },
      ],
    },
  } as KubernetesObject;
}
