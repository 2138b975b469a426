import { type Failure, failure } from '../base/failure.ts';
import type { ClusterView, MemberView } from './cluster-view.ts';
import { unreachableTogether } from './place.ts';
import type { VolumeView } from './volume-view.ts';

export interface UnpackOrder {
  readonly together: boolean;
  /** For plan and gate. */
  readonly because: string;
}

/** Whether the members read the backup's volume at once or one after the other, or why they cannot (design §9). */
export function unpackOrder(
  members: readonly MemberView[],
  backups: VolumeView,
  mounting: ClusterView['mounting'],
): UnpackOrder | Failure {
  const apart = members.flatMap((member) => {
    const why = unreachableTogether(member, backups, mounting);
    return why === undefined ? [] : [`${member.name}: ${why}`];
  });
  if (apart.length > 0) {
    return failure(
      'refused',
      "a Kubernetes node that reaches a member's claim and the backup claim, for every member",
      apart.join('; '),
      'end the pod that holds the backup claim, or move the backups to a claim that every member can reach (ReadWriteMany); then plan again',
    );
  }
  const modes = backups.accessModes;
  const claim = `claim ${backups.claim} is ${modes.join(', ')}`;
  if (members.length === 1) return { together: true, because: 'one member' };
  if (modes.includes('ReadWriteMany') || modes.includes('ReadOnlyMany')) return { together: true, because: claim };
  if (modes.every((mode) => mode === 'ReadWriteOncePod'))
    return { together: false, because: `${claim}: one pod at a time` };
  const [node, ...others] = new Set(members.map((member) => nodeOf(member)));
  if (node !== undefined && others.length === 0)
    return { together: true, because: `${claim}, and all members are on Kubernetes node ${node}` };
  return { together: false, because: `${claim}: it moves from one Kubernetes node to the next` };
}

function nodeOf(member: MemberView): string | undefined {
  if (member.pod?.node) return member.pod.node;
  return member.data.nodes?.length === 1 ? member.data.nodes[0] : undefined;
}
