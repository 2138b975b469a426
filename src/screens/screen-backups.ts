import { formatBytes } from '../base/bytes.ts';
import { formatAge } from '../base/duration.ts';
import type { BackupRow } from '../views/status-view.ts';
import { detailLines } from './detail-panel.ts';
import { heads, type Line, line } from './line.ts';
import { backupColumns, backupLine } from './lists.ts';
import { stacked } from './panes.ts';
import { type Block, cursorIn, type Screen, windowOf } from './screen.ts';
import { type Area, isWide, type View } from './view.ts';

/** Backups with their proof; below, everything about the one under the cursor. */
export const backupsScreen: Screen = {
  name: 'backups',
  members: 'tall',
  blocks,
  hints: () => ['restore', 'verify', 'backup', 'story', 'open', 'filter', 'help', 'back'],
  line: () => 'proof: # not verified   = checksums match   + restored and compared   - failed',
  body(view, area) {
    const rows = rowsOf(view);
    const cursor = cursorIn(view, blocks(view), 'backups');
    const details = cursor === undefined ? [] : detailLines(view, 'backups', cursor);
    const height = Math.max(1, area.height - 3 - details.length);
    return stacked(
      [
        {
          head: [`Backups of ${view.state.target?.cluster} on ${claimOf(view)}`, rangeText(view)],
          lines: listLines(view, rows, cursor, { ...area, height }),
        },
        ...(cursor === undefined ? [] : [{ head: [cursor, ''] as const, lines: details }]),
      ],
      area.width,
    );
  },
};

function blocks(view: View): readonly Block[] {
  return [{ name: 'backups', ids: rowsOf(view).map(({ id }) => id) }];
}

function rowsOf({ state }: View): readonly BackupRow[] {
  const wanted = (state.ui.filters.backups ?? '').toLowerCase();
  const rows = state.listing.last?.value.backups.rows ?? [];
  return wanted === '' ? rows : rows.filter(({ id, proof }) => `${id} ${proof}`.toLowerCase().includes(wanted));
}

function claimOf({ state }: View): string {
  return state.listing.last?.value.backups.claim ?? state.target?.claim ?? '?';
}

function rangeText(view: View): string {
  const of = view.state.listing.last?.value.backups;
  if (of === undefined) return 'not read yet';
  const read = of.readAt === undefined ? 'volume not read' : `volume read ${formatAge(view.state.now - of.readAt)} ago`;
  const free = of.freeBytes === undefined ? 'free not known' : `${formatBytes(of.freeBytes, 'down')} free`;
  const rows = rowsOf(view).length;
  return `${rows === of.rows.length ? rows : `${rows} of ${of.rows.length}`}, ${read}, ${free}`;
}

function listLines(view: View, rows: readonly BackupRow[], cursor: string | undefined, area: Area): readonly Line[] {
  const columns = backupColumns(area.width, isWide(view));
  const at = rows.findIndex(({ id }) => id === cursor);
  const filter = view.state.ui.filters.backups ?? '';
  const empty =
    filter === ''
      ? `    no backups on ${claimOf(view)} yet: b takes the first`
      : `    none matches "${filter}": esc clears`;
  return [
    line('    ', heads(columns)),
    ...(rows.length === 0
      ? [line(empty)]
      : windowOf(rows, at, area.height).map((row) => backupLine(row, columns, view.state.now, row.id === cursor))),
  ];
}
