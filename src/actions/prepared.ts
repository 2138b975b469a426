import { fail } from '../base/failure.ts';
import type { Json, JsonObject } from '../base/json.ts';
import { comparePositions, isKnown, type Position } from '../galera/position.ts';
import type { ClusterView, MemberView } from './cluster-view.ts';
import { positionFrom } from './member-position.ts';

/** A copy unpacked beside a member's data, as `restore.unpack` gives it. */
export interface Prepared {
  readonly member: string;
  readonly ordinal: number;
  /** The backup's id. */
  readonly backup: string;
  readonly position: Position;
}

export function preparedFrom(list: readonly Json[]): readonly Prepared[] {
  return list.map((each) => {
    const { member, ordinal, backup, position } = (each ?? {}) as JsonObject;
    const at = positionFrom(position);
    if (typeof member !== 'string' || typeof ordinal !== 'number' || typeof backup !== 'string' || !isKnown(at)) {
      fail(
        'failed',
        'member, ordinal, backup and position of each prepared copy',
        JSON.stringify(each),
        'this is a defect of the step that should have given it',
      );
    }
    return { member, ordinal, backup, position: at };
  });
}

/** The one position of all copies: members that start from different ones would not be one cluster. */
export function onePosition(copies: readonly Prepared[]): Position {
  const [first] = copies;
  if (!first) fail('failed', 'prepared copies', 'none', 'unpack the backup first');
  const other = copies.find(({ position }) => comparePositions(position, first.position) !== 'same');
  if (other)
    fail('failed', 'one position of all prepared copies', `${first.member} and ${other.member} differ`, 'unpack again');
  return first.position;
}

/** All members of the cluster, no more and no fewer: a member that keeps its data beside restored ones joins silently wrong. */
export function everyMember(view: ClusterView, names: readonly string[]): readonly MemberView[] {
  const missing = view.members.filter(({ name }) => !names.includes(name)).map(({ name }) => name);
  const extra = names.filter((name) => !view.members.some((member) => member.name === name));
  if (missing.length === 0 && extra.length === 0) return view.members;
  const found = [...missing.map((name) => `${name} left out`), ...extra.map((name) => `${name} is no member`)].join(
    ', ',
  );
  fail(
    'refused',
    `every member: ${view.members.map(({ name }) => name).join(', ')}`,
    found,
    'give all members, and no others',
  );
}
