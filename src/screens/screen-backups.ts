import { formatBytes } from '../base/bytes.ts';
import { formatAge } from '../base/duration.ts';
import type { BackupRow } from '../views/status-view.ts';
import { backupDetails, keptText } from './backup-details.ts';
import { heads, type Line, line } from './line.ts';
import { staleText, unreadText } from './listing-text.ts';
import { backupColumns, backupLine } from './lists.ts';
import { stacked } from './panes.ts';
import { type Block, cursorIn, type Screen, windowOf } from './screen.ts';
import { columnsOf } from './text.ts';
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
    const details = cursor === undefined ? [] : backupDetails(view, cursor, area.width);
    const height = Math.max(1, area.height - 3 - details.length);
    return stacked(
      [
        {
          head: headOf(view, area.width),
          lines: listLines(view, rows, cursor, { ...area, height }),
        },
        ...(cursor === undefined ? [] : [{ head: [cursor, keptText(view, cursor)] as const, lines: details }]),
      ],
      area.width,
    );
  },
};

function unknownText({ state }: View): string | undefined {
  const why = state.listing.last?.value.backups.unknown;
  return why === undefined ? undefined : `not known: ${why}`;
}

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

/** The claim's name is whole as long as there is any room for it. */
function headOf(view: View, width: number): readonly [left: string, right: string] {
  const title = `Backups of ${view.state.target?.cluster} on ${claimOf(view)}`;
  const of = view.state.listing.last?.value.backups;
  if (of === undefined) return [title, 'not read yet'];
  const age = of.readAt === undefined ? 'not read' : `read ${formatAge(view.state.now - of.readAt)} ago`;
  const free = of.freeBytes === undefined ? 'free not known' : `${formatBytes(of.freeBytes, 'down')} free`;
  const rows = rowsOf(view).length;
  const count = `${rows === of.rows.length ? rows : `${rows} of ${of.rows.length}`}${staleText(view.state)}`;
  const ranges = [`${count}, volume ${age}, ${free}`, `${count}, ${age}, ${free}`, `${count}, ${free}`];
  const fits = ranges.find((range) => columnsOf(title) + columnsOf(range) + 8 <= width);
  return [title, fits ?? ranges.at(-1) ?? count];
}

function listLines(view: View, rows: readonly BackupRow[], cursor: string | undefined, area: Area): readonly Line[] {
  const columns = backupColumns(area.width, isWide(view));
  const at = rows.findIndex(({ id }) => id === cursor);
  const filter = view.state.ui.filters.backups ?? '';
  const unread = unreadText(view.state) ?? unknownText(view);
  const empty =
    unread !== undefined
      ? `    ${unread}`
      : filter === ''
        ? `    no backups on ${claimOf(view)} yet: b takes the first`
        : `    0 of ${view.state.listing.last?.value.backups.rows.length ?? 0} match "${filter}": esc clears`;
  return [
    line('    ', heads(columns)),
    ...(rows.length === 0
      ? [line(empty)]
      : windowOf(rows, at, area.height).map((row) => backupLine(row, columns, view.state.now, row.id === cursor))),
  ];
}
