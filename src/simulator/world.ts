import type { Json } from '../base/json.ts';
import type { Obj } from '../target/kubernetes.ts';
import type { Lineage, Statement } from './dataset.ts';
import type { Dir } from './tree.ts';

/**
 * A Kubernetes cluster with a Galera cluster on it as one plain value: all of it survives JSON, so that a practice can be kept in a file
 * and a process that was killed goes on where it stood. Seqnos are numbers here: a practice never comes near 2^53.
 */
export interface World {
  readonly format: 1;
  /** Everything random in here follows from it. */
  readonly seed: number;
  /** State of the random numbers. */
  random: number;
  /** Milliseconds since 1970. */
  now: number;
  /** The last resourceVersion. */
  revision: number;
  /** Counts what needs a name of its own: uids, containers, branches. */
  serial: number;
  /** Folder of the data directory on a member's volume; empty: its root. */
  readonly dataPath: string;
  /** wsrep_cluster_name. */
  cluster: string;
  /** By kind/namespace/name. */
  objects: { [key: string]: Obj };
  /** By the name of the PersistentVolume. */
  volumes: { [name: string]: Volume };
  /** mariadbd, by the pod's name. */
  members: { [pod: string]: Member };
  /** Components of the group, primary or not. */
  groups: { [id: string]: Group };
  /** Runners at work or ended, by the pod's name. */
  runners: { [pod: string]: RunnerState };
  /** Lines of each container, by the pod's name. */
  logs: { [pod: string]: ContainerLog };
  /** What a transaction did that is no row of the clients, by `branch:seqno`. */
  statements: { [key: string]: Statement };
  clients: Clients;
  faults: Faults;
  /** Commands that wait for their moment. */
  planned: readonly PlannedFault[];
}

export interface Volume {
  readonly claim: string;
  readonly totalBytes: number;
  /** Taken by something that is not ours. */
  readonly otherBytes: number;
  readonly root: Dir;
  /** No more can be written: the file system went read-only. */
  readonly readOnly?: boolean;
  /** Bytes a second of one reader or writer, in percent of what is usual. */
  readonly speedPercent?: number;
}

/**
 * `waits`: the start script looks for a peer. `recovers`: --wsrep-recover. `joins`: mariadbd looks for a Primary. `ist` and `sst`: it takes
 * what it lacks. `up`: SQL answers. `stops`: SIGTERM. `ended`: the kubelet has not noticed yet.
 */
export type Phase = 'waits' | 'recovers' | 'joins' | 'ist' | 'sst' | 'up' | 'stops' | 'ended';

export interface Member {
  readonly pod: string;
  readonly volume: string;
  readonly phase: Phase;
  /** When the phase ends by itself. */
  readonly until: number;
  readonly startedAt: number;
  readonly gcommUuid: string;
  /** The component that it is in. */
  readonly group?: string;
  /** wsrep_local_state: 0 none, 2 donor or desynced, 3 joined, 4 synced. */
  readonly state: 0 | 1 | 2 | 3 | 4;
  /** The variable wsrep_desync. */
  readonly desync: boolean;
  /** What else has desynced it: state transfers, BACKUP STAGE. */
  readonly desyncedBy: number;
  /** BACKUP STAGE holds the provider: nothing is applied. */
  readonly paused: boolean;
  /** Lowest seqno in its cache. */
  readonly cachedFrom?: number;
  readonly flowPausedNs: number;
  readonly flowSent: number;
  /** Part of a transaction that is applied already. */
  readonly carry: number;
  /** Of a process that has ended. */
  readonly exit?: number;
  /** Of a state transfer: who gives. */
  readonly donor?: string;
}

export interface Group {
  readonly id: string;
  readonly primary: boolean;
  readonly uuid: string;
  readonly seqno: number;
  readonly lineage: Lineage;
  readonly confId: number;
  /** Pods. */
  readonly members: readonly string[];
  /** How many members the last Primary view had. */
  readonly was: number;
  /** Flow control stops the clients. */
  readonly stalled: boolean;
}

export interface RunnerState {
  readonly pod: string;
  readonly job: string;
  readonly verb: string;
  readonly values: { readonly [name: string]: string };
  readonly mounts: readonly RunnerMount[];
  /** The Secret and key of the account's password. */
  readonly secret?: { readonly name: string; readonly key: string };
  readonly stage: string;
  readonly stageBegan: number;
  readonly stageMs: number;
  readonly startedAt: number;
  /** When progress was last said. */
  readonly saidAt: number;
  readonly rows: number;
  readonly vars: { readonly [name: string]: Json };
  readonly exit?: number;
}

/** The namespace of everything but Kubernetes' own. */
export const namespace = 'openstack';

export interface RunnerMount {
  readonly path: string;
  /** Folder of the volume in the place of its root; empty: its root. */
  readonly subPath: string;
  readonly volume: string;
  readonly claim: string;
  readonly readOnly: boolean;
}

