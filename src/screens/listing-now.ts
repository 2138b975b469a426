import { isFresh } from './cluster-now.ts';
import type { ScreensState } from './state.ts';

/** Lists are read every five seconds; as any answer, one is good for two intervals (screens.md §1, Stale). */
export const listEveryMs = 5000;

/** How long lists are not known by now; undefined while they are. Before the first one: since the screens were opened. */
export function unlistedMs({ listing, now, openedAt }: ScreensState): number | undefined {
  const { last } = listing;
  return isFresh(last?.at, now, listEveryMs) ? undefined : Math.max(0, now - (last?.at ?? openedAt));
}
