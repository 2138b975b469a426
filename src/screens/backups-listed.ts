import { clockText } from '../base/time.ts';
import type { BackupRow } from '../views/status-view.ts';
import { filtered, noneMatches } from './filtering.ts';
import type { ScreensState } from './state.ts';

/** Both screens have their own filter. */
type On = 'dashboard' | 'backups';

export function backupsFiltered(state: ScreensState, on: On): readonly BackupRow[] {
  return filtered(state, on, state.listing.last?.value.backups.rows ?? [], ({ id, proof }) => `${id} ${proof}`);
}

/** Why no backup is listed, and which key helps. */
export function emptyBackups(state: ScreensState, on: On): string {
  const { last, failing } = state.listing;
  if (last === undefined)
    return failing === undefined ? 'being read' : `not read since ${clockText(failing.since)}: ${failing.found}`;
  const { claim, rows, unknown } = last.value.backups;
  if (unknown !== undefined) return `not known: ${unknown}`;
  return rows.length > 0 ? noneMatches(state, on, rows.length) : `no backups on ${claim} yet: b takes the first`;
}
