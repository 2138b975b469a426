import { type Failure, failure } from '../base/failure.ts';
import type { Obj } from '../target/kubernetes.ts';
import type { Look } from '../target/look.ts';
import type { ClusterView } from './cluster-view.ts';
import { isShifted } from './scale.ts';

export interface Problem {
  readonly found: string;
  readonly next: string;
}

/**
 * Safety rule 9, the one place: why the StatefulSet may not be scaled down. It would delete a claim, something else owns or scales it, or a
 * volume is not on record. Asked by the check, by the plan of the stop, and right before the stop: hours may lie between.
 */
export async function stopProblems(look: Look, view: ClusterView): Promise<readonly Problem[]> {
  return [...ownProblems(view), ...(await scalers(look)), ...volumeProblems(view)];
}

/** All of them as one failure. Undefined: it may be stopped. */
export function mayNotStop(look: Look, problems: readonly Problem[]): Failure | undefined {
  if (problems.length === 0) return undefined;
  return failure(
    'refused',
    `StatefulSet ${look.config.statefulset} may be stopped: claims retained and bound, no other owner or scaler, no change under way`,
    problems.map((problem) => problem.found).join('; '),
    problems.map((problem) => problem.next).join('; '),
  );
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
  if (view.statefulSet.firstOrdinal !== 0 && !isShifted(view))
    add(`spec.ordinals.start is ${view.statefulSet.firstOrdinal}`, 'only members from ordinal 0 on are known here');
  const driven = marks.filter((mark) => !isPaused(object, mark));
  if (driven.length > 0) {
    add(
      `managed by Argo CD or Flux (${driven.join(', ')})`,
      'suspend its synchronisation and take these marks off meanwhile',
    );
  }
  return problems;
}

const flux = /^(?:kustomize|helm)\.toolkit\.fluxcd\.io\//;

/** Flux leaves an object alone that says so itself. */
function isPaused(object: Obj, mark: string): boolean {
  return flux.test(mark) && object.metadata.annotations?.['kustomize.toolkit.fluxcd.io/reconcile'] === 'disabled';
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
