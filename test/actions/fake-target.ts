import { FailureError, failure, invariant } from '../../src/base/failure.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { Observed } from '../../src/engine/action.ts';
import type { Manifest } from '../../src/galera/manifest.ts';
import type { MemberStatus } from '../../src/galera/wsrep-status.ts';
import type { TargetConfig } from '../../src/target/config.ts';
import type { Identity } from '../../src/target/identity.ts';
import type { JobReport, RunnerSpec } from '../../src/target/jobs.ts';
import { Conflict, type Kind, type Obj, type Ref } from '../../src/target/kubernetes.ts';
import type { At, Hands, Pulse } from '../../src/target/look.ts';
import type { AccountRights, TableInfo } from '../../src/target/sql.ts';

export const uuid = '36553af3-c6d0-11ee-a7c3-0a580a800203';
export const startOfTests = Date.parse('2026-11-21T05:00:07Z');

const mebibyte = 1024 ** 2;

/** What a member says when all is well, with its limits of flow control (lower and upper 28). */
export function synced(more: Partial<MemberStatus> = {}): MemberStatus {
  return {
    connected: true,
    ready: true,
    clusterStatus: 'Primary',
    clusterSize: 3,
    confId: '7',
    clusterUuid: uuid,
    localUuid: uuid,
    localState: 4,
    localStateComment: 'Synced',
    recvQueue: 0,
    desyncCount: 0,
    settings: {
      version: '10.11.19-MariaDB',
      clusterName: 'lab',
      dataDir: '/var/lib/mysql/',
      logBin: false,
      desync: false,
      fcLimit: 16,
      fcFactor: 1,
      fcSinglePrimary: false,
    },
    ...more,
  };
}

export function desynced(more: Partial<MemberStatus> = {}): MemberStatus {
  const status = synced();
  const settings = { ...status.settings, desync: true };
  return { ...status, localState: 2, localStateComment: 'Donor/Desynced', desyncCount: 1, settings, ...more };
}

type JobOutcome = Partial<JobReport> | ((spec: RunnerSpec) => Partial<JobReport>);

/** A target in memory: three members `mariadb-server-0` to `-2`, all well, until a test changes something. Every write is noted. */
export class FakeTarget implements Hands {
  config: TargetConfig = {
    name: 'shop',
    flavour: 'statefulset',
    namespace: 'openstack',
    cluster: 'lab',
    statefulset: 'mariadb-server',
    container: 'mariadb',
    service: 'mariadb',
    account: { user: 'root', secret: 'mariadb-root', key: 'password' },
    bootstrap: 'grastate',
    backups: { claim: 'galera-backups', keep: 2, reserveBytes: 256 * mebibyte },
  };
  identity: Identity = {
    context: 'lab',
    namespace: 'openstack',
    cluster: 'lab',
    statefulset: 'mariadb-server',
    kubeSystemUid: 'kube-system-uid',
    statefulSetUid: 'sts-uid',
  };
  at: At = { run: 'q8d4w6', step: 'copy', attempt: 1 };
  now = startOfTests;
  readonly stop = new AbortController();
  readonly signal = this.stop.signal;
  readonly objects = new Map<string, Obj>();
  readonly statuses = new Map<string, MemberStatus | FailureError>();
  tableList: readonly TableInfo[] = [
    { schema: 'shop', table: 'orders', engine: 'InnoDB', bytes: 90 * mebibyte },
    { schema: 'shop', table: 'customers', engine: 'InnoDB', bytes: 10 * mebibyte },
  ];
  granted: AccountRights = { account: "'root'@'%'", global: ['ALL PRIVILEGES'] };
  readonly started: RunnerSpec[] = [];
  readonly reports = new Map<string, JobReport>();
  /** How each verb ends; without one it fails. */
  outcomes: { [verb: string]: JobOutcome } = {};
  readonly writes: string[] = [];
  readonly pulses: Pulse[] = [];
  /** Called on every sleep, with the time it is then: what goes on in the cluster meanwhile. */
  meanwhile: (now: number) => void = () => undefined;
  #uids = 0;
  #versions = 0;

