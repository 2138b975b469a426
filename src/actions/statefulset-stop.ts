import { FailureError, fail, failure } from '../base/failure.ts';
import type { Action } from '../engine/action.ts';
import { namesOf } from '../galera/member-reading.ts';
import type { Hands } from '../target/look.ts';
import { type ClusterView, viewCluster } from './cluster-view.ts';
import { holders, holdersText } from './fence.ts';
import { choiceField, known } from './fields.ts';
import { galeraNoPrimary } from './galera-no-primary.ts';
import { readMembers } from './member-readings.ts';
import { memberText } from './member-text.ts';
import { poll, type Waiting } from './poll.ts';
import { isAnnotated, scale } from './scale.ts';
import { mayNotStop, stopProblems } from './stop-problems.ts';
import { requireCut } from './traffic.ts';

const stopMs = 45 * 60_000;
/** How long ordinal 0 may take to see that it is alone: it decides only which member has the highest position. */
const aloneMs = 20_000;

/** What to do when a member is Primary at the moment of the stop. `refuse`: for a cluster that was seen to be down. */
const fields = { serving: choiceField('stop', 'refuse').optional };

/**
 * Stops every member by way of one replica, so that ordinal 0 leaves last and has the highest position: the one that a StatefulSet starts
 * first (design §6.11). A cluster that is down is stopped at once.
 */
export const statefulsetStop: Action = {
  kind: 'do',
  name: 'statefulset.stop',
  summary: 'Stops every member; ordinal 0 last.',
  inputs: fields,
  outputs: ['replicas', 'members'],
  maxDanger: 'disrupts',
  danger: () => 'disrupts',
  owes: true,
  stoppable: false,

  async plan(input, look) {
    const view = await viewCluster(look);
    const { statefulSet, members } = view;
    const name = `StatefulSet ${look.config.statefulset}`;
    const refused = mayNotStop(look, await stopProblems(look, view));
    if (refused) return refused;
    if (members.length === 0)
      return failure(
        'refused',
        `members of ${name}`,
        '0 replicas, and no claims of its members',
        'correct "statefulset" in the configuration',
      );
    const replicas = members.length;
    const names = members.map((member) => member.name);
    const from = String(statefulSet.replicas);
    return {
      effects: [{ object: name, field: 'spec.replicas', from, to: stepsDown(statefulSet.replicas) }],
      debts: [
        {
          id: `members:${look.config.statefulset}`,
          says: `${replicas} of ${replicas} members stopped`,
          due: 'end',
          payWith: {
            action: 'galera.start',
            input: { replicas, 'state-dump': 'refuse', run: look.at.run, generation: statefulSet.generation },
          },
        },
      ],
      memo: { replicas, from: statefulSet.replicas },
      says: [
        `stops ${namesOf(members.map(({ name }) => ({ member: name })))}: no database until they start`,
        ...(known(fields, input).serving === 'refuse'
          ? ['refused, with nothing stopped, when a member is Primary by then']
          : ['ordinal 0 leaves last: the highest position, so it starts first']),
      ],
      foretold: { replicas, members: names },
    };
  },

  async observe(_input, look, memo) {
    const view = await viewCluster(look, membersOf(memo.replicas));
    const expected = "replicas 0 and no pod that mounts a member's volume";
    const { replicas } = view.statefulSet;
    const notSo = (found: string) =>
      ({
        is: 'not-so',
        failure: failure('failed', expected, found, 'see what holds it, then run the step again'),
      }) as const;
    if (replicas !== 0) return notSo(`replicas ${replicas}`);
    const held = holders(view);
    if (held.length > 0) return notSo(holdersText(held));
    return {
      is: 'so',
      output: { replicas: view.members.length, members: view.members.map((member) => member.name) },
      says: `replicas ${view.members.length} -> 0, no pod mounts a member's volume`,
    };
  },

  async apply(input, hands, memo) {
    const count = membersOf(memo.replicas);
    const view = await viewCluster(hands, count);
    const until = hands.clock.now() + stopMs;
    requireAsPlanned(hands, view, memo.from);
    if (view.statefulSet.replicas > 0) {
      const refused = mayNotStop(hands, await stopProblems(hands, view));
      if (refused) throw new FailureError(refused);
      requireCut(hands, view);
      if (known(fields, input).serving === 'refuse') await requireDown(hands);
      if (await someServe(hands, view)) await byWayOfOne(hands, view, until);
      await scale(hands, view, 0, view.members.length);
    }
    await poll(hands, {
      expected: "no pod that mounts a member's volume",
      next: 'a pod that stays Terminating: look at its Kubernetes node; only when that node is surely off, delete the pod with --force',
      deadlineMs: until - hands.clock.now(),
      look: async () => stopped(await viewCluster(hands, count)),
    });
  },
};

