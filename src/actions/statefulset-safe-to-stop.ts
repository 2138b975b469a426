import { failure } from '../base/failure.ts';
import type { Check } from '../engine/action.ts';
import type { Obj } from '../target/kubernetes.ts';
import type { Look } from '../target/look.ts';
import { type ClusterView, viewCluster } from './cluster-view.ts';

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
    const found = [...ownProblems(view), ...(await scalers(look)), ...volumeProblems(view)];
    if (found.length > 0) {
      return {
        is: 'not-so',
        failure: failure(
          'refused',
          `${name} may be stopped: claims retained and bound, no other owner or scaler, no change under way`,
          found.map((problem) => problem.found).join('; '),
          found.map((problem) => problem.next).join('; '),
        ),
      };
    }
    const volumes = view.members.map(({ name: member, data }) => ({
      member,
      claim: data.claim,
      claimUid: data.claimUid ?? '',
      volume: data.volume ?? '',
    }));
    const policy = view.statefulSet.podManagementPolicy;
    const waiting = updateWaits(view.statefulSet.object);
    return {
      is: 'so',
      output: { volumes },
      says: `${name}: ${volumes.length} claims bound and kept when scaled, no other owner or scaler, ${policy}`,
      facts: { volumes, podManagementPolicy: policy, whenScaled: view.statefulSet.whenScaled },
      ...(waiting ? { warnings: [`a changed pod template waits: members start with it after the stop`] } : {}),
    };
  },
};

interface Problem {
  readonly found: string;
  readonly next: string;
}

function ownProblems(view: ClusterView): Problem[] {
  const { whenScaled, owners, marks, object } = view.statefulSet;
  const problems: Problem[] = [];
  const add = (found: string, next: string) => problems.push({ found, next });
  if (object.metadata.deletionTimestamp !== undefined) add('it is being deleted', 'find out who deletes it');
  if (whenScaled !== 'Retain') {
    add(
      `persistentVolumeClaimRetentionPolicy.whenScaled is ${whenScaled}: scaling down deletes the data`,
      'set it to Retain',
    );
  }
  if (owners.length > 0)
    add(`owned by ${owners.join(', ')}`, 'use the procedure of its owner, which would undo the stop');
  const driven = marks.filter((mark) => !isPaused(object, mark));
  if (driven.length > 0) {
    add(
      `managed by Argo CD or Flux (${driven.join(', ')})`,
      'suspend its synchronisation and take these marks off meanwhile',
    );
  }
  if (isUpdating(object)) add('a rolling update is in progress', 'wait until it has ended');
  return problems;
}

const flux = /^(?:kustomize|helm)\.toolkit\.fluxcd\.io\//;

/** Flux leaves an object alone that says so itself. */
function isPaused(object: Obj, mark: string): boolean {
  return flux.test(mark) && object.metadata.annotations?.['kustomize.toolkit.fluxcd.io/reconcile'] === 'disabled';
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

async function scalers(look: Look): Promise<Problem[]> {
  const { namespace, statefulset } = look.config;
  const all = await look.kube.list({ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', namespace });
  return all
    .filter((hpa) => hpa.spec?.scaleTargetRef?.kind === 'StatefulSet' && hpa.spec.scaleTargetRef.name === statefulset)
    .map((hpa) => ({ found: `scaled by HorizontalPodAutoscaler ${hpa.metadata.name}`, next: 'remove it meanwhile' }));
}

function volumeProblems(view: ClusterView): Problem[] {
  return view.members
    .filter(({ data }) => !data.bound || !data.claimUid || !data.volume)
    .map(({ data }) => ({
      found: `claim ${data.claim} is not bound to a volume`,
      next: `look at claim ${data.claim}`,
    }));
}
