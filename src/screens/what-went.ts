import { runsUnread } from '../views/unread.ts';
import { debtKey } from './describe-debt.ts';
import type { Listing } from './operations.ts';
import type { Ui } from './state.ts';

/** By block of a cursor: what is in it, by id, and what that is called. */
const lists: { readonly [block: string]: readonly [name: string, ids: (of: Listing) => readonly string[]] } = {
  backups: ['backup', ({ backups }) => backups.rows.map(({ id }) => id)],
  runs: ['run', ({ runs }) => runs.map(({ run }) => run)],
  debts: ['debt', ({ debts }) => debts.map(debtKey)],
};

/** The cursor stays in its place when what it was on has gone: what went is said, or a key would be pressed for something else. */
export function whatWent({ cursors, screen }: Ui, before: Listing | undefined, after: Listing): string | undefined {
  const on: readonly string[] =
    screen === 'dashboard' ? ['backups', 'runs'] : screen === 'runs' ? ['debts', 'runs'] : [screen];
  if (before === undefined) return undefined;
  for (const block of on) {
    const [name, ids] = lists[block] ?? [];
    const id = cursors[block]?.id;
    if (name === undefined || ids === undefined || id === undefined) continue;
    if (ids(before).includes(id) && !ids(after).includes(id))
      return `${name} ${id.split(' ').at(-1)} ${isUnread(block, after) ? 'could not be read' : 'is no longer there'}: the cursor is on what stands in its place`;
  }
  return undefined;
}

/** Whether it may still be there. */
function isUnread(block: string, { backups, unread }: Listing): boolean {
  return (block === 'backups' ? backups.unknown : runsUnread(unread)) !== undefined;
}