  constructor() {
    for (const object of wellObjects()) this.put(object);
    for (const name of memberNames) this.statuses.set(name, synced());
  }

  put(object: Obj): void {
    const uid = object.metadata.uid ?? `uid-${++this.#uids}`;
    this.objects.set(keyOf({ ...object, name: object.metadata.name }), {
      ...object,
      metadata: { ...object.metadata, uid, resourceVersion: String(++this.#versions) },
    });
  }

  /** Changes an object in place of whatever would in a cluster. */
  change(kind: string, name: string, change: (object: Obj) => Obj): void {
    const found = [...this.objects.values()].find((each) => each.kind === kind && each.metadata.name === name);
    invariant(found, `no ${kind} ${name}`);
    this.put(change(found));
  }

  say(member: string, status: MemberStatus): void {
    this.statuses.set(member, status);
  }

  silence(member: string): void {
    this.statuses.set(
      member,
      new FailureError(failure('unknown', `an answer from ${member}`, 'connection refused', 'look at it')),
    );
  }

  kube = {
    get: async (ref: Ref): Promise<Obj | undefined> => this.objects.get(keyOf(ref)),
    list: async (kind: Kind, labels?: string): Promise<readonly Obj[]> =>
      [...this.objects.values()].filter(
        (each) => each.kind === kind.kind && each.metadata.namespace === kind.namespace && hasLabels(each, labels),
      ),
    logs: async (): Promise<string> => '',
    create: async (object: Obj): Promise<Obj> => {
      this.writes.push(`create ${object.kind} ${object.metadata.name}`);
      if (this.objects.has(keyOf({ ...object, name: object.metadata.name }))) {
        throw new Conflict(failure('failed', 'a free name', 'it is taken', 'read again'));
      }
      this.put(object);
      return this.objects.get(keyOf({ ...object, name: object.metadata.name })) ?? object;
    },
    patch: async (
      ref: Ref,
      patch: JsonObject,
      guard: { readonly uid: string; readonly resourceVersion?: string },
    ): Promise<Obj> => {
      this.writes.push(`patch ${ref.kind} ${ref.name}`);
      const found = this.objects.get(keyOf(ref));
      const { uid: own, resourceVersion: version } = found?.metadata ?? {};
      if (!found || own !== guard.uid || (guard.resourceVersion ?? version) !== version)
        throw new Conflict(failure('failed', 'the object', 'another', 'read again'));
      const merged = merge(found, patch) as Obj;
      const changed = JSON.stringify(merged.spec) !== JSON.stringify(found.spec);
      const { generation } = found.metadata;
      this.put(
        changed && generation ? { ...merged, metadata: { ...merged.metadata, generation: generation + 1 } } : merged,
      );
      return this.objects.get(keyOf(ref)) ?? merged;
    },
    remove: async (ref: Ref, uid: string): Promise<void> => {
      this.writes.push(`remove ${ref.kind} ${ref.name}`);
      if (this.objects.get(keyOf(ref))?.metadata.uid === uid) this.objects.delete(keyOf(ref));
    },
  };

  sql = {
    status: async (member: string): Promise<MemberStatus> => {
      const status = this.statuses.get(member);
      if (status instanceof FailureError) throw status;
      invariant(status, `no status of ${member}`);
      return status;
    },
    tables: async (member: string): Promise<readonly TableInfo[]> => {
      await this.sql.status(member);
      return this.tableList;
    },
    rights: async (): Promise<AccountRights> => this.granted,
    checksums: async () => [],
    setDesync: async (member: string, on: boolean): Promise<void> => {
      this.writes.push(`wsrep_desync ${on ? 'ON' : 'OFF'} on ${member}`);
      this.say(member, on ? desynced() : synced());
    },
  };

  jobs = {
    report: async (_namespace: string, name: string): Promise<JobReport | undefined> => this.reports.get(name),
    start: async (spec: RunnerSpec): Promise<void> => {
      if (this.reports.has(spec.name)) return;
      this.writes.push(`start ${spec.verb} ${spec.name}`);
      this.started.push(spec);
      const outcome = this.outcomes[spec.verb];
      const report = typeof outcome === 'function' ? outcome(spec) : (outcome ?? { phase: 'failed' as const });
      const whole = {
        name: spec.name,
        uid: `job-${spec.name}`,
        phase: 'succeeded' as const,
        volumes: [],
        tail: [],
        log: '',
        ...report,
      };
      this.reports.set(spec.name, whole);
    },
    stop: async (_namespace: string, name: string): Promise<void> => {
      this.writes.push(`stop ${name}`);
      this.objects.delete(keyOf({ apiVersion: 'batch/v1', kind: 'Job', namespace: 'openstack', name }));
    },
    remove: async (): Promise<void> => undefined,
  };

  clock = {
    now: (): number => this.now,
    sleep: async (ms: number): Promise<void> => {
      this.now += ms;
      this.meanwhile(this.now);
    },
  };

  pulse = (pulse: Pulse): void => {
    this.pulses.push(pulse);
  };

  keepOutput = async (): Promise<void> => undefined;

  /** A backup of this cluster in the index. */
  index(id: string, more: { manifest?: Partial<Manifest>; level?: string; claim?: string } = {}): Manifest {
    const manifest = { ...manifestOf(id), ...more.manifest };
    const proof = { level: more.level ?? 'checksums', at: manifest.positionAt, run: 'earlie' };
    this.put({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: `galera-backup-${manifest.identity.cluster}-${id.toLowerCase()}`,
        namespace: 'openstack',
        labels: { 'app.kubernetes.io/managed-by': 'galera-runbook', 'galera-runbook/kind': 'backup' },
        annotations: { 'galera-runbook/claim': more.claim ?? 'galera-backups' },
      },
      data: { 'manifest.json': JSON.stringify(manifest), 'proof.json': JSON.stringify(proof) },
    });
    return manifest;
  }

  /** A runner that is still at work. */
  activeJob(name: string, claims: readonly string[] = []): void {
    const volumes = claims.map((claimName) => ({ persistentVolumeClaim: { claimName } }));
    this.put({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, namespace: 'openstack', labels: { 'app.kubernetes.io/managed-by': 'galera-runbook' } },
      spec: { template: { spec: { volumes } } },
      status: { active: 1 },
    });
    this.reports.set(name, { name, uid: `job-${name}`, phase: 'running', volumes: [], tail: [], log: '' });
  }

