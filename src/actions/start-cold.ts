import { type Failure, FailureError, failure } from '../base/failure.ts';
import { type BootstrapCandidate, bootstrapCandidate } from '../galera/bootstrap-candidate.ts';
import { formatPosition } from '../galera/position.ts';
import type { Hands } from '../target/look.ts';
import { type ClusterView, viewCluster } from './cluster-view.ts';
import { requireFence, unfenced } from './fence.ts';
import { deadlines, memberJob } from './member-job.ts';
import type { VolumePosition } from './member-position.ts';
import { freshNames, readPositions } from './read-positions.ts';
import { runJobs } from './run-job.ts';
import { isShifted, scale, scaleAlone } from './scale.ts';
import { firstIsUp, volumesFree } from './start-wait.ts';
import { unevenSwap } from './swap-state.ts';
import { keepCut } from './traffic.ts';

/**
 * From a full stop to the first member up and alone: its cache, which tells how the others join, is only known then. Gives the positions that
 * it decided by. Where a member of a higher ordinal cannot be started alone, all start together, unless a state dump is to be refused.
 */
export async function coldStart(
  hands: Hands,
  replicas: number,
  dump: 'refuse' | 'allow',
): Promise<readonly VolumePosition[]> {
  const before = await viewCluster(hands, replicas);
  const names = await freshNames(hands, 'p', before.members);
  const ordinals = before.members.map(({ ordinal }) => ordinal);
  const jobs = ordinals.map(names);
  const view = await volumesFree(hands, replicas, ordinals, jobs);
  requireFence(view, jobs);
  const volumes = await readPositions(hands, view, view.members, names);
  const uneven = unevenSwap(volumes);
  if (uneven) throw new FailureError(uneven);
  const onlyFirst = view.statefulSet.podManagementPolicy !== 'Parallel';
  const choice = bootstrapCandidate(volumes, { replicas, ...(onlyFirst ? { firstOrdinal: 0 } : {}) });
  if (!choice.ok) throw new FailureError(choice.failure);
  const { candidate } = choice;
  hands.pulse({ step: hands.at.step, phase: 'first', says: `${candidate.member}: ${candidate.because}` });
  // Others first: at no moment do two members have the setting (design §6.11).
  await writeSettings(
    hands,
    view,
    volumes.filter(
      ({ ordinal, safeToBootstrap, source }) =>
        ordinal !== candidate.ordinal && (safeToBootstrap || source !== 'grastate'),
    ),
    false,
  );
  let alone = true;
  const first = volumes.filter(({ ordinal }) => ordinal === candidate.ordinal);
  const ours = first.filter(({ safeToBootstrap, source }) => !safeToBootstrap || source !== 'grastate');
  try {
    await writeSettings(hands, view, ours, true);
    const now = await viewCluster(hands, replicas);
    requireFence(now);
    await keepCut(hands, now);
    if (candidate.ordinal === 0) await scale(hands, now, 1, replicas);
    else alone = await scaleAlone(hands, now, candidate.ordinal);
    if (!alone) {
      if (dump === 'refuse') throw new FailureError(togetherOnly(candidate));
      await scale(hands, now, replicas, null);
    }
  } catch (thrown) {
    await takeBack(hands, replicas, ours);
    throw thrown;
  }
  if (alone) await firstIsUp(hands, replicas, candidate.ordinal);
  return volumes;
}

/** A member that is behind would take its state dump before anybody has seen whether the first one's cache reaches back to it. */
function togetherOnly({ member, ordinal, table }: BootstrapCandidate): Failure {
  return failure(
    'unsafe',
    `${member} started alone, so that no other takes a state dump unseen`,
    `this Kubernetes cluster cannot start ordinal ${ordinal} without those below it (spec.ordinals came with 1.27); ${table.join('; ')}`,
    'where those that are behind may take a state dump if they need one: galera-runbook start -p state-dump=allow',
  );
}

/** Each with its own position: after a crash grastate.dat has none, and without one a member takes a state dump. */
export async function writeSettings(
  hands: Hands,
  view: ClusterView,
  volumes: readonly VolumePosition[],
  safe: boolean,
): Promise<void> {
  const members = view.members.filter(({ ordinal }) => volumes.some((volume) => volume.ordinal === ordinal));
  if (members.length === 0) return;
  const names = await freshNames(hands, safe ? 'first' : 'other', members);
  const specs = members.flatMap((member) => {
    const position = volumes.find(({ ordinal }) => ordinal === member.ordinal)?.position;
    if (!position) return [];
    const values = { POSITION: formatPosition(position), SAFE: safe ? '1' : '0' };
    return [
      memberJob(hands, view, member, {
        verb: 'bootstrap',
        values,
        name: names(member.ordinal),
        besideMember: false,
        deadlineMs: deadlines.bootstrap,
      }),
    ];
  });
  await runJobs(hands, specs);
}

/** The setting must not outlive a start that did not happen. Where members run by now it is theirs: Galera itself ends it. */
async function takeBack(hands: Hands, replicas: number, volumes: readonly VolumePosition[]): Promise<void> {
  try {
    const view = await viewCluster(hands, replicas);
    if (unfenced(view)) return;
    if (isShifted(view)) await scale(hands, view, 0, replicas);
    await writeSettings(hands, view, volumes, false);
  } catch (thrown) {
    // The failure that led here matters more; the next start takes the setting from every other member before it begins.
    if (!(thrown instanceof FailureError)) throw thrown;
  }
}
