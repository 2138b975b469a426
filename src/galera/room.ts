import { formatBytes } from '../base/bytes.ts';
import { type Failure, failure } from '../base/failure.ts';

const mebibyte = 1024 ** 2;

/** Bytes that stay free on a volume while this program writes to it: as configured, or the larger of 5 % and 256 MiB. */
export function reserveFloor(capacityBytes: number, configured?: number): number {
  return configured ?? Math.max(Math.ceil(capacityBytes * 0.05), 256 * mebibyte);
}

export interface Room {
  /** Bytes that must be free before anything is written, the floor among them. */
  readonly needBytes: number;
  readonly floorBytes: number;
  /** How the need came about, for the plan. */
  readonly sum: string;
}

/**
 * A backup: the data times the ratio of packed to unpacked, which the last backup measured and which is 1 before there was one,
 * plus the floor of the backup volume.
 */
export function backupRoom(of: {
  readonly dataBytes: number;
  readonly floorBytes: number;
  readonly ratio?: number;
}): Room {
  const measured = of.ratio !== undefined && Number.isFinite(of.ratio) && of.ratio > 0 ? of.ratio : undefined;
  const archive = Math.ceil(of.dataBytes * (measured ?? 1));
  const how =
    measured === undefined
      ? 'not measured yet, so as large as the data'
      : `${Math.round(measured * 100)}% of the data, as the last one`;
  return {
    needBytes: archive + of.floorBytes,
    floorBytes: of.floorBytes,
    sum: `${formatBytes(archive, 'up')} for the archive (${how}) and ${formatBytes(of.floorBytes, 'up')} reserve`,
  };
}

/**
 * A restore, on each member's volume: 1.1 times the unpacked data, and the larger of 10 % of it and the floor (sequences.md
 * §2.4). The current data stands beside it until the swap, which moves and copies nothing, so it is not counted.
 */
export function restoreRoom(of: { readonly dataBytes: number; readonly floorBytes: number }): Room {
  const copy = Math.ceil((of.dataBytes * 11) / 10);
  const spare = Math.max(Math.ceil(of.dataBytes / 10), of.floorBytes);
  return {
    needBytes: copy + spare,
    floorBytes: of.floorBytes,
    sum: `${formatBytes(copy, 'up')} for the unpacked copy (1.1 times the data) and ${formatBytes(spare, 'up')} reserve`,
  };
}

/** Undefined when there is room. Free space that is not known is a question, not a yes: a runner measures it first. */
export function refuseRoom(volume: string, room: Room, freeBytes: number | undefined): Failure | undefined {
  if (freeBytes !== undefined && freeBytes >= room.needBytes) return undefined;
  return failure(
    freeBytes === undefined ? 'unknown' : 'refused',
    `${formatBytes(room.needBytes, 'up')} free on ${volume}: ${room.sum}`,
    freeBytes === undefined ? 'free space not measured' : `${formatBytes(freeBytes, 'down')} free`,
    freeBytes === undefined
      ? 'let a runner measure it, then plan again'
      : `make room on ${volume} or enlarge it, then plan again`,
  );
}
