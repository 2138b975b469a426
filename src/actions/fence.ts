import { type Failure, FailureError, failure } from '../base/failure.ts';
import type { ClusterView } from './cluster-view.ts';
import { hasEnded, jobOf } from './pod-view.ts';

interface Holder {
  readonly pod: string;
  readonly claims: readonly string[];
}

/** Pods that mount a member's volume and have not ended. `jobs`: runners of these Jobs do not count. */
export function holders(view: ClusterView, jobs: readonly string[] = []): readonly Holder[] {
  const claims = new Set(view.members.map((member) => member.data.claim));
  return view.mounting.flatMap((mounting) => {
    const { pod, claims: mounted } = mounting;
    const job = jobOf(mounting);
    if (hasEnded(mounting) || (job !== undefined && jobs.includes(job))) return [];
    const held = mounted.filter((claim) => claims.has(claim));
    return held.length > 0 ? [{ pod, claims: held }] : [];
  });
}

export function holdersText(of: readonly Holder[]): string {
  return of.map(({ pod, claims }) => `pod ${pod} mounts ${claims.join(', ')}`).join('; ');
}

/**
 * Why the members' data may not be touched now, or undefined (design §6.10): replicas 0, and nothing mounts a member's volume but ended pods
 * and the runners of `jobs`.
 */
export function unfenced(view: ClusterView, jobs: readonly string[] = []): Failure | undefined {
  const { replicas, object } = view.statefulSet;
  const name = object.metadata.name;
  const expected = `StatefulSet ${name} at 0 replicas and no pod that mounts a member's volume`;
  if (replicas !== 0) {
    return failure(
      'unsafe',
      expected,
      `${replicas} replicas`,
      'find out who scaled it; stop every member, then run the step again',
    );
  }
  const held = holders(view, jobs);
  if (held.length === 0) return undefined;
  return failure(
    'unsafe',
    expected,
    holdersText(held),
    'wait until these pods have ended, or end them; then run the step again',
  );
}

export function requireFence(view: ClusterView, jobs: readonly string[] = []): void {
  const failed = unfenced(view, jobs);
  if (failed) throw new FailureError(failed);
}
