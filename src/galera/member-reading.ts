import type { Failure } from '../base/failure.ts';
import type { MemberStatus } from './wsrep-status.ts';

/** One look at one member, by SQL and by Kubernetes. What is absent is unknown. */
export interface MemberReading {
  /** The pod's name. */
  readonly member: string;
  readonly ordinal: number;
  /** Absent when the member gave no answer; then `failure` says why. */
  readonly status?: MemberStatus;
  readonly failure?: Failure;
  /** False when Kubernetes says that there is no such pod. */
  readonly podExists?: boolean;
  readonly podReady?: boolean;
  /** Whether the clients' Service points to it now. */
  readonly inService?: boolean;
}

/** `mariadb-server-0, -1, -2`: the first whole, the rest by ordinal where the names differ in nothing else. */
export function namesOf(members: readonly { readonly member: string }[]): string {
  const [first, ...rest] = members.map((each) => each.member);
  if (first === undefined) return 'none';
  const stem = first.replace(/\d+$/, '');
  return [first, ...rest.map((name) => (name.startsWith(stem) ? `-${name.slice(stem.length)}` : name))].join(', ');
}

/** The one reason why no member lets this program in (its Secret, its password): that is what has to be mended, not the members. */
export function notLetIn(readings: readonly MemberReading[]): Failure | undefined {
  const refused = readings.flatMap(({ failure }) => (failure?.kind === 'refused' ? [failure] : []));
  return refused.length === readings.length ? refused[0] : undefined;
}

export function byOrdinal<T extends { readonly ordinal: number }>(readings: readonly T[]): T[] {
  return readings.toSorted((a, b) => a.ordinal - b.ordinal);
}
