import { fail } from '../base/failure.ts';
import type { MemberReading } from '../galera/member-reading.ts';
import { isSynced } from '../galera/wsrep-status.ts';
import type { Hands } from '../target/look.ts';
import { type ClusterView, type MemberView, viewCluster } from './cluster-view.ts';
import { holders, holdersText } from './fence.ts';
import { lastLines } from './joins.ts';
import { readMembers } from './member-readings.ts';
import { membersText } from './member-text.ts';
import { poll } from './poll.ts';
import { keepCut } from './traffic.ts';

const minute = 60_000;
/** After 10, 20, 40, 80, 160 and 300 s: what has not come up by then will not. */
const crashes = 7;
const deadlines = { free: 15 * minute, some: 15 * minute, first: 40 * minute } as const;

export interface Seen {
  readonly view: ClusterView;
  readonly readings: readonly MemberReading[];
}

export interface StartWait {
  readonly expected: string;
  readonly next: string;
  readonly replicas: number;
  readonly deadlineMs: number;
  isSo(seen: Seen): boolean;
  /** Whose logs and restarts count. */
  about(seen: Seen): readonly MemberView[];
}

/** Waits until members are up as wanted. Ends early on one that crashes again and again, with its last words. */
export async function waitStarted(hands: Hands, of: StartWait): Promise<Seen> {
  const before = new Map<string, number>();
  let seen: Seen | undefined;
  return await poll(hands, {
    expected: of.expected,
    next: of.next,
    deadlineMs: of.deadlineMs,
    async look() {
      const view = await viewCluster(hands, of.replicas);
      await keepCut(hands, view);
      seen = { view, readings: await readMembers(hands, view) };
      if (of.isSo(seen)) return { done: seen };
      for (const member of of.about(seen)) await refuseCrashLoop(hands, member, before, of);
      return { waits: membersText(view, seen.readings) };
    },
    async evidence() {
      const late = seen ? of.about(seen).filter((member) => member.pod && !member.pod.ready) : [];
      return (await Promise.all(late.map((member) => lastLines(hands, member.name))))
        .filter((text) => text !== '')
        .join('; ');
    },
  });
}

async function refuseCrashLoop(
  hands: Hands,
  member: MemberView,
  before: Map<string, number>,
  of: StartWait,
): Promise<void> {
  const { pod, name } = member;
  if (!pod) return;
  const known = before.get(pod.uid);
  if (known === undefined) before.set(pod.uid, pod.restarts);
  else if (pod.restarts - known >= crashes) {
    const lines = await lastLines(hands, name);
    fail(
      'failed',
      of.expected,
      `${name} has crashed ${pod.restarts - known} times (${pod.waiting ?? pod.phase}); ${lines}`,
      of.next,
    );
  }
}

/** A stop that was cut short leaves pods that still end. `ordinals`: of the members that are stopped. */
export async function volumesFree(
  hands: Hands,
  replicas: number,
  ordinals: readonly number[],
  jobs: readonly string[],
): Promise<ClusterView> {
  return await poll(hands, {
    expected: "no pod that mounts a stopped member's volume",
    next: 'a pod that stays Terminating: look at its Kubernetes node; only when that node is surely off, delete the pod with --force',
    deadlineMs: deadlines.free,
    async look() {
      const view = await viewCluster(hands, replicas);
      const held = holders(
        { ...view, members: view.members.filter(({ ordinal }) => ordinals.includes(ordinal)) },
        jobs,
      );
      return held.length > 0 ? { waits: holdersText(held) } : { done: view };
    },
  });
}

/** Refused: somebody else scales the StatefulSet while members start. `until`: for how long it has to stay so, as the failure says it. */
export function requireReplicas({ statefulSet }: ClusterView, replicas: number, until = ''): void {
  if (statefulSet.replicas === replicas) return;
  fail(
    'failed',
    `replicas ${replicas}${until}`,
    `replicas ${statefulSet.replicas}: somebody scales it`,
    'find out who; then run the step again',
  );
}

function isPrimary({ status }: MemberReading): boolean {
  return status !== undefined && status.clusterStatus === 'Primary' && isSynced(status);
}

/** Members run already: one of them must be, or become, Primary and Synced. Those that only wait for each other never will. */
export async function somePrimary(hands: Hands, replicas: number): Promise<void> {
  await waitStarted(hands, {
    expected: 'a running member that is Primary and Synced',
    next: 'the members wait for each other: galera-runbook start stops them and starts the right one first',
    replicas,
    deadlineMs: deadlines.some,
    isSo: ({ readings }) => readings.some(isPrimary),
    about: ({ view }) => view.members,
  });
}

/** The member of this ordinal alone, as the new Primary Component. */
export async function firstIsUp(hands: Hands, replicas: number, ordinal: number): Promise<void> {
  await waitStarted(hands, {
    expected: `ordinal ${ordinal} Ready, Primary, Synced and alone`,
    next: `look at its log; then go on: galera-runbook runs repair ${hands.at.run}`,
    replicas,
    deadlineMs: deadlines.first,
    isSo({ view, readings }) {
      requireReplicas(view, 1, ` until ordinal ${ordinal} is up`);
      const first = readings[ordinal];
      return first !== undefined && isPrimary(first) && first.status?.clusterSize === 1 && first.podReady === true;
    },
    about: ({ view }) => view.members.slice(ordinal, ordinal + 1),
  });
}
