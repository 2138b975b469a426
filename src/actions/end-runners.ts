import type { Hands } from '../target/look.ts';
import { viewCluster } from './cluster-view.ts';
import { hasEnded, jobOf } from './pod-view.ts';
import { poll } from './poll.ts';
import { jobPrefix } from './run-job.ts';
import { runnersAtWork } from './runner-jobs.ts';

/** A runner's own grace, and some for its Kubernetes node to say so. */
const stopGraceMs = 90_000;
const goneMs = 120_000;

/**
 * Ends what an earlier step or attempt of this run left at work on these claims, e.g. after a second ctrl-c, and waits until no pod of it is
 * there any more: what comes next may not stand beside it. `own`: Jobs of this attempt, which stay.
 */
export async function endRunners(hands: Hands, claims: readonly string[], own: readonly string[]): Promise<void> {
  const { namespace } = hands.config;
  for (const job of await runnersAtWork(hands, claims, own)) await hands.jobs.stop(namespace, job, stopGraceMs);
  await poll(hands, {
    expected: `no runner of run ${hands.at.run} on ${claims.join(', ')}`,
    next: 'look at the Kubernetes node of these pods; only when it is surely off, delete them with --force; then run the step again',
    deadlineMs: goneMs,
    async look() {
      const { mounting } = await viewCluster(hands);
      const left = mounting.filter((pod) => {
        const job = jobOf(pod) ?? '';
        const ours = job.startsWith(jobPrefix(hands.at.run)) && !own.includes(job);
        return ours && !hasEnded(pod) && pod.claims.some((claim) => claims.includes(claim));
      });
      return left.length === 0 ? { done: true } : { waits: `${left.map(({ pod }) => pod).join(', ')} still there` };
    },
  });
}
