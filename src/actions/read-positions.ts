import type { Hands, Look } from '../target/look.ts';
import type { ClusterView, MemberView } from './cluster-view.ts';
import { deadlines, memberJob } from './member-job.ts';
import { type VolumePosition, volumePosition } from './member-position.ts';
import { foundJobs, jobName } from './run-job.ts';
import { runMeasured } from './volume-measures.ts';

/** Names of the Jobs of one part of a step, one per member. */
export type JobNames = (ordinal: number) => string;

/**
 * Names that no ended Job has yet, for work whose answer grows old: a second start must not take what the first one has read, since members
 * may have run in between. Work that still runs is found.
 */
export async function freshNames(look: Look, part: string, members: readonly MemberView[]): Promise<JobNames> {
  for (let round = 1; ; round++) {
    const names: JobNames = (ordinal) => jobName({ ...look.at, step: `${look.at.step}-${part}${round}` }, ordinal);
    const reports = await foundJobs(
      look,
      members.map(({ ordinal }) => names(ordinal)),
    );
    if (!reports.some((report) => report?.phase === 'succeeded' || report?.phase === 'failed')) return names;
  }
}

/** Runs the verb `position` on these members' volumes, whose pods are down. */
export async function readPositions(
  hands: Hands,
  view: ClusterView,
  members: readonly MemberView[],
  names: JobNames,
): Promise<readonly VolumePosition[]> {
  const specs = members.map((member) =>
    memberJob(hands, view, member, {
      verb: 'position',
      values: {},
      name: names(member.ordinal),
      besideMember: false,
      deadlineMs: deadlines.position,
    }),
  );
  const reports = await runMeasured(hands, specs);
  return reports.flatMap((report, index) => {
    const member = members[index];
    return member ? [volumePosition({ member: member.name, ordinal: member.ordinal }, report)] : [];
  });
}
