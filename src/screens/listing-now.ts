import { formatAge } from '../base/duration.ts';
import { leaseUnread, runsUnread } from '../views/unread.ts';
import { isFresh } from './cluster-now.ts';
import type { ScreensState } from './state.ts';

/** Lists are read every five seconds; as any answer, one is good for two intervals (screens.md §1, Stale). */
export const listEveryMs = 5000;

/** How long lists are not known by now; undefined while they are. Before the first one: since the screens were opened. */
export function unlistedMs({ listing, now, openedAt }: ScreensState): number | undefined {
  const { last } = listing;
  return isFresh(last?.at, now, listEveryMs) ? undefined : Math.max(0, now - (last?.at ?? openedAt));
}

/** Why nobody knows now all that is owed and kept here; undefined when it is known. That nothing is listed says nothing then. */
export function owedUnknown(state: ScreensState): string | undefined {
  const { last, failing } = state.listing;
  const missing = unlistedMs(state);
  if (last === undefined) return failing?.found ?? 'not read yet';
  return missing === undefined ? runsUnread(last.value.unread) : `not read for ${formatAge(missing)}`;
}

/** Whether nobody has said lately which run is at work. */
export function isLeaseUnknown({ listing }: ScreensState): boolean {
  return leaseUnread(listing.last?.value.unread ?? []) !== undefined;
}