export interface ContainerLog {
  readonly now: readonly string[];
  readonly previous?: readonly string[];
}

/** Somebody who writes rows through the Service. */
export interface Clients {
  readonly service: string;
  readonly perSecond: number;
  /** The member that they are connected to. */
  readonly member?: string;
  readonly carry: number;
  /** Rows acknowledged. */
  readonly written: number;
  /** Milliseconds in which nothing could be written. */
  readonly failedMs: number;
}

export interface Faults {
  readonly apiGone: boolean;
  /** `patch services`, as RBAC says it. */
  readonly denied: readonly string[];
  /** Members whose connections hang. */
  readonly silent: readonly string[];
  /** Kubernetes nodes without power. */
  readonly nodesDown: readonly string[];
  /** Members cut off from the others. */
  readonly cutOff: readonly string[];
  /** Members whose mariadbd ends right after its start. */
  readonly crashing: readonly string[];
  /** How many answers to writes get lost: the write happens. */
  readonly lostAnswers: number;
}

export interface PlannedFault {
  readonly when: When;
  readonly command: FaultCommand;
}

/** A moment: a time, or how far a runner has come; `share` from 0 to 1 of its longest stage. */
export type When =
  | { readonly at: number }
  | { readonly verb: string; readonly stage?: string; readonly member?: string; readonly afterMs: number };

export type FaultCommand =
  | { readonly do: 'kill-pod'; readonly pod: string }
  | { readonly do: 'delete-pod'; readonly pod: string }
  /** SIGKILL for mariadbd, for all of them in one moment. */
  | { readonly do: 'kill-processes'; readonly members: readonly string[] }
  | { readonly do: 'kill-runners'; readonly verb?: string }
  | { readonly do: 'power-loss' }
  | { readonly do: 'node-down'; readonly node: string }
  | { readonly do: 'node-up'; readonly node: string }
  | { readonly do: 'cut-off'; readonly members: readonly string[] }
  | { readonly do: 'heal' }
  | { readonly do: 'crash-always'; readonly member: string; readonly on: boolean }
  | { readonly do: 'fill-volume'; readonly claim: string; readonly leaveBytes: number }
  | { readonly do: 'truncate-archive'; readonly backup: string; readonly bytes: number }
  | { readonly do: 'damage-archive'; readonly backup: string }
  | { readonly do: 'set-password'; readonly user: string; readonly password: string; readonly secret: boolean }
  | { readonly do: 'slow'; readonly claim: string; readonly percent: number }
  /** Without an end it stays so. */
  | { readonly do: 'api'; readonly up: boolean; readonly forMs?: number }
  /** Another operator's run has the lease, and renews it or not any more. */
  | { readonly do: 'hold-lease'; readonly holder: string; readonly run: string }
  | { readonly do: 'release-lease' }
  | { readonly do: 'rename-cluster'; readonly cluster: string }
  | { readonly do: 'deny'; readonly right: string }
  | { readonly do: 'allow'; readonly right: string }
  | { readonly do: 'silence'; readonly member: string; readonly on: boolean }
  | { readonly do: 'lose-answers'; readonly count: number }
  | { readonly do: 'clients'; readonly perSecond: number }
  | { readonly do: 'sql'; readonly member: string; readonly statement: Statement };

/** A copy whose parts may be written to: the maps are new, what they hold is shared and is replaced, never changed. */
export function draftOf(world: World): World {
  return {
    ...world,
    objects: { ...world.objects },
    volumes: { ...world.volumes },
    members: { ...world.members },
    groups: { ...world.groups },
    runners: { ...world.runners },
    logs: { ...world.logs },
    statements: { ...world.statements },
  };
}

export function serial(world: World): number {
  world.serial += 1;
  return world.serial;
}

/** A UUID that follows from seed and serial. */
export function newUuid(world: World): string {
  const n = serial(world);
  const hex = (value: number, digits: number) => (value >>> 0).toString(16).padStart(digits, '0').slice(-digits);
  const mixed = Math.imul(world.seed + n, 0x9e3779b1) ^ (n << 7);
  return `${hex(mixed, 8)}-${hex(mixed >>> 9, 4)}-4${hex(n, 3)}-a${hex(world.seed, 3)}-${hex(Math.imul(n, 0x85ebca6b), 8)}${hex(n, 4)}`;
}

/** From 0 to below 1 (mulberry32). */
export function random(world: World): number {
  world.random = (world.random + 0x6d2b79f5) | 0;
  let mixed = Math.imul(world.random ^ (world.random >>> 15), 1 | world.random);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
}

const mostLogLines = 2000;

export function log(world: World, pod: string, ...lines: readonly string[]): void {
  const before = world.logs[pod] ?? { now: [] };
  world.logs[pod] = { ...before, now: [...before.now, ...lines].slice(-mostLogLines) };
}
