import { invariant } from '../../src/base/failure.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { compareSeqnos, nextSeqno } from '../../src/galera/seqno.ts';
import type { RunnerSpec } from '../../src/target/jobs.ts';
import type { Obj } from '../../src/target/kubernetes.ts';
import { FakeTarget, memberNames, synced, uuid } from './fake-target.ts';

/** What is on one member's volume. */
export interface Volume {
  uuid: string;
  seqno: string;
  safe: boolean;
  source: 'grastate' | 'recovered' | 'empty';
  swaps: { run: string; state: string }[];
}

/**
 * A target whose StatefulSet, Service and members live: on every sleep pods come and go as `replicas` says, a member that may bootstrap
 * starts a Primary Component, others join it, and those that leave save their position.
 */
export class FakeCluster extends FakeTarget {
  readonly volumes: Volume[] = memberNames.map(() => ({
    uuid,
    seqno: '100',
    safe: false,
    source: 'grastate',
    swaps: [],
  }));
  /** Of the Primary Component; absent when there is none. */
  group: string | undefined = '100';
  cachedFrom = '1';
  /** Whether a member that starts first still has what it had cached: not after a crash, not with other data. */
  cacheSurvives = true;
  readonly members = new Set<string>(memberNames);
  readonly logs = new Map<string, string>();
  /** Members that never come up: their containers crash. */
  readonly crashing = new Set<string>();
  /** Pods that stay Terminating. */
  readonly stuck = new Set<string>();
  /** How a member joins whatever its position. */
  joinsBySst = new Set<string>();

  constructor() {
    super();
    this.at = { run: 'n5g1s7', step: 'step', attempt: 1 };
    this.change('StatefulSet', 'mariadb-server', (set) => ({
      ...set,
      spec: { ...set.spec, podManagementPolicy: 'Parallel' },
    }));
    this.kube.logs = async (...args: unknown[]) => this.logs.get((args[0] as { name: string }).name) ?? '';
    this.meanwhile = () => this.settle();
    this.outcomes = {
      position: (spec) => {
        const { swaps, safe, ...rest } = this.#volume(spec);
        return { result: { ...rest, safeToBootstrap: safe, swaps, rows: [], rowCount: 0 } };
      },
      bootstrap: (spec) => {
        const volume = this.#volume(spec);
        [volume.uuid, volume.seqno] = (spec.values.POSITION ?? '').split(':') as [string, string];
        volume.safe = spec.values.SAFE === '1';
        volume.source = 'grastate';
        return { result: {} };
      },
      swap: (spec) => {
        const volume = this.#volume(spec);
        [volume.uuid, volume.seqno] = (spec.values.POSITION ?? '').split(':') as [string, string];
        volume.swaps = [{ run: spec.run, state: 'whole' }];
        volume.safe = false;
        volume.source = 'grastate';
        this.cacheSurvives = false;
        return { result: { in: 3, out: 3 } };
      },
      'swap-back': (spec) => {
        this.#volume(spec).swaps = [{ run: spec.run, state: 'back' }];
        return { result: { in: 3, out: 3 } };
      },
      unpack: { result: { bytes: 120_000_000 } },
      discard: { result: { bytes: 1_073_741_824 } },
    };
    for (const name of memberNames) this.logs.set(name, '[Note] WSREP: Synchronized with group, ready for connections');
    this.settle();
  }

