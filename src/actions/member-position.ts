import { fail } from '../base/failure.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { MemberPosition, PositionSource } from '../galera/bootstrap-candidate.ts';
import { isKnown, type Position, parsePosition } from '../galera/position.ts';
import type { JobReport } from '../target/jobs.ts';

/** `dropped`: whole, and what was set aside is removed or about to be: there is no way back. */
export type SwapState = 'none' | 'half' | 'whole' | 'dropped' | 'back';

export interface SwapOf {
  readonly run: string;
  readonly state: SwapState;
}

/** What the verb `position` found on one member's volume. */
export interface VolumePosition extends MemberPosition {
  readonly safeToBootstrap: boolean;
  /** Swaps on this volume that are not closed, by run. */
  readonly swaps: readonly SwapOf[];
}

export function positionFrom(value: Json | undefined): Position | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { uuid, seqno } = value as JsonObject;
  return parsePosition(`${String(uuid)}:${String(seqno)}`);
}

/** A volume without data or with half of it, and a seqno that could not be recovered, have no position: unknown, never the lowest one. */
export function volumePosition(
  of: { readonly member: string; readonly ordinal: number },
  report: JobReport,
): VolumePosition {
  const result = report.result ?? {};
  const source: PositionSource = result.source === 'recovered' ? 'recovered' : 'grastate';
  const position = result.source === 'empty' || result.source === 'half' ? undefined : positionFrom(result);
  return {
    member: of.member,
    ordinal: of.ordinal,
    source,
    ...(position === undefined ? {} : { position }),
    safeToBootstrap: String(result.safeToBootstrap) === 'true' || String(result.safeToBootstrap) === '1',
    swaps: swapsOf(result),
  };
}

const states: readonly SwapState[] = ['none', 'half', 'whole', 'dropped', 'back'];

function swapsOf(result: JsonObject): SwapOf[] {
  const { swaps } = result;
  // Without the list nobody knows: taken for "none" it would let a member start on half a swap.
  if (!Array.isArray(swaps))
    fail('failed', 'the swaps on the volume in the result of the Job', 'no list', "look at the step's output");
  return swaps.flatMap(({ run, state }: JsonObject) => {
    const known = states.find((each) => each === state);
    // A state that this program does not know must not pass for "none".
    return typeof run === 'string' ? [{ run, state: known ?? 'half' }] : [];
  });
}

/** As output, and read back from it. */
export function positionJson(of: VolumePosition): JsonObject {
  return {
    member: of.member,
    ordinal: of.ordinal,
    source: of.source,
    uuid: of.position?.uuid ?? null,
    seqno: of.position?.seqno ?? null,
    safeToBootstrap: of.safeToBootstrap,
    swaps: of.swaps.map(({ run, state }) => ({ run, state })),
  };
}

export function knownPositions(list: readonly Json[]): Position[] {
  return list.flatMap((each) => {
    const position = positionFrom(each);
    return isKnown(position) ? [position] : [];
  });
}
