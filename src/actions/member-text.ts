import type { MemberReading } from '../galera/member-reading.ts';
import type { ClusterView } from './cluster-view.ts';

/** `mariadb-server-1: Joining, Primary, size 2, not Ready`: for pulses and failures. `waiting`: why its container waits. */
export function memberText(reading: MemberReading, waiting?: string): string {
  const { member, status, podExists, podReady } = reading;
  if (podExists === false) return `${member}: no pod`;
  const unknown = 'unknown';
  const says = status
    ? `${status.localStateComment ?? unknown}, ${status.clusterStatus ?? unknown}, size ${status.clusterSize ?? unknown}`
    : 'no answer';
  return `${member}: ${waiting ? `${waiting}, ` : ''}${says}${podReady === false ? ', not Ready' : ''}`;
}

export function membersText(view: ClusterView, readings: readonly MemberReading[]): string {
  const waiting = new Map(view.members.map((member) => [member.name, member.pod?.waiting]));
  return readings.map((reading) => memberText(reading, waiting.get(reading.member))).join('; ');
}
