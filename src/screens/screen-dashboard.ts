import { formatBytes } from '../base/bytes.ts';
import { formatAge } from '../base/duration.ts';
import { clockText } from '../base/time.ts';
import { attention, attentionLines } from './attention.ts';
import { detailPanel } from './detail-panel.ts';
import { heads, line } from './line.ts';
import { backupColumns, backupLine, runColumns, runLine } from './lists.ts';
import { type Section, sideBySide, stacked } from './panes.ts';
import { type Block, cursorIn, type Screen, windowOf } from './screen.ts';
import { type Area, isTall, isWide, type View } from './view.ts';

function blocks(view: View): readonly Block[] {
  const { listing } = view.state;
  return [
    { name: 'members', ids: view.cluster.members.map(({ look }) => look.member) },
    { name: 'backups', ids: backupsOf(view).map(({ id }) => id) },
    { name: 'runs', ids: alerts(view).length > 0 ? [] : (listing.last?.value.runs ?? []).map(({ run }) => run) },
  ];
}

/** Data that is only kept is no reason to take the place of the runs. */
function alerts(view: View) {
  const all = attention(view);
  return all.some(({ word }) => word !== 'kept') ? all : [];
}

function backupsOf({ state }: View) {
  const wanted = (state.ui.filters.dashboard ?? '').toLowerCase();
  const rows = state.listing.last?.value.backups.rows ?? [];
  return wanted === '' ? rows : rows.filter(({ id, proof }) => `${id} ${proof}`.toLowerCase().includes(wanted));
}

export const dashboard: Screen = {
  name: 'dashboard',
  members: 'always',
  blocks,
  hints: (view) =>
    alerts(view).length > 0
      ? ['repair', 'story', 'describe', 'logs', 'open', 'backup', 'restore', 'help', 'leave']
      : ['backup', 'restore', 'story', 'open', 'filter', 'describe', 'logs', 'help', 'leave'],
  body(view, area) {
    const panel = isWide(view) && isTall(view);
    const width = panel ? Math.floor(area.width * 0.675) : area.width;
    const left = leftBlocks(view, { ...area, width });
    return panel ? sideBySide(left, detailPanel(view, blocks(view)), width, area) : stacked(left, width);
  },
};

function leftBlocks(view: View, area: Area): readonly Section[] {
  const entries = alerts(view);
  const count = backupsOf(view).length;
  const runs = view.state.listing.last?.value.runs.length ?? 0;
  const lower = Math.max(1, runs);
  const tall = isTall(view);
  // Titles and heads of both lists; where there is room, what was seen below them.
  const room = area.height - 4 - (tall ? 6 : 1);
  const backups = Math.min(Math.max(1, count), Math.max(Math.ceil(room * (tall ? 0.4 : 0.5)), room - lower));
  const more = room - backups;
  const first = backupsBlock(view, area.width, backups);
  if (entries.length > 0) {
    const height = area.height - backups - 3;
    const lines = attentionLines(entries, area.width).slice(0, height);
    return [first, { head: ['Attention', `${entries.length}, worst first`], lines }];
  }
  const second = runsBlock(view, area.width, Math.min(lower, more));
  if (!tall) return [first, second];
  const left = area.height - 4 - backups - Math.min(lower, more) - 1;
  return [first, second, seenBlock(view, left)];
}

function backupsBlock(view: View, width: number, height: number): Section {
  const { state } = view;
  const all = blocks(view);
  const listing = state.listing.last?.value;
  const rows = backupsOf(view);
  const cursor = cursorIn(view, all, 'backups');
  const at = rows.findIndex(({ id }) => id === cursor);
  const shown = windowOf(rows, at, height);
  const of = listing?.backups;
  const free = of?.freeBytes === undefined ? 'free not known' : `${formatBytes(of.freeBytes, 'down')} free`;
  const read = of?.readAt === undefined ? '' : ` ${formatAge(state.now - of.readAt)} ago`;
  const columns = backupColumns(isWide(view) ? width - 1 : width, isWide(view));
  const claim = of?.claim ?? state.target?.claim ?? '?';
  const why = emptyBackups(view, claim);
  return {
    head: [
      `Backups on ${claim}`,
      of === undefined ? 'not read yet' : `${shown.length} of ${of.rows.length}, ${free}${read}`,
    ],
    lines: [
      line('    ', heads(columns)),
      ...(why === undefined
        ? shown.map((row) => backupLine(row, columns, state.now, row.id === cursor))
        : [line(`    ${why}`)]),
    ],
  };
}

function emptyBackups(view: View, claim: string): string | undefined {
  const { last, failing } = view.state.listing;
  if (backupsOf(view).length > 0) return undefined;
  if (last === undefined)
    return failing === undefined ? 'being read' : `not read since ${clockText(failing.since)}: ${failing.found}`;
  const { backups } = last.value;
  if (backups.unknown !== undefined) return `not known: ${backups.unknown}`;
  const filter = view.state.ui.filters.dashboard ?? '';
  return backups.rows.length > 0
    ? `0 of ${backups.rows.length} match "${filter}": esc clears`
    : `no backups on ${claim} yet: b takes the first`;
}

function runsBlock(view: View, width: number, height: number): Section {
  const { state } = view;
  const runs = state.listing.last?.value.runs ?? [];
  const cursor = cursorIn(view, blocks(view), 'runs');
  const at = runs.findIndex(({ run }) => run === cursor);
  const shown = windowOf(runs, at, height);
  const columns = runColumns(isWide(view) ? width - 1 : width, isWide(view));
  return {
    head: ['Last runs', `${shown.length} of ${runs.length}`],
    lines: [
      line('    ', heads(columns)),
      ...(runs.length === 0
        ? [line('    no runs yet: b takes a backup')]
        : shown.map((run) => runLine(run, columns, state, run.run === cursor))),
    ],
  };
}

function seenBlock({ state }: View, height: number): Section {
  const shown = state.seen.slice(0, Math.max(0, height));
  const width = Math.max(16, ...shown.map(({ what }) => what.length));
  return {
    head: [`Seen here since ${clockText(state.openedAt)}`, `${shown.length} of ${state.seen.length}, newest first`],
    lines:
      shown.length === 0
        ? [line('  nothing has changed yet')]
        : shown.map(({ at, what, says }) => line(`  ${clockText(at)}  ${what.padEnd(width)}   ${says}`)),
  };
}
