import { comparePositions, isKnown, type Position, shortPosition, shortUuid } from '../galera/position.ts';
import { compareSeqnos, seqnoDistance } from '../galera/seqno.ts';
import type { Look } from '../target/look.ts';
import type { ClusterView } from './cluster-view.ts';
import { readMembers } from './member-readings.ts';

/** For plan and gate: what going back to this position loses, counted from where the members are now; or why nobody can count it. */
export async function lostWritesText(look: Look, view: ClusterView, to: Position): Promise<string> {
  const positions = (await readMembers(look, view)).flatMap(({ status }) => {
    const at = { uuid: status?.localUuid ?? '', seqno: status?.lastCommitted ?? '' };
    return status?.localUuid !== undefined && status.lastCommitted !== undefined && isKnown(at) ? [at] : [];
  });
  const [now] = positions.toSorted((a, b) => compareSeqnos(b.seqno, a.seqno));
  if (now === undefined)
    return 'how many transactions it undoes is not known: no member says where it stands; everything written since the backup is lost';
  const other = positions.find(({ uuid }) => uuid !== to.uuid);
  if (other)
    return `how many transactions it undoes cannot be counted: the backup is of history ${shortUuid(to.uuid)}, the members are of ${shortUuid(other.uuid)}; everything written since the backup is lost`;
  if (comparePositions(now, to) !== 'ahead')
    return `undoes no transaction that is counted: the members are at ${shortPosition(now)}, the backup at ${shortPosition(to)}`;
  return `undoes ${seqnoDistance(to.seqno, now.seqno)} transactions as planned, ${shortPosition(now)} -> ${shortPosition(to)}, and what is written until the stop`;
}
