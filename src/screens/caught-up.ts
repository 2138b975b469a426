import type { ScreensState, Watched } from './state.ts';

/**
 * All that a gate shows of the Galera cluster was asked for after `since`. A gate opens the moment a step has ended, and what that step did
 * is not on the screen yet: arriving a second later, it would look as if somebody else had done it.
 */
export function isCaughtUp({ look, members }: ScreensState, since: number): boolean {
  if (!isAskedAfter(look, since)) return false;
  return (look.last?.value.members ?? []).every(({ member, pod }) => {
    const sql = members[member]?.sql;
    return pod === undefined || sql?.failing !== undefined || (sql !== undefined && isAskedAfter(sql, since));
  });
}

function isAskedAfter({ last }: Watched<unknown>, since: number): boolean {
  return last !== undefined && last.at - last.tookMs >= since;
}
