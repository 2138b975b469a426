import { failure } from '../base/failure.ts';
import type { Check, Observed } from '../engine/action.ts';
import { type MemberReading, namesOf, notLetIn } from '../galera/member-reading.ts';
import type { Look } from '../target/look.ts';
import { type ClusterView, type MemberView, viewCluster } from './cluster-view.ts';
import { readMembers } from './member-readings.ts';
import { membersText } from './member-text.ts';

/** No member is Primary, and none that runs stays silent: starting a second cluster beside one that serves would split it. */
export const galeraNoPrimary: Check = {
  kind: 'check',
  name: 'galera.no-primary',
  summary: 'The cluster is down: no member is Primary.',
  inputs: {},
  outputs: ['members'],
  async observe(_input, look) {
    const began = look.clock.now();
    let observed = await noPrimary(look);
    while (observed.is === 'unknown' && look.clock.now() - began < noticedWithinMs && !look.signal.aborted) {
      await look.clock.sleep(1000, look.signal).catch(() => undefined);
      observed = await noPrimary(look);
    }
    return observed;
  },
};

/** A process that has just died leaves its pod Ready until the kubelet and the readiness probe notice: a few seconds, 30 with slow probes. */
const noticedWithinMs = 30_000;

async function noPrimary(look: Look): Promise<Observed> {
  const view = await viewCluster(look);
  const readings = await readMembers(look, view);
  const primary = readings.filter(({ status }) => status?.clusterStatus === 'Primary');
  if (primary.length > 0) {
    const found = `the cluster serves: ${namesOf(primary)} ${primary.length === 1 ? 'is' : 'are'} Primary`;
    return {
      is: 'not-so',
      failure: failure(
        'refused',
        'no member Primary',
        found,
        'nothing to start: see galera-runbook status; a member that is missing joins by itself',
      ),
    };
  }
  const refused = notLetIn(readings);
  if (refused) return { is: 'not-so', failure: refused };
  const silent = await silentAndAlive(look, view, readings);
  if (silent.length > 0) {
    return {
      is: 'unknown',
      failure: failure(
        'unknown',
        'no member Primary',
        silent.join('; '),
        'find out whether they serve; stop those that do not answer, and make sure that a Kubernetes node that does not answer is off',
      ),
    };
  }
  return {
    is: 'so',
    output: { members: view.members.map((member) => member.name) },
    says: `no member is Primary: ${membersText(view, readings)}`,
  };
}

/** Members that gave no answer and may yet serve: their pod is Ready, or its Kubernetes node does not report. */
async function silentAndAlive(look: Look, view: ClusterView, readings: readonly MemberReading[]): Promise<string[]> {
  const silent = view.members.filter((member) => {
    const status = readings.find((reading) => reading.member === member.name)?.status;
    return member.pod !== undefined && status?.clusterStatus === undefined;
  });
  const told = await Promise.all(silent.map((member) => whyAlive(look, member)));
  return told.filter((text) => text !== undefined);
}

async function whyAlive(look: Look, { name, pod }: MemberView): Promise<string | undefined> {
  if (!pod) return undefined;
  if (pod.ready) return `${name} is Ready and does not say whether it is Primary`;
  if (!pod.node || pod.phase !== 'Running') return undefined;
  const node = await look.kube.get({ apiVersion: 'v1', kind: 'Node', name: pod.node });
  const conditions: readonly { type: string; status: string }[] = node?.status?.conditions ?? [];
  if (!node || conditions.some(({ type, status }) => type === 'Ready' && status === 'True')) return undefined;
  return `${name} may still run on Kubernetes node ${pod.node}, which does not report`;
}
