import { comparePositions, isKnown, type Position, shortPosition, shortUuid } from '../galera/position.ts';
import { compareSeqnos, seqnoDistance } from '../galera/seqno.ts';
import type { Look } from '../target/look.ts';
import type { ClusterView } from './cluster-view.ts';
import { readMembers } from './member-readings.ts';

/** For plan and gate: what going back to this position loses, counted from where the members are now; or why nobody can count it. */
export async function lostWritesText(look: Look, view: ClusterView, to: Position): Promise<string> {
  const lost = await lostWrites(look, view, to);
  switch (lost.is) {
    case 'unread':
      return 'how many transactions it undoes is not known: no member says where it stands; everything written since the backup is lost';
    case 'other-history':
      return `how many transactions it undoes cannot be counted: the backup is of history ${shortUuid(to.uuid)}, the members are of ${shortUuid(lost.now.uuid)}; everything written since the backup is lost`;
    case 'none':
      return `undoes no transaction that is counted: the members are at ${shortPosition(lost.now)}, the backup at ${shortPosition(to)}`;
    case 'counted':
      return `undoes ${lost.count} transactions as planned, ${shortPosition(lost.now)} -> ${shortPosition(to)}, and what is written until the stop`;
  }
}

/** The same for going back to what was there before a restore, whose data began at this position. */
export async function lostSinceRestoreText(look: Look, view: ClusterView, restored: Position): Promise<string> {
  const loss = 'everything written since the restore is lost';
  const lost = await lostWrites(look, view, restored);
  switch (lost.is) {
    case 'unread':
      return `${loss}; how many transactions is not known: no member says where it stands`;
    case 'other-history':
      return `${loss}; how many transactions cannot be counted: what was restored is of history ${shortUuid(restored.uuid)}, the members are of ${shortUuid(lost.now.uuid)}`;
    case 'none':
      return `${loss}: no transaction that is counted, the members are at ${shortPosition(lost.now)}`;
    case 'counted':
      return `${loss}: ${lost.count} transactions as planned, ${shortPosition(restored)} -> ${shortPosition(lost.now)}, and what is written until the stop`;
  }
}

type LostWrites =
  | { readonly is: 'unread' }
  | { readonly is: 'other-history' | 'none'; readonly now: Position }
  | { readonly is: 'counted'; readonly now: Position; readonly count: string };

async function lostWrites(look: Look, view: ClusterView, to: Position): Promise<LostWrites> {
  const positions = (await readMembers(look, view)).flatMap(({ status }) => {
    const at = { uuid: status?.localUuid ?? '', seqno: status?.lastCommitted ?? '' };
    return status?.localUuid !== undefined && status.lastCommitted !== undefined && isKnown(at) ? [at] : [];
  });
  const [now] = positions.toSorted((a, b) => compareSeqnos(b.seqno, a.seqno));
  if (now === undefined) return { is: 'unread' };
  const other = positions.find(({ uuid }) => uuid !== to.uuid);
  if (other) return { is: 'other-history', now: other };
  if (comparePositions(now, to) !== 'ahead') return { is: 'none', now };
  return { is: 'counted', now, count: seqnoDistance(to.seqno, now.seqno) };
}
