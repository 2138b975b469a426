import { formatAge } from '../base/duration.ts';
import { queueLevel } from '../galera/flow-control.ts';
import type { MemberStatus } from '../galera/wsrep-status.ts';
import type { ClusterLook } from './operations.ts';
import type { Happening } from './state.ts';

const limits = { upper: 28, lower: 28 };

/** What changed in Kubernetes between two looks. */
export function changesOfLook(
  before: ClusterLook | undefined,
  after: ClusterLook,
  service: string,
  at: number,
  seen: readonly Happening[] = [],
): Happening[] {
  if (before === undefined) return [];
  const members = after.members.flatMap((now) => {
    const was = before.members.find(({ member }) => member === now.member);
    return was === undefined
      ? []
      : podChange(was.pod, now.pod).map((says) => ({
          at,
          what: now.member,
          says: says === readyAgain ? `${says}${afterText(now.member, at, seen)}` : says,
        }));
  });
  const [from, to] = [before, after].map(({ members: all }) => all.filter(({ inService }) => inService).length);
  const traffic =
    from === to ? [] : [{ at, what: `Service ${service}`, says: `${to} of ${after.members.length} members in` }];
  return [...members, ...traffic];
}

const notReady = 'pod not Ready';
const readyAgain = 'pod Ready again';

/** How long it was not, where that was seen, and whether it was another one meanwhile. `seen`: newest first. */
function afterText(member: string, at: number, seen: readonly Happening[]): string {
  const own = seen.filter(({ what }) => what === member);
  const from = own.findIndex(({ says }) => says === notReady);
  const since = own[from];
  if (since === undefined) return '';
  const other = own.slice(0, from).some(({ says }) => /^(restarted|another pod)/.test(says));
  return ` after ${formatAge(at - since.at)}${other ? '' : ', no restart'}`;
}

type Pod = ClusterLook['members'][number]['pod'];

function podChange(was: Pod, now: Pod): string[] {
  if (was === undefined || now === undefined)
    return was === now ? [] : [now === undefined ? 'its pod is gone' : 'has a pod'];
  if (was.uid !== now.uid) return ['another pod has its place'];
  if (was.restarts !== now.restarts) return [`restarted, ${now.restarts} times by now`];
  return was.ready === now.ready ? [] : [now.ready ? readyAgain : notReady];
}

/** What changed in a member's own words. */
export function changesOfMember(
  member: string,
  before: MemberStatus | undefined,
  after: MemberStatus,
  at: number,
): Happening[] {
  if (before === undefined) return [];
  const says: string[] = [];
  if (before.localStateComment !== after.localStateComment)
    says.push(`${before.localStateComment ?? 'unknown'} -> ${after.localStateComment ?? 'unknown'}`);
  if (before.clusterStatus !== after.clusterStatus) says.push(`now ${after.clusterStatus ?? 'unknown'}`);
  if (before.desyncCount !== after.desyncCount) says.push(`desync count ${after.desyncCount ?? '?'}`);
  const [from, to] = [before.recvQueue ?? 0, after.recvQueue ?? 0].map((queue) => queueLevel(queue, limits));
  if ((to ?? 0) >= 2 && (from ?? 0) < (to ?? 0)) says.push(`queue ${after.recvQueue}`);
  return says.map((each) => ({ at, what: member, says: each }));
}
