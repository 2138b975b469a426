import { discardAction, freedText } from './discard.ts';

/** What `runs close` does: after it there is no rollback. */
export const restoreDiscardKept = discardAction({
  name: 'restore.discard-kept',
  summary: 'Removes the data that a run has set aside: no rollback after that.',
  what: 'all',
  danger: 'destroys',
  from: 'data set aside',
  to: 'deleted',
  says: (volumes, bytes) => `data set aside is deleted on ${volumes} volumes${freedText(bytes)}`,
});