  #volume(spec: { readonly member?: string }): Volume {
    const volume = this.volumes[memberNames.map(String).indexOf(spec.member ?? '')];
    invariant(volume, `no volume of ${spec.member}`);
    return volume;
  }

  get statefulSet(): Obj {
    return [...this.objects.values()].find((each) => each.kind === 'StatefulSet') as Obj;
  }

  get service(): Obj {
    return [...this.objects.values()].find((each) => each.kind === 'Service') as Obj;
  }

  /** As Kubernetes before 1.27: a field that it does not know is dropped without a word. */
  withoutOrdinals(): this {
    const { patch } = this.kube;
    this.kube.patch = async (ref, { spec, ...change }, guard) => {
      const { ordinals: _, ...rest } = (spec ?? {}) as JsonObject;
      return await patch(ref, spec === undefined ? change : { ...change, spec: rest }, guard);
    };
    return this;
  }

  get replicas(): number {
    return this.statefulSet.spec.replicas;
  }

  get annotations(): Record<string, string> {
    return { ...this.statefulSet.metadata.annotations };
  }

  /** What the controllers and the members do in one moment. */
  settle(): void {
    memberNames.forEach((name, ordinal) => {
      const pod = this.#pod(name);
      if (!this.#wanted(ordinal) && pod) this.#leave(name);
      if (this.#wanted(ordinal) && !pod) this.#create(name, ordinal);
    });
    memberNames.forEach((name, ordinal) => {
      if (this.#pod(name) && this.#wanted(ordinal) && !this.members.has(name)) this.#start(name);
    });
    for (const name of this.members) this.say(name, this.#status());
    this.#endpoints();
  }

  #wanted(ordinal: number): boolean {
    const first = this.statefulSet.spec.ordinals?.start ?? 0;
    return ordinal >= first && ordinal < first + this.replicas;
  }

  #status() {
    const { group } = this;
    return synced({
      clusterSize: this.members.size,
      ...(group === undefined ? {} : { lastCommitted: group }),
      localCachedDownto: this.cachedFrom,
    });
  }

  #pod(name: string): Obj | undefined {
    return [...this.objects.values()].find((each) => each.kind === 'Pod' && each.metadata.name === name);
  }

  #leave(name: string): void {
    const volume = this.#volume({ member: name });
    if (this.members.delete(name) && this.group !== undefined) {
      volume.seqno = this.group;
      volume.safe = this.members.size === 0;
      this.group = this.members.size === 0 ? undefined : nextSeqno(this.group);
    }
    this.silence(name);
    if (this.stuck.has(name)) {
      this.change('Pod', name, (pod) => ({
        ...pod,
        metadata: { ...pod.metadata, deletionTimestamp: '2026-11-21T05:00:00Z' },
      }));
    } else this.objects.delete(`Pod/openstack/${name}`);
  }

  #create(name: string, ordinal: number): void {
    this.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'openstack', labels: { application: 'mariadb' } },
      spec: { nodeName: `node${ordinal}`, volumes: [{ persistentVolumeClaim: { claimName: `mysql-data-${name}` } }] },
      status: {
        phase: 'Running',
        conditions: [],
        containerStatuses: [{ name: 'mariadb', restartCount: 0, state: {} }],
      },
    });
    this.silence(name);
  }

  #start(name: string): void {
    const volume = this.#volume({ member: name });
    if (this.crashing.has(name)) {
      this.#crash(name);
      return;
    }
    if (this.group === undefined) {
      if (!volume.safe) return;
      this.group = nextSeqno(volume.seqno);
      if (!this.cacheSurvives) this.cachedFrom = this.group;
      this.logs.set(name, '[Note] WSREP: Synchronized with group, ready for connections');
    } else {
      const sst = this.joinsBySst.has(name) || compareSeqnos(this.cachedFrom, nextSeqno(volume.seqno)) > 0;
      this.logs.set(name, joinLog(volume, this.group, sst));
      this.group = nextSeqno(this.group);
      for (const each of this.volumes) each.safe = false;
    }
    this.members.add(name);
    this.change('Pod', name, (pod) => ({
      ...pod,
      status: { ...pod.status, conditions: [{ type: 'Ready', status: 'True' }] },
    }));
  }

  #crash(name: string): void {
    this.logs.set(name, '[ERROR] mariadbd: Aborting');
    this.change('Pod', name, (pod) => {
      const [status] = pod.status.containerStatuses;
      const next = {
        ...status,
        restartCount: status.restartCount + 1,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
      };
      return { ...pod, status: { ...pod.status, containerStatuses: [next] } };
    });
  }

  #endpoints(): void {
    const selects = !('galera-runbook/cut' in this.service.spec.selector);
    const ready = memberNames.filter((name) => this.members.has(name) && selects);
    this.change('EndpointSlice', 'mariadb-x', (slice) => ({
      ...slice,
      endpoints: ready.map((name) => ({ conditions: { ready: true }, targetRef: { kind: 'Pod', name } })),
    }));
  }

  /** All members stopped in good order, as `statefulset.stop` leaves them. */
  stopped(): this {
    this.change('StatefulSet', 'mariadb-server', (set) => ({
      ...set,
      metadata: { ...set.metadata, annotations: { 'galera-runbook/replicas': '3' } },
      spec: { ...set.spec, replicas: 1 },
    }));
    this.settle();
    this.scaleTo(0);
    return this;
  }

  scaleTo(replicas: number): void {
    this.change('StatefulSet', 'mariadb-server', (set) => ({ ...set, spec: { ...set.spec, replicas } }));
    this.settle();
  }

  /** Power loss: nobody runs, nobody has saved anything. */
  crashed(seqnos: readonly string[]): this {
    this.stopped();
    this.cacheSurvives = false;
    seqnos.forEach((seqno, ordinal) => {
      Object.assign(this.volumes[ordinal] as Volume, { seqno, safe: false, source: 'recovered' });
    });
    this.group = undefined;
    return this;
  }

  /** Work started, as `verb name`. */
  get work(): string[] {
    return this.started.map((spec: RunnerSpec) => `${spec.verb} ${spec.member} ${spec.values.SAFE ?? ''}`.trim());
  }
}

function joinLog(from: Volume, to: string, sst: boolean): string {
  const start = [
    'WSREP: State transfer required:',
    `\tGroup state: ${uuid}:${to}`,
    `\tLocal state: ${from.uuid}:${from.seqno}`,
  ];
  const rest = sst
    ? ['WSREP: Proceeding with SST', `WSREP: SST received: ${uuid}:${to}`]
    : ['WSREP: Receiving IST: 2 writesets', `WSREP: IST received: ${uuid}:${to}`];
  return [...start, ...rest, 'WSREP: Synchronized with group, ready for connections'].join('\n');
}

export const prepared = memberNames.map((member, ordinal) => ({
  member,
  ordinal,
  backup: '20261121T050007Z',
  position: { uuid, seqno: '57' },
}));

export const tables = [
  { schema: 'shop', table: 'customers', rows: 10, checksum: 111 },
  { schema: 'shop', table: 'orders', rows: 20, checksum: 222 },
];
