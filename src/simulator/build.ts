import type { TargetConfig } from '../target/config.ts';
import type { Obj } from '../target/kubernetes.ts';
import { tickControllers } from './controllers.ts';
import { dataFiles, setDataDir, withSaved } from './datadir.ts';
import { type Dataset, mix, type Table } from './dataset.ts';
import { names } from './names.ts';
import { put } from './objects.ts';
import { step } from './step.ts';
import { withNode } from './tree.ts';
import { namespace, newUuid, serial, type World } from './world.ts';

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

export interface WorldOptions {
  readonly seed?: number;
  readonly members?: number;
  readonly podManagement?: 'Parallel' | 'OrderedReady';
  readonly whenScaled?: 'Retain' | 'Delete';
  /** The data directory at the root of the member's volume, or in a folder `mysql` on it. */
  readonly layout?: 'root' | 'folder';
  /** Rows a second that the clients write. */
  readonly writes?: number;
  readonly volumeBytes?: number;
  readonly backupBytes?: number;
  readonly backupMode?: 'ReadWriteMany' | 'ReadWriteOnce' | 'ReadWriteOncePod';
  /** Whether the backup volume is on the Kubernetes node of the last member only. */
  readonly backupLocal?: boolean;
}

/** 2026-11-21 05:00:00 UTC: every practice begins then, so that the same seed gives the same journal. */
export const practiceBegins = Date.UTC(2026, 10, 21, 5, 0, 0);

const labels = { application: 'mariadb', component: 'server' };

/** How the program is told of the practice cluster; nothing of it is read from a file. */
export function practiceConfig(): TargetConfig {
  return {
    name: 'practice',
    flavour: 'statefulset',
    context: 'practice',
    namespace,
    cluster: names.cluster,
    statefulset: names.statefulSet,
    container: names.container,
    service: names.service,
    account: { user: 'root', secret: 'mariadb-root', key: 'password' },
    reader: { user: 'status', secret: 'mariadb-status', key: 'password' },
    bootstrap: 'grastate',
    backups: { claim: names.backups, keep: 7, reserveBytes: 64 * mebibyte },
  };
}

/** Three members that have run for a while, all well, a shop in them, and clients that write. */
export function newWorld(options: WorldOptions = {}): World {
  const { seed = 1, members = 3, writes = 4 } = options;
  const world: World = {
    format: 1,
    seed,
    random: seed,
    now: practiceBegins - 60_000,
    revision: 1000,
    serial: 0,
    dataPath: options.layout === 'folder' ? 'mysql' : '',
    cluster: names.cluster,
    objects: {},
    volumes: {},
    members: {},
    groups: {},
    runners: {},
    logs: {},
    statements: {},
    clients: { service: names.service, perSecond: writes, carry: 0, written: 0, failedMs: 0 },
    faults: {
      apiGone: false,
      denied: [],
      silent: [],
      nodesDown: [],
      cutOff: [],
      crashing: [],
      lostAnswers: 0,
    },
    planned: [],
  };
  for (const object of objectsOf(options, members)) {
    put(world, {
      ...object,
      metadata: {
        ...object.metadata,
        uid: newUuid(world),
        generation: 1,
        creationTimestamp: new Date(world.now).toISOString(),
      },
    });
  }
  volumesOf(world, options, members);
  tickControllers(world);
  // As after an orderly stop: ordinal 0 left last and starts first, the others join it.
  return step(world, { do: 'tick', ms: 60_000 }).world;
}

function volumesOf(world: World, options: WorldOptions, members: number): void {
  const dataset = shop(world);
  for (let ordinal = 0; ordinal < members; ordinal++) {
    const claim = `${names.claim}-${names.statefulSet}-${ordinal}`;
    world.volumes[`volume-${claim}`] = {
      claim,
      totalBytes: options.volumeBytes ?? 8 * gibibyte,
      otherBytes: 0,
      root: withNode({ dir: {} }, 'lost+found', { dir: {} }),
    };
    const files = withNode(dataFiles(dataset, `copy-${serial(world)}`), 'galera.cache', {
      bytes: 128 * mebibyte,
      cachedFrom: dataset.seqno - 200,
    });
    const saved = { uuid: dataset.uuid, seqno: dataset.seqno, safe: ordinal === 0 };
    const volume = `volume-${claim}`;
    if (options.layout === 'folder') setDataDir(world, volume, withSaved(files, saved));
    else setDataDir(world, volume, { dir: { ...withSaved(files, saved).dir, 'lost+found': { dir: {} } } });
  }
  world.volumes[`volume-${names.backups}`] = {
    claim: names.backups,
    totalBytes: options.backupBytes ?? 20 * gibibyte,
    otherBytes: 0,
    root: { dir: {} },
  };
}