  measured(claim: string, freeBytes: number, at: number, totalBytes = 5 * 1024 * mebibyte): void {
    this.put({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'galera-runbook-volumes-mariadb-server', namespace: 'openstack' },
      data: { [claim]: JSON.stringify({ totalBytes, freeBytes, at }) },
    });
  }
}

export const sha256 = 'ab'.repeat(32);

export function manifestOf(id: string): Manifest {
  const [year, month, day, rest] = [id.slice(0, 4), id.slice(4, 6), id.slice(6, 8), id.slice(9)];
  const at = `${year}-${month}-${day}T${rest.slice(0, 2)}:${rest.slice(2, 4)}:${rest.slice(4, 6)}Z`;
  return {
    format: 1,
    id,
    kind: 'full',
    identity: { kubeSystemUid: 'kube-system-uid', statefulSetUid: 'sts-uid', namespace: 'openstack', cluster: 'lab' },
    position: { uuid, seqno: '4203120' },
    positionAt: at,
    startedAt: at,
    serverVersion: '10.11.19-MariaDB',
    toolVersion: '10.11.19-MariaDB',
    image: 'registry.local/galera:10.11',
    imageId: 'sha256:feed',
    donor: { member: 'mariadb-server-2', podUid: 'pod-2' },
    method: 'mariadb-backup',
    compression: 'zstd',
    files: [{ name: 'backup.mbstream.zst', bytes: 30 * mebibyte, sha256 }],
    dataBytes: 120 * mebibyte,
    lsn: { from: '0', to: '1000', last: '1010' },
    paths: { dataDir: '/var/lib/mysql/' },
    tables: { shop: ['orders', 'customers'] },
    run: 'earlie',
    program: 'galera-runbook test',
  };
}

