import { summarize } from '../record/run-summary.ts';
import type { KubeReads, KubeWrites } from '../target/kubernetes.ts';
import { mirroredRuns, mirrorRefs } from './cluster-mirror.ts';

/** Each is read whole by every `run` and `status`: docs/decisions/0012. */
export const mirrorsKept = 20;

/**
 * Removes the mirrors of runs of this Galera cluster that are over, but for the newest. A run that owes, keeps or has left something at work, or
 * that did not end, keeps its mirror however old it is. The journal on the bastion that made it stays in any case.
 */
export async function pruneMirrors(kube: KubeReads & KubeWrites, namespace: string, cluster: string): Promise<void> {
  const over = (await mirroredRuns(kube, namespace))
    .flatMap(({ events }) => summarize(events) ?? [])
    .filter((run) => run.cluster === cluster && run.endedAt !== undefined)
    .filter(({ unpaid, kept, openEnd }) => unpaid.length === 0 && kept.length === 0 && openEnd === undefined)
    .toSorted((a, b) => b.lastEventAt - a.lastEventAt);
  for (const { run } of over.slice(mirrorsKept)) {
    for (const ref of mirrorRefs(namespace, run)) {
      const uid = (await kube.get(ref))?.metadata.uid;
      if (uid !== undefined) await kube.remove(ref, uid);
    }
  }
}