const tables: readonly (readonly [string, number, number])[] = [
  ['accounts.users', 1_204, 2],
  ['shop.customers', 20_311, 24],
  ['shop.items', 4_870, 16],
  ['shop.orders', 184_223, 520],
  ['shop.payments', 171_094, 310],
  ['shop.visits', 90_000, 140],
];

function shop(world: World): Dataset {
  const made = tables.map(([name, rows, mib]): [string, Table] => {
    const [schema = '', table = ''] = name.split('.');
    return [name, { schema, table, rows, checksum: mix(world.seed, rows), bytes: mib * mebibyte }];
  });
  return {
    uuid: newUuid(world),
    seqno: 4_203_000,
    lineage: [{ branch: serial(world), from: 0 }],
    tables: Object.fromEntries(made),
    passwords: { root: `root-of-practice-${world.seed}`, status: `status-of-practice-${world.seed}` },
  };
}

function objectsOf(options: WorldOptions, members: number): Obj[] {
  const object = (apiVersion: string, kind: string, name: string, rest: object, namespaced = true): Obj =>
    ({ apiVersion, kind, metadata: { name, ...(namespaced ? { namespace } : {}) }, ...rest }) as Obj;
  const ordinals = Array.from({ length: members }, (_, ordinal) => ordinal);
  const node = (ordinal: number) => `node${ordinal}`;
  const local = (on: string) => ({
    required: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [on] }] }],
    },
  });
  const storage = (bytes: number) => `${Math.floor(bytes / mebibyte)}Mi`;
  const claim = (name: string, mode: string, bytes: number, on?: string): Obj[] => [
    object('v1', 'PersistentVolumeClaim', name, {
      spec: { accessModes: [mode], volumeName: `volume-${name}`, resources: { requests: { storage: storage(bytes) } } },
      status: { phase: 'Bound', capacity: { storage: storage(bytes) } },
    }),
    object(
      'v1',
      'PersistentVolume',
      `volume-${name}`,
      { spec: { capacity: { storage: storage(bytes) }, ...(on === undefined ? {} : { nodeAffinity: local(on) }) } },
      false,
    ),
  ];
  const secret = (user: string): Obj => ({
    ...object('v1', 'Secret', `mariadb-${user}`, {
      data: { password: Buffer.from(`${user}-of-practice-${options.seed ?? 1}`).toString('base64') },
    }),
    metadata: { name: `mariadb-${user}`, namespace, annotations: { user } },
  });
  return [
    object('v1', 'Namespace', 'kube-system', {}, false),
    object('v1', 'Namespace', namespace, {}, false),
    ...ordinals.map((ordinal) =>
      object('v1', 'Node', node(ordinal), { status: { conditions: [{ type: 'Ready', status: 'True' }] } }, false),
    ),
    secret('root'),
    secret('status'),
    ...ordinals.flatMap((ordinal) =>
      claim(
        `${names.claim}-${names.statefulSet}-${ordinal}`,
        'ReadWriteOnce',
        options.volumeBytes ?? 8 * gibibyte,
        node(ordinal),
      ),
    ),
    ...claim(
      names.backups,
      options.backupMode ?? 'ReadWriteMany',
      options.backupBytes ?? 20 * gibibyte,
      options.backupLocal ? node(members - 1) : undefined,
    ),
    object('v1', 'Service', names.service, { spec: { selector: labels, ports: [{ name: 'mysql', port: 3306 }] } }),
    statefulSet(options, members),
  ];
}

function statefulSet(options: WorldOptions, members: number): Obj {
  const ready = `mariadb -uroot -p"$MYSQL_ROOT_PASSWORD" -Ne "show status like 'wsrep_local_state_comment'" | grep -q Synced`;
  const container = {
    name: names.container,
    image: 'registry.local/galera:10.11',
    imagePullPolicy: 'IfNotPresent',
    readinessProbe: { exec: { command: ['bash', '-c', ready] }, periodSeconds: 2 },
    volumeMounts: [
      { name: names.claim, mountPath: '/var/lib/mysql', ...(options.layout === 'folder' ? { subPath: 'mysql' } : {}) },
    ],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: names.statefulSet, namespace },
    spec: {
      serviceName: 'mariadb-discovery',
      replicas: members,
      podManagementPolicy: options.podManagement ?? 'Parallel',
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: options.whenScaled ?? 'Retain' },
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 60, containers: [container] } },
      volumeClaimTemplates: [{ metadata: { name: names.claim } }],
    },
  };
}
