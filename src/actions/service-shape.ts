import type { ServiceShape } from '../galera/donor.ts';
import type { TargetConfig } from '../target/config.ts';
import type { ClusterView } from './cluster-view.ts';

const oneMemberLabels = ['statefulset.kubernetes.io/pod-name', 'apps.kubernetes.io/pod-index'];

interface Probe {
  readonly exec?: { readonly command?: readonly string[] };
  readonly tcpSocket?: object;
}

/**
 * How the clients' Service reaches the members. It points to one when its selector names one, or when it holds one of several Ready
 * ones. Else a desynced member leaves it when the configuration says so, or when its readiness probe asks for the state Synced; of a probe that
 * asks for something that cannot be read here (a script, an HTTP path) it is not known.
 */
export function serviceShape(
  view: ClusterView,
  config: Pick<TargetConfig, 'container' | 'leavesServiceWhenDesynced'>,
): ServiceShape {
  const ready = view.members.filter((member) => member.pod?.ready === true).length;
  const serving = view.members.filter((member) => member.inService).length;
  const namesOne = oneMemberLabels.some((label) => label in view.service.selector);
  if (namesOne || (serving === 1 && ready > 1)) return { kind: 'one-endpoint' };
  const leaves = config.leavesServiceWhenDesynced ?? leavesByProbe(view, config.container);
  return leaves === undefined ? { kind: 'spread' } : { kind: 'spread', leavesWhenDesynced: leaves };
}

function leavesByProbe(view: ClusterView, containerName: string): boolean | undefined {
  return view.service.publishesNotReady ? false : leavesWhenDesynced(probeOf(view, containerName));
}

function probeOf(view: ClusterView, containerName: string): Probe | undefined {
  const containers: readonly { name: string; readinessProbe?: Probe }[] =
    view.statefulSet.object.spec.template.spec.containers;
  return containers.find((container) => container.name === containerName)?.readinessProbe;
}

function leavesWhenDesynced(probe: Probe | undefined): boolean | undefined {
  if (!probe || probe.tcpSocket) return false;
  const text = (probe.exec?.command ?? []).join(' ');
  if (/wsrep_local_state_comment\b[\s\S]*\bSynced\b/i.test(text)) return true;
  if (/wsrep_local_state\b(?!_)[\s\S]*\b4\b/i.test(text)) return true;
  return undefined;
}
