import { compareSeqnos, parseSeqno, type Seqno, seqnoDistance, undefinedSeqno } from './seqno.ts';

/** Where a member's data stands. A seqno means nothing without the UUID of the history that it counts in. */
export interface Position {
  /** Lower case. {@link zeroUuid} where there is no history: such a member takes a full state transfer. */
  readonly uuid: string;
  /** Decimal text; `-1` after a crash: the data has a position, but this file does not know it. */
  readonly seqno: Seqno;
}

export const zeroUuid = '00000000-0000-0000-0000-000000000000';

export const noPosition: Position = { uuid: zeroUuid, seqno: undefinedSeqno };

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function parseUuid(text: string): string | undefined {
  const uuid = text.toLowerCase();
  return uuidPattern.test(uuid) ? uuid : undefined;
}

/**
 * The position in `UUID:SEQNO`, with what the tools put behind it: `xtrabackup_galera_info` (from 11.4 on `mariadb_backup_galera_info`)
 * is `UUID:SEQNO DOMAIN` without a newline, `--wsrep-recover` prints `UUID:SEQNO` or `UUID:SEQNO,DOMAIN-SERVER-SEQ`.
 */
export function parsePosition(text: string): Position | undefined {
  const match = /^([0-9a-fA-F-]{36}):(-?\d+)(?: \d*|,\d+-\d+-\d+)?$/.exec(text.trim());
  if (match === null) return undefined;
  const uuid = parseUuid(match[1] ?? '');
  const seqno = parseSeqno(match[2] ?? '');
  return uuid === undefined || seqno === undefined ? undefined : { uuid, seqno };
}

/** The last `WSREP: Recovered position` in the log of `mariadbd --wsrep-recover`. */
export function parseRecoveredPosition(log: string): Position | undefined {
  const found = [...log.matchAll(/Recovered position(?: from storage)?:\s*(\S+)/g)].at(-1)?.[1];
  return found === undefined ? undefined : parsePosition(found);
}

export function formatPosition(position: Position): string {
  return `${position.uuid}:${position.seqno}`;
}

/** `36553af3:4103391`: a UUID by its first 8, a seqno always whole, to be copied. */
export function shortPosition(position: Position | undefined): string {
  return position === undefined ? 'unknown' : `${shortUuid(position.uuid)}:${position.seqno}`;
}

export function shortUuid(uuid: string): string {
  return uuid.slice(0, 8);
}

/** A history and a place in it: neither without a history nor with the undefined seqno. */
export function isKnown(position: Position | undefined): position is Position {
  return position !== undefined && position.uuid !== zeroUuid && position.seqno !== undefinedSeqno;
}

export type Comparison = 'same' | 'ahead' | 'behind' | 'other-history' | 'unknown';

/**
 * How `left` stands to `right`. Positions of two histories have no order: tools that compare the seqno alone have bootstrapped
 * the wrong member. Two known UUIDs that differ are `other-history` even where a seqno is not known.
 */
export function comparePositions(left: Position | undefined, right: Position | undefined): Comparison {
  if (left === undefined || right === undefined) return 'unknown';
  if (left.uuid === zeroUuid || right.uuid === zeroUuid) return 'unknown';
  if (left.uuid !== right.uuid) return 'other-history';
  if (left.seqno === undefinedSeqno || right.seqno === undefinedSeqno) return 'unknown';
  const order = compareSeqnos(left.seqno, right.seqno);
  return order === 0 ? 'same' : order < 0 ? 'behind' : 'ahead';
}

/** How many transactions lie between two positions of one history, as decimal text: what a restore to `from` undoes. */
export function transactionsBetween(from: Position | undefined, to: Position | undefined): string | undefined {
  if (!isKnown(from) || !isKnown(to) || from.uuid !== to.uuid) return undefined;
  return seqnoDistance(from.seqno, to.seqno);
}
