import { formatBytes } from '../base/bytes.ts';
import { formatAge } from '../base/duration.ts';
import { type Failure, failure } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import type { Room } from '../galera/room.ts';
import { reserveFloor } from '../galera/room.ts';
import type { Look } from '../target/look.ts';
import type { Measure } from './volume-measures.ts';
import type { VolumeView } from './volume-view.ts';

/** A measurement older than this refuses nothing: room may have been made since, and the Job measures before it does anything. */
export const freshMs = 3 * 60_000;

/** Size of a volume: a shared one may be larger than its claim asked for, so the larger of capacity and what a runner saw. */
export function sizeOf(volume: VolumeView, measure: Measure | undefined): number | undefined {
  if (volume.capacityBytes === undefined) return measure?.totalBytes;
  return Math.max(volume.capacityBytes, measure?.totalBytes ?? 0);
}

export function floorOf(look: Look, volume: VolumeView, measure: Measure | undefined): number {
  return reserveFloor(sizeOf(volume, measure) ?? 0, look.config.backups.reserveBytes);
}

export interface RoomSeen {
  /** What is known proves it too small. */
  readonly refused?: Failure;
  readonly says: string;
  readonly facts: JsonObject;
}

/** Judges by what reading can know: a claim's size and the last measurement of a runner, with its age (design §5). */
export function judgeRoom(look: Look, volume: VolumeView, room: Room, measure: Measure | undefined): RoomSeen {
  const { claim } = volume;
  const size = sizeOf(volume, measure);
  const age = measure ? look.clock.now() - measure.at : undefined;
  const need = formatBytes(room.needBytes, 'up');
  const expected = `${need} free on claim ${claim}: ${room.sum}`;
  const next = `make room on claim ${claim} or enlarge it, then plan again`;
  const seen =
    measure && age !== undefined
      ? `${formatBytes(measure.freeBytes, 'down')} free ${formatAge(age)} ago`
      : 'free space never measured';
  const says = `${need} on claim ${claim}, ${seen}; the Job measures again`;
  const facts: JsonObject = {
    claim,
    needBytes: room.needBytes,
    ...(size === undefined ? {} : { sizeBytes: size }),
    ...(measure ? { freeBytes: measure.freeBytes, measuredAt: measure.at } : {}),
  };
  const refuse = (found: string, then: string): RoomSeen => ({
    refused: failure('refused', expected, found, then),
    says,
    facts,
  });
  if (!volume.bound) return refuse('the claim is not bound', `bind claim ${claim} first`);
  if (size !== undefined && size < room.needBytes)
    return refuse(`the whole volume has ${formatBytes(size, 'down')}`, next);
  if (measure && age !== undefined && age < freshMs && measure.freeBytes < room.needBytes) {
    return refuse(seen, `${next}; a measurement older than ${formatAge(freshMs)} refuses nothing`);
  }
  return { says, facts };
}
