import type { Observed } from '../engine/action.ts';
import type { Hands, Look } from '../target/look.ts';
import { type ClusterView, type MemberView, viewCluster } from './cluster-view.ts';
import { requireFence } from './fence.ts';
import { jobName } from './run-job.ts';
import { type EndedJob, endedJobs, isObserved } from './step-jobs.ts';

/** For a step that runs one Job on each stopped member's volume: the cluster, with nothing else on these volumes. */
export async function fencedCluster(hands: Hands): Promise<ClusterView> {
  const view = await viewCluster(hands);
  requireFence(
    view,
    view.members.map(({ ordinal }) => jobName(hands.at, ordinal)),
  );
  return view;
}

/** What the Jobs of such a step have come to, one for each member in order; or why not all have ended well. */
export async function endedOnEvery(
  look: Look,
): Promise<{ readonly members: readonly MemberView[]; readonly reports: readonly EndedJob[] } | Observed> {
  const { members } = await viewCluster(look);
  const reports = await endedJobs(
    look,
    members.map(({ name, ordinal }) => ({ member: name, ordinal })),
  );
  return isObserved(reports) ? reports : { members, reports };
}
