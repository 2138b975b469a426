import type { RunnerSpec } from '../target/jobs.ts';
import type { Hands } from '../target/look.ts';
import { viewCluster } from './cluster-view.ts';
import { unfenced } from './fence.ts';
import type { runJobs } from './run-job.ts';
import { runMeasured } from './volume-measures.ts';

/**
 * Runs these Jobs on the members' volumes with the fence watched until the last has ended (design §6.10): when somebody scales the
 * StatefulSet up, or another pod mounts a volume, they are stopped where they are. Asked for again, they go on from there.
 */
export async function runFenced(hands: Hands, specs: readonly RunnerSpec[]): ReturnType<typeof runJobs> {
  const own = specs.map(({ name }) => name);
  return await runMeasured(hands, specs, async () => unfenced(await viewCluster(hands), own));
}
