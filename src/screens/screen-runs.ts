import { formatDuration } from '../base/duration.ts';
import { closeCommand } from '../record/commands.ts';
import { detailLines } from './detail-panel.ts';
import { apart, heads, type Line, line } from './line.ts';
import { runColumns, runLine } from './lists.ts';
import { type Section, stacked } from './panes.ts';
import { type Block, cursorIn, type Screen, windowOf } from './screen.ts';
import { sign } from './signs.ts';
import { type Area, isWide, type View } from './view.ts';

/** Debts on top with who owes them and since when; runs below, with what each keeps. */
export const runsScreen: Screen = {
  name: 'runs',
  members: 'tall',
  blocks,
  hints: () => ['open', 'transcript', 'repair', 'resume', 'rollback', 'close', 'filter', 'help', 'back'],
  body(view, area) {
    const cursor = cursorIn(view, blocks(view), 'runs');
    const details = cursor === undefined ? [] : detailLines(view, 'runs', cursor);
    const debts = debtSection(view, area);
    const height = area.height - debts.lines.length - 3 - (details.length + 1);
    return stacked(
      [
        debts,
        runSection(view, cursor, { ...area, height }),
        ...(cursor === undefined ? [] : [{ head: [cursor, ''] as const, lines: details }]),
      ],
      area.width,
    );
  },
};

function blocks(view: View): readonly Block[] {
  return [{ name: 'runs', ids: runsOf(view).map(({ run }) => run) }];
}

/** Those that the filter lets through. */
export function runsOf({ state }: View) {
  const wanted = (state.ui.filters.runs ?? '').toLowerCase();
  const runs = state.listing.last?.value.runs ?? [];
  return wanted === ''
    ? runs
    : runs.filter(({ run, runbook, by, outcome }) =>
        `${run} ${runbook} ${by} ${outcome}`.toLowerCase().includes(wanted),
      );
}

function debtSection({ state }: View, area: Area): Section {
  const debts = state.listing.last?.value.debts ?? [];
  const owed = debts.filter(({ due }) => due === 'end').length;
  return {
    head: [owed === 0 ? 'Owes nothing' : `Owes ${owed}`, debts.length === 0 ? '' : 'for'],
    lines: debts.map(({ id, says, run, since, due, carried }) =>
      apart(
        line(
          ' ',
          sign(due === 'close' ? 'none' : carried ? 'running' : 'look'),
          ` ${(id.split(':')[0] ?? '').padEnd(10)}`,
          due === 'close' ? `${says}, freed by: ${closeCommand(run)}` : `${says}, run ${run}`,
        ),
        line(` ${formatDuration(state.now - since)} `),
        area.width,
      ),
    ),
  };
}

function runSection(view: View, cursor: string | undefined, area: Area): Section {
  const runs = runsOf(view);
  const columns = runColumns(area.width, isWide(view));
  const shown = windowOf(
    runs,
    runs.findIndex(({ run }) => run === cursor),
    Math.max(1, area.height),
  );
  const all = view.state.listing.last?.value.runs.length ?? 0;
  const lines: readonly Line[] =
    runs.length === 0
      ? [line(all === 0 ? '    no runs yet: 1, then b takes a backup' : '    none matches the filter: esc clears')]
      : shown.map((run) => runLine(run, columns, view.state, run.run === cursor));
  return { head: ['Runs', `${shown.length} of ${all}`], lines: [line('    ', heads(columns)), ...lines] };
}