/** Hours may lie between the plan and the stop, and what is owed afterwards is the start of as many members as were planned with. */
function requireAsPlanned(hands: Hands, view: ClusterView, from: unknown): void {
  const { replicas } = view.statefulSet;
  if (typeof from !== 'number' || replicas === from || isAnnotated(view)) return;
  fail(
    'refused',
    `StatefulSet ${hands.config.statefulset} with replicas ${from}, as it was planned`,
    `replicas ${replicas}: somebody has scaled it since`,
    'find out who (an autoscaler, a GitOps tool, a colleague) and whether it stays so; then start a new run, which plans again',
  );
}

/** `2, 1, then 0`: how the replicas of a cluster that serves go down. */
function stepsDown(replicas: number): string {
  const steps = Array.from({ length: Math.max(0, replicas - 1) }, (_, index) => replicas - 1 - index);
  return steps.length === 0 ? '0' : `${steps.join(', ')}, then 0`;
}

function membersOf(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 ? value : undefined;
}

/** Asked again here: a cluster may come back while the gate is open, and then nobody wants it stopped. */
async function requireDown(hands: Hands): Promise<void> {
  const down = await galeraNoPrimary.observe({}, hands);
  if (down.is !== 'so') throw new FailureError(down.failure);
}

async function someServe(hands: Hands, view: ClusterView): Promise<boolean> {
  const readings = await readMembers(hands, view);
  return readings.some(({ status }) => status?.clusterStatus === 'Primary');
}

async function byWayOfOne(hands: Hands, view: ClusterView, until: number): Promise<void> {
  const count = view.members.length;
  // One after the other: two that leave a Primary Component of three at the same moment can cost the third its quorum.
  for (let replicas = view.statefulSet.replicas - 1; replicas >= 1; replicas--) {
    await scale(hands, view, replicas, count);
    await gone(hands, replicas, count, until);
  }
  // Bounded by hand: a member that does not answer must not keep the others from being stopped.
  const alone = hands.clock.now() + aloneMs;
  await poll(hands, {
    expected: 'ordinal 0 alone in its Primary Component',
    next: 'run the step again',
    deadlineMs: aloneMs * 2,
    async look() {
      const now = await viewCluster(hands, count);
      refuseOtherHands(now, 1);
      const first = (await readMembers(hands, { ...now, members: now.members.slice(0, 1) }))[0];
      if (first?.status?.clusterStatus === 'Primary' && first.status.clusterSize === 1) return { done: true };
      if (hands.clock.now() >= alone || first?.podExists === false) return { done: true };
      return { waits: first ? memberText(first) : 'ordinal 0 is not there' };
    },
  });
}

/** Waits until no pod is left of the members from this ordinal on. */
async function gone(hands: Hands, replicas: number, count: number, until: number): Promise<void> {
  await poll(hands, {
    expected: `the members from ordinal ${replicas} on stopped`,
    next: 'a pod that stays Terminating: look at its Kubernetes node; the members come back with galera-runbook runs repair',
    deadlineMs: until - hands.clock.now(),
    async look() {
      const now = await viewCluster(hands, count);
      refuseOtherHands(now, replicas);
      const others = now.members
        .filter((member) => member.ordinal >= replicas && member.pod)
        .map((member) => podText(member.name, member.pod));
      return others.length > 0 ? { waits: `waits for ${others.join(', ')}` } : { done: true };
    },
  });
}

function stopped(view: ClusterView): Waiting<true> {
  refuseOtherHands(view, 0);
  const held = holders(view);
  if (held.length === 0) return { done: true };
  const going = new Set(view.members.filter((member) => member.pod?.deleting).map((member) => member.name));
  const text = held.map(
    ({ pod, claims }) => `${going.has(pod) ? `${pod} is Terminating and` : `pod ${pod}`} mounts ${claims.join(', ')}`,
  );
  return { waits: text.join('; ') };
}

function podText(name: string, pod: { readonly deleting: boolean; readonly node?: string } | undefined): string {
  return `${name}${pod?.deleting ? ' (Terminating' : ' (running'}${pod?.node ? ` on ${pod.node})` : ')'}`;
}

/** Somebody who scales it meanwhile would start members in the middle of what comes next. */
function refuseOtherHands(view: ClusterView, wanted: number): void {
  const { replicas } = view.statefulSet;
  if (replicas === wanted) return;
  fail(
    'failed',
    `replicas ${wanted} until the members are started again`,
    `replicas ${replicas}: somebody scales it`,
    'find out who (an autoscaler, a GitOps tool, a colleague) and stop it; then run the step again',
  );
}
