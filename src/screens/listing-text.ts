import { formatAge } from '../base/duration.ts';
import { clockText } from '../base/time.ts';
import { unlistedMs } from './listing-now.ts';
import type { ScreensState } from './state.ts';

/** Why lists have nothing to show yet; undefined once they were read. An empty list would be a statement. */
export function unreadText({ listing }: ScreensState): string | undefined {
  const { last, failing } = listing;
  if (last !== undefined) return undefined;
  return failing === undefined ? 'being read' : `not read since ${clockText(failing.since)}: ${failing.found}`;
}

/** For the title of a list that was not read lately: how old it is. */
export function staleText(state: ScreensState): string {
  const ms = unlistedMs(state);
  return ms === undefined || state.listing.last === undefined ? '' : `, read ${formatAge(ms)} ago`;
}
