import type { Obj } from '../target/kubernetes.ts';

/** Set while members are stopped: how many there were. Lives on the StatefulSet, so that any bastion can start them again. */
export const replicasAnnotation = 'galera-runbook/replicas';

/** By the annotation, else the replicas, else the claims: replicas are fewer while members are stopped or started. */
export function memberCount(statefulSet: Obj, template: string, claims: readonly Obj[]): number {
  const kept = Number(statefulSet.metadata.annotations?.[replicasAnnotation]);
  if (Number.isInteger(kept) && kept > 0) return kept;
  const wanted: number = statefulSet.spec.replicas ?? 1;
  if (wanted > 0) return wanted;
  return ordinalsOf(statefulSet, template, claims).length;
}

/** Of the claims that this StatefulSet's template has made, in order. */
export function ordinalsOf(statefulSet: Obj, template: string, claims: readonly Obj[]): readonly number[] {
  const prefix = `${template}-${statefulSet.metadata.name}-`;
  return claims
    .filter((c) => c.metadata.name.startsWith(prefix) && /^\d+$/.test(c.metadata.name.slice(prefix.length)))
    .map((c) => Number(c.metadata.name.slice(prefix.length)))
    .toSorted((a, b) => a - b);
}
