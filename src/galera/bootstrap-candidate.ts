import { type Failure, failure } from '../base/failure.ts';
import { byOrdinal } from './member-reading.ts';
import { comparePositions, isKnown, type Position, shortPosition, zeroUuid } from './position.ts';

/** How a position was learnt: from `grastate.dat`, or with `mariadbd --wsrep-recover`. */
export type PositionSource = 'grastate' | 'recovered';

export interface MemberPosition {
  readonly member: string;
  readonly ordinal: number;
  readonly source: PositionSource;
  /** Absent when it could not be read. */
  readonly position?: Position;
}

export interface BootstrapCandidate {
  readonly member: string;
  readonly ordinal: number;
  readonly position: Position;
  readonly because: string;
  /** The others with the same position. */
  readonly equals: readonly string[];
  /** `mariadb-server-0  36553af3:57  grastate`, one line per member. */
  readonly table: readonly string[];
}

export type BootstrapChoice =
  | { readonly ok: true; readonly candidate: BootstrapCandidate }
  | { readonly ok: false; readonly failure: Failure; readonly table: readonly string[] };

export interface BootstrapWish {
  readonly replicas: number;
  /** The only ordinal that can start first: 0 where the StatefulSet is OrderedReady. Refused when another member is ahead of it. */
  readonly firstOrdinal?: number;
}

function positionText(of: MemberPosition): string {
  if (of.position === undefined) return 'unknown';
  if (of.position.uuid === zeroUuid) return 'no history';
  return isKnown(of.position) ? shortPosition(of.position) : `${shortPosition(of.position)} (seqno not saved)`;
}

const line = (of: MemberPosition): string => `${of.member}  ${positionText(of)}  ${of.source}`;

/** By safety rule 11: the member with the highest seqno of the one history that all members share. Between equals the lowest ordinal. */
export function bootstrapCandidate(of: readonly MemberPosition[], wish: BootstrapWish): BootstrapChoice {
  const members = byOrdinal(of);
  const table = members.map(line);
  const refuse = (expected: string, next: string): BootstrapChoice => ({
    ok: false,
    table,
    failure: failure('unsafe', expected, table.length === 0 ? 'no positions' : table.join('; '), next),
  });
  if (members.length !== wish.replicas || new Set(members.map((each) => each.ordinal)).size !== members.length) {
    return refuse(`the positions of ${wish.replicas} members`, 'read the position of every member');
  }
  const known: (MemberPosition & { readonly position: Position })[] = members.flatMap((each) =>
    isKnown(each.position) ? [{ ...each, position: each.position }] : [],
  );
  // Zeros too: Galera writes them when a transfer broke off or the data is inconsistent, so they are no proof of having no say.
  const [first] = known;
  if (first === undefined || known.length < members.length) {
    return refuse(
      "every member's position is known",
      'bring back the volume that cannot be read: a member left out may be ahead. Where it is lost for good, decide by hand: docs/decisions/0020-lost-volumes.md has the commands',
    );
  }
  if (known.some((each) => each.position.uuid !== first.position.uuid)) {
    return refuse(
      'one history on all members',
      'find out by hand which history is the right one; the others must take its data',
    );
  }
  // Members are in order of ordinals, so only one that is ahead takes the place of the lowest.
  const best = known.reduce((a, b) => (comparePositions(b.position, a.position) === 'ahead' ? b : a));
  const equals = known.filter((each) => each !== best && comparePositions(each.position, best.position) === 'same');
  const top = [best, ...equals];
  const chosen = wish.firstOrdinal === undefined ? best : top.find((each) => each.ordinal === wish.firstOrdinal);
  if (chosen === undefined) {
    return refuse(
      `the member with ordinal ${wish.firstOrdinal}, which must start first, has the highest position`,
      `give it the data of ${best.member} first, or decide by hand: starting it now loses what it lacks`,
    );
  }
  return {
    ok: true,
    candidate: {
      member: chosen.member,
      ordinal: chosen.ordinal,
      position: chosen.position,
      because: reason(known.length, top.length, chosen === best),
      equals: top.filter((each) => each !== chosen).map((each) => each.member),
      table,
    },
  };
}

function reason(known: number, equals: number, lowest: boolean): string {
  if (known === 1) return 'the only member with data';
  if (equals === 1) return 'the highest position';
  const pick = lowest ? 'the lowest ordinal' : 'the ordinal that must start first';
  return equals === known ? `all positions are equal; ${pick}` : `the highest position; ${pick} of those that have it`;
}
