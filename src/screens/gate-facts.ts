import { clusterNow, serviceText, stateUuids } from './cluster-now.ts';
import type { ScreensState } from './state.ts';

/**
 * What a gate's answer rests on beside its own words: which cluster, and how it is. Coarse on purpose: numbers move each second, and a gate
 * that asks again for them could never be answered. Nor does it ask again each time a container that crashes is started once more.
 */
export function gateFacts(state: ScreensState): readonly string[] {
  const { target } = state;
  const cluster = clusterNow(state);
  const { health, members } = cluster;
  const uuids = stateUuids(cluster).toSorted();
  return [
    `target ${target?.context} ${target?.namespace}/${target?.cluster} ${target?.kubeSystemUid}/${target?.statefulSetUid}`,
    `cluster ${health.verdict}`,
    // Each fact stands here whatever it is: what is gone would leave nothing to compare.
    `members ${members.length}, replicas wanted ${state.look.last?.value.replicas ?? '?'}`,
    `state UUID ${uuids.length === 0 ? '?' : uuids.map((uuid) => uuid.slice(0, 8)).join(', ')}`,
    ...members.map(
      ({ row, seen, status }) =>
        `${row.member}: ${status === undefined && row.sign !== 'planned' ? 'no answer' : row.state}, ${serviceText(row.inService)}, pod ${seen === undefined ? '?' : (seen.pod?.uid.slice(0, 8) ?? 'none')}, desync count ${row.desyncCount ?? '?'}`,
    ),
  ];
}

/** What is so now and was not when it was asked. */
export function changedFacts(before: readonly string[], after: readonly string[]): readonly string[] {
  return after.filter((fact) => !before.includes(fact));
}