export const memberNames = ['mariadb-server-0', 'mariadb-server-1', 'mariadb-server-2'] as const;

const readyProbe = {
  exec: { command: ['bash', '-c', 'mariadb -Ne "show status like \'wsrep_local_state_comment\'" | grep -q Synced'] },
};

function wellObjects(): Obj[] {
  const namespace = 'openstack';
  const selector = { application: 'mariadb' };
  const pods = memberNames.map(
    (name, ordinal): Obj => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, uid: `pod-${ordinal}`, labels: selector },
      spec: { nodeName: `node${ordinal}`, volumes: [{ persistentVolumeClaim: { claimName: `mysql-data-${name}` } }] },
      status: {
        phase: 'Running',
        podIP: `10.0.0.${ordinal}`,
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [
          {
            name: 'mariadb',
            containerID: `container-${ordinal}`,
            image: 'registry.local/galera:10.11',
            imageID: 'sha256:feed',
            state: {},
          },
        ],
      },
    }),
  );
  const claim = (name: string, storage: string, mode: string): Obj => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace, uid: `claim-${name}` },
    spec: { volumeName: `volume-${name}`, accessModes: [mode] },
    status: { phase: 'Bound', capacity: { storage } },
  });
  const volume = (name: string, node?: string): Obj => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `volume-${name}` },
    spec: node
      ? {
          nodeAffinity: {
            required: {
              nodeSelectorTerms: [
                { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] },
              ],
            },
          },
        }
      : {},
  });
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'mariadb-server', namespace, uid: 'sts-uid', generation: 1 },
      spec: {
        replicas: 3,
        template: {
          metadata: { labels: selector },
          spec: {
            securityContext: {},
            containers: [
              {
                name: 'mariadb',
                image: 'registry.local/galera:10.11',
                readinessProbe: readyProbe,
                volumeMounts: [{ name: 'mysql-data', mountPath: '/var/lib/mysql' }],
              },
            ],
          },
        },
        volumeClaimTemplates: [{ metadata: { name: 'mysql-data' } }],
      },
      status: { observedGeneration: 1, currentRevision: 'a', updateRevision: 'a' },
    },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mariadb-root', namespace }, data: { password: 'c2VjcmV0' } },
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'mariadb', namespace, uid: 'svc-uid' }, spec: { selector } },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'mariadb-x', namespace, labels: { 'kubernetes.io/service-name': 'mariadb' } },
      endpoints: memberNames.map((name) => ({ conditions: { ready: true }, targetRef: { kind: 'Pod', name } })),
    },
    ...pods,
    ...memberNames.flatMap((name, ordinal) => [
      claim(`mysql-data-${name}`, '1Gi', 'ReadWriteOnce'),
      volume(`mysql-data-${name}`, `node${ordinal}`),
    ]),
    claim('galera-backups', '5Gi', 'ReadWriteMany'),
    volume('galera-backups'),
  ];
}

function keyOf(ref: {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly metadata?: { readonly namespace?: string };
}): string {
  return [ref.kind, ref.namespace ?? ref.metadata?.namespace ?? '', ref.name].join('/');
}

function hasLabels(object: Obj, selector: string | undefined): boolean {
  return (selector ?? '').split(',').every((term) => {
    const [key = '', value] = term.split('=');
    return key === '' || object.metadata.labels?.[key] === value;
  });
}

function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = { ...(typeof target === 'object' ? target : {}) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}

/** The failure of an answer that must be no yes. */
export function refusal(observed: Observed): { readonly is: string; readonly kind: string; readonly text: string } {
  invariant(observed.is !== 'so', 'it was so');
  const { kind, expected, found, next } = observed.failure;
  return { is: observed.is, kind, text: `${expected} | ${found} | ${next}` };
}

export function yes(observed: Observed): Extract<Observed, { is: 'so' }> {
  invariant(observed.is === 'so', `not so: ${observed.is === 'so' ? '' : JSON.stringify(observed.failure)}`);
  return observed;
}
