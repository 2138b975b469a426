import type { TableSum } from '../galera/data-truth.ts';
import type { WorldOptions } from '../simulator/build.ts';
import type { FaultCommand, PlannedFault, World } from '../simulator/world.ts';

/** A bad day, or a good one, to be rehearsed: told in two paragraphs, played in acts, and checked at its end. */
export interface Scenario {
  readonly name: string;
  /** One line for the list. */
  readonly summary: string;
  /** What has happened, and what is to be learned from it. */
  readonly document: readonly [string, string];
  readonly world?: WorldOptions;
  /** `draw` gives whole numbers below its argument, by the seed. */
  acts(draw: (below: number) => number): readonly Act[];
  readonly ending: readonly Ending[];
}

export type Act =
  | { readonly act: 'say'; readonly says: string }
  /** A command line of this program. `{backup 1}` stands for the id of the first backup. `exit`: the codes with which it may end. */
  | { readonly act: 'command'; readonly words: readonly string[]; readonly exit: readonly number[] }
  | { readonly act: 'happens'; readonly says: string; readonly faults: readonly FaultCommand[] }
  /** What will go wrong in the middle of a command. */
  | { readonly act: 'looms'; readonly says: string; readonly faults: readonly PlannedFault[] }
  | { readonly act: 'time'; readonly says: string; readonly ms: number }
  /** The rows as they are now are those that should be there in the end. */
  | { readonly act: 'remember' }
  | { readonly act: 'compare' };

/** The rows of each member. */
export type Rows = { readonly [member: string]: readonly TableSum[] | undefined };

export interface Ended {
  readonly world: World;
  readonly before: Rows;
  readonly after: Rows;
}

/** Undefined: it ended as it should. */
export type Ending = (ended: Ended) => string | undefined;
