import { clusterNow } from './cluster-now.ts';
import type { ScreensState } from './state.ts';

/**
 * What a gate's answer rests on beside its own words: which cluster, and how it is. Coarse on purpose: numbers move each second, and a gate
 * that asks again for them could never be answered.
 */
export function gateFacts(state: ScreensState): readonly string[] {
  const { target } = state;
  const { health, members } = clusterNow(state);
  return [
    `target ${target?.context} ${target?.namespace}/${target?.cluster} ${target?.kubeSystemUid}/${target?.statefulSetUid}`,
    `cluster ${health.verdict}`,
    ...members.map(
      ({ row, look }) =>
        `${row.member}: ${row.state}, ${row.inService === true ? 'in' : 'out'}, pod ${look.pod?.uid.slice(0, 8) ?? 'none'}, desync count ${row.desyncCount ?? '?'}`,
    ),
  ];
}

/** What is so now and was not when it was asked. */
export function changedFacts(before: readonly string[], after: readonly string[]): readonly string[] {
  return after.filter((fact) => !before.includes(fact));
}
