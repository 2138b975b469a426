import { failure, failureOf } from '../base/failure.ts';
import { byOrdinal, type MemberReading } from '../galera/member-reading.ts';
import type { Look } from '../target/look.ts';
import type { ClusterView, MemberView } from './cluster-view.ts';

/** Asks every member at once; one that is silent costs its own deadline, not the others' answers. In order of ordinals. */
export async function readMembers(look: Look, view: ClusterView): Promise<readonly MemberReading[]> {
  return byOrdinal(await Promise.all(view.members.map((member) => readMember(look, member))));
}

async function readMember(look: Look, { name, ordinal, pod, inService }: MemberView): Promise<MemberReading> {
  const known = { member: name, ordinal, inService, podExists: pod !== undefined, podReady: pod?.ready === true };
  const silent = (found: string) => ({
    ...known,
    failure: failure('unknown', `an answer from ${name}`, found, `look at pod ${name}`),
  });
  if (!pod) return silent('no such pod');
  if (pod.deleting) return silent('its pod is being deleted');
  try {
    return { ...known, status: await look.sql.status(name) };
  } catch (thrown) {
    return { ...known, failure: failureOf(thrown, `look at pod ${name}`) };
  }
}
