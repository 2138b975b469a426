import { formatDuration } from '../base/duration.ts';
import { closeCommand } from '../record/commands.ts';
import type { DebtRow } from '../views/status-view.ts';
import { runsUnread, unreadSays } from '../views/unread.ts';
import { personText } from '../views/words.ts';
import { debtKey } from './describe-debt.ts';
import { apart, heads, type Line, line, span } from './line.ts';
import { staleText, unreadText } from './listing-text.ts';
import { runColumns, runLine } from './lists.ts';
import { type Section, stacked } from './panes.ts';
import { runDetails } from './run-details.ts';
import { type Block, cursorIn, type Screen, windowOf } from './screen.ts';
import { inRole, type Sign, sign } from './signs.ts';
import { wrapped } from './text.ts';
import { type Area, isWide, type View } from './view.ts';

/** Debts on top with who owes them and since when; runs below, with what each keeps and the command that frees it. */
export const runsScreen: Screen = {
  name: 'runs',
  members: 'tall',
  blocks: runBlocks,
  hints: () => ['open', 'transcript', 'repair', 'resume', 'rollback', 'close', 'filter', 'help', 'back'],
  body(view, area) {
    const debt = cursorIn(view, runBlocks(view), 'debts');
    const cursor = cursorIn(view, runBlocks(view), 'runs');
    const debts = debtSection(view, debt, area);
    const run = cursor ?? debt?.split(' ')[0];
    const all = run === undefined ? [] : runDetails(view, run, area.width);
    // Debts and runs come first: the rest is behind `d`.
    const details = all.slice(0, Math.max(0, area.height - debts.lines.length - leastRuns - 4));
    const panel = details.length === 0 || run === undefined ? [] : [{ head: [run, ''] as const, lines: details }];
    const height = area.height - debts.lines.length - 3 - (panel.length === 0 ? 0 : details.length + 1);
    return stacked([debts, runSection(view, cursor, { ...area, height }), ...panel], area.width);
  },
};

const leastRuns = 3;

export function runBlocks(view: View): readonly Block[] {
  return [
    { name: 'debts', ids: debtsOf(view).map(debtKey) },
    { name: 'runs', ids: runsOf(view).map(({ run }) => run) },
  ];
}

/** What somebody has to pay before what is only kept. */
export function debtsOf({ state }: View): readonly DebtRow[] {
  const debts = state.listing.last?.value.debts ?? [];
  return [...debts.filter(({ due }) => due === 'end'), ...debts.filter(({ due }) => due === 'close')];
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

/** Damaged records may be many, and the runs are below. */
const saidAtMost = 2;
const restOfThem = 'more could not be read: 1, then o, has all of them';

function debtSection(view: View, cursor: string | undefined, area: Area): Section {
  const unread = unreadText(view.state);
  if (unread !== undefined)
    return { head: ['Owes ?', ''], lines: [line(' ', sign('unknown'), ` not known: ${unread}`)] };
  const debts = debtsOf(view);
  const listed = view.state.listing.last?.value.unread ?? [];
  const hidden = listed.filter(({ what }) => what === 'runs' || what === 'run' || what === 'lease');
  const more = hidden.length - saidAtMost;
  const says = [...hidden.slice(0, saidAtMost).map(unreadSays), ...(more > 0 ? [`${more} ${restOfThem}`] : [])];
  const notKnown = says.flatMap((each) =>
    wrapped(each, area.width - 4).map((text, index) =>
      index === 0 ? line('  ', sign('unknown'), ' ', text) : line('    ', text),
    ),
  );
  const all = runsUnread(listed) === undefined;
  const owed = debts.filter(({ due }) => due === 'end').length;
  const keeps = debts.length - owed;
  const title = `${owed === 0 ? (all ? 'Owes nothing' : 'Owes ?') : `Owes ${owed}${all ? '' : ' or more'}`}${keeps === 0 ? '' : `, keeps ${keeps}`}`;
  const lines = debts.map((debt) => debtLines(view, debt, debtKey(debt) === cursor, area.width));
  const at = debts.findIndex((debt) => debtKey(debt) === cursor);
  // Where there are more than half of the screen has room for, those around the cursor.
  const shown = windowOf(lines, at, Math.max(1, Math.floor(area.height / 4)));
  const range =
    debts.length === 0 ? '' : shown.length < debts.length ? `for, ${shown.length} of ${debts.length}` : 'for';
  return { head: [title, range], lines: [...notKnown, ...shown.flat()] };
}

const debtIndent = 15;

function debtLines({ state }: View, debt: DebtRow, focused: boolean, width: number): readonly Line[] {
  const { id, says, since, due, carried } = debt;
  const of: Sign = due === 'close' ? 'none' : carried ? 'running' : 'look';
  const age = ` ${formatDuration(state.now - since)} `;
  const name = (id.split(':')[0] ?? '').padEnd(debtIndent - 5);
  const [first = '', ...more] = wrapped(says, width - debtIndent - age.length);
  return [
    apart(
      line(
        focused ? span('>', 'cursor') : ' ',
        ' ',
        sign(of),
        ' ',
        focused ? span(name, 'cursor') : inRole(of, name),
        ` ${first}`,
      ),
      line(age),
      width,
    ),
    ...[...more, ...wrapped(whoText(debt), width - debtIndent)].map((text) => line(' '.repeat(debtIndent), text)),
  ];
}

function whoText({ run, step, by, due, carried }: DebtRow): string {
  if (due === 'close') return `freed by: ${closeCommand(run)}`;
  const who = `${step} of run ${run}, ${personText(by)}`;
  return who + carrier(carried);
}

function carrier(carried: boolean | undefined): string {
  if (carried === undefined) return ': it may be at work, p finds out';
  return carried ? ': it is at work and pays' : ': nobody carries it, p repairs';
}

function noRuns({ state }: View): string {
  const why = runsUnread(state.listing.last?.value.unread ?? []);
  return why === undefined ? 'no runs yet: 1, then b takes a backup' : `not known: ${why}`;
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
  const filter = view.state.ui.filters.runs ?? '';
  const unread = unreadText(view.state);
  if (unread !== undefined) return { head: ['Runs', 'not read yet'], lines: [line(`    ${unread}`)] };
  const lines: readonly Line[] =
    runs.length === 0
      ? [line(all === 0 ? `    ${noRuns(view)}` : `    0 of ${all} match "${filter}": esc clears`)]
      : shown.map((run) => runLine(run, columns, view.state, run.run === cursor));
  return {
    head: ['Runs', `${shown.length} of ${all}${staleText(view.state)}`],
    lines: [line('    ', heads(columns)), ...lines],
  };
}
