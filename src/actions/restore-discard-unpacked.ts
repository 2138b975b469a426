import { discardAction, freedText } from './discard.ts';

/** The copies that were not swapped in, or what a swap back has put there; never the data set aside. */
export const restoreDiscardUnpacked = discardAction({
  name: 'restore.discard-unpacked',
  summary: "Removes a run's unpacked copies from the members' volumes.",
  what: 'unpacked',
  danger: 'changes',
  from: 'unpacked copies, where there are any',
  to: 'removed; data set aside stays',
  says: (volumes, bytes) => `nothing of the unpacked copies is left on ${volumes} volumes${freedText(bytes)}`,
});
