import {
  donorRule,
  endNamesDebts,
  everyTraceIsOwed,
  gatesAnswered,
  noDesyncWithoutDebt,
  oldDataReachable,
  provenIsSo,
  trafficOnlyToProven,
} from './run-invariants.ts';
import type { Invariant } from './seen.ts';
import {
  highestFirst,
  listedRestores,
  noClaimDeleted,
  noPodWhileSwapHalf,
  noSecondBootstrap,
  noStartWhileSwapHalf,
  oneHistory,
} from './world-invariants.ts';

export interface Named {
  readonly name: string;
  readonly holds: Invariant;
}

/** Asked after every step of the world, and after every line of a journal. */
export const atEveryStep: readonly Named[] = [
  { name: 'one history', holds: oneHistory },
  { name: 'no second bootstrap', holds: noSecondBootstrap },
  { name: 'the highest first', holds: highestFirst },
  { name: 'no start while a swap is half', holds: noStartWhileSwapHalf },
  { name: 'no pod while a swap is half', holds: noPodWhileSwapHalf },
  { name: 'no desync without a debt', holds: noDesyncWithoutDebt },
  { name: 'every trace is owed', holds: everyTraceIsOwed },
  { name: 'no claim deleted', holds: noClaimDeleted },
  { name: 'what is listed restores', holds: listedRestores },
  { name: 'old data reachable', holds: oldDataReachable },
  { name: 'traffic only to proven data', holds: trafficOnlyToProven },
];

/** Asked after each line of a journal: they look at the last one. */
export const atEachLine: readonly Named[] = [
  { name: 'the donor may be one', holds: donorRule },
  { name: 'what is proven is so', holds: provenIsSo },
  { name: 'gates are answered', holds: gatesAnswered },
  { name: 'the end names the debts', holds: endNamesDebts },
];
