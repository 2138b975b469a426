import type { Check } from '../engine/action.ts';
import type { Obj } from '../target/kubernetes.ts';
import type { Look } from '../target/look.ts';
import { type ClusterView, viewCluster } from './cluster-view.ts';
import { mayNotStop, type Problem, stopProblems } from './stop-problems.ts';

/** Safety rule 9: stopping deletes no claim, nothing else owns or scales the StatefulSet, every volume is on record. */
export const statefulsetSafeToStop: Check = {
  kind: 'check',
  name: 'statefulset.safe-to-stop',
  summary: 'Scaling down deletes no claim, and nothing else owns, scales or changes the StatefulSet.',
  inputs: {},
  outputs: ['volumes'],
  async observe(_input, look) {
    const view = await viewCluster(look);
    const name = `StatefulSet ${look.config.statefulset}`;
    const problems = await stopProblems(look, view);
    const object = view.statefulSet.object;
    const own = [...(isUpdating(object) ? [updating] : []), ...surplusProblems(look, view)];
    const refused = mayNotStop(look, [...problems, ...own]);
    if (refused) return { is: 'not-so', failure: refused };
    const volumes = view.members.map(({ name: member, data }) => ({
      member,
      claim: data.claim,
      claimUid: data.claimUid ?? '',
      volume: data.volume ?? '',
    }));
    const policy = view.statefulSet.podManagementPolicy;
    const waiting = updateWaits(object);
    return {
      is: 'so',
      output: { volumes },
      says: `${name}: ${volumes.length} claims bound and kept when scaled, no other owner or scaler, ${policy}`,
      facts: { volumes, podManagementPolicy: policy, whenScaled: view.statefulSet.whenScaled },
      ...(waiting ? { warnings: [`a changed pod template waits: members start with it after the stop`] } : {}),
    };
  },
};

/** Of a cluster that serves: one that is down may hang in an update, and is started all the same. */
const updating: Problem = { found: 'a rolling update is in progress', next: 'wait until it has ended' };

/**
 * Not of a stop alone, and so not asked by every stop: after a restore such a claim has the old history under the UUID of the new one. A member
 * that is scaled up on it joins by incremental transfer, and nobody sees that its data has parted.
 */
function surplusProblems({ config: { namespace } }: Look, { surplus }: ClusterView): readonly Problem[] {
  if (surplus.length === 0) return [];
  return [
    {
      found: `claims of members that are no more: ${surplus.join(', ')}: they keep the old data, and a member scaled up later would join with it unseen`,
      next: `look whether their data is still wanted, then remove them: kubectl -n ${namespace} delete pvc ${surplus.join(' ')}`,
    },
  ];
}

function updateWaits(object: Obj): boolean {
  const { currentRevision, updateRevision } = object.status ?? {};
  return updateRevision !== undefined && currentRevision !== undefined && currentRevision !== updateRevision;
}

function isUpdating(object: Obj): boolean {
  const observed: number | undefined = object.status?.observedGeneration;
  if (observed !== undefined && observed < (object.metadata.generation ?? 0)) return true;
  const strategy = object.spec.updateStrategy;
  // With OnDelete or a partition a changed template may wait for ever: nothing is under way.
  const waits = strategy?.type === 'OnDelete' || (strategy?.rollingUpdate?.partition ?? 0) > 0;
  return !waits && updateWaits(object);
}
