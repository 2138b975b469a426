import { formatBytes } from '../base/bytes.ts';
import { formatAge, formatClock } from '../base/duration.ts';
import { dateTimeText } from '../base/time.ts';
import { exits } from '../engine/exit-code.ts';
import type { RunSummary } from '../record/run-summary.ts';
import { runAtWork } from '../views/at-work.ts';
import type { BackupRow } from '../views/status-view.ts';
import { personText } from '../views/words.ts';
import { type Cell, type Column, type Line, line, row, type Span, span } from './line.ts';
import { isLeaseUnknown } from './listing-now.ts';
import { inRole, type Sign, sign } from './signs.ts';
import type { ScreensState } from './state.ts';
import { columnsOf } from './text.ts';

const gap: Column = { title: '', width: 0 };

/** Lists are as wide as this less the four columns of cursor and sign. */
const lead = 4;

export function backupColumns(width: number, seconds: boolean): readonly Column[] {
  const fixed: readonly Column[] = [
    { title: 'taken (UTC)', width: seconds ? 19 : 16 },
    { title: 'age', width: 6, right: true },
    { title: 'size', width: 8, right: true },
    gap,
    { title: 'position', width: seconds ? 17 : 19 },
  ];
  return [...fixed, { title: 'proof', width: restOf(width, fixed) }];
}

function restOf(width: number, fixed: readonly Column[]): number {
  return width - lead - fixed.reduce((sum, column) => sum + column.width + 1, 0);
}

export function backupLine(backup: BackupRow, columns: readonly Column[], now: number, focused: boolean): Line {
  const [taken] = columns;
  const proof = columns.at(-1)?.width ?? 0;
  const short = columnsOf(backup.proof) > proof ? (backup.proof.split(':')[0] ?? '') : backup.proof;
  const bad = backup.mark === '-';
  const cells: readonly Cell[] = [
    dateTimeText(backup.takenAt).slice(0, taken?.width ?? 16),
    formatAge(now - (backup.positionAt ?? backup.takenAt)),
    backup.bytes === undefined ? span('?', 'unknown') : formatBytes(backup.bytes),
    '',
    backup.position === undefined ? 'unknown' : shortPositionText(backup.position),
    bad ? span(short, 'bad') : short,
  ];
  return listLine(bad ? span('-', 'bad') : span(backup.mark), columns, cells, focused);
}

export function shortPositionText(position: string): string {
  return position.replace(/^([0-9a-f]{8})[0-9a-f-]{28}:/, '$1:');
}

export function runColumns(width: number, seconds: boolean): readonly Column[] {
  const fixed: readonly Column[] = [
    { title: 'started (UTC)', width: seconds ? 19 : 16 },
    { title: 'took', width: seconds ? 7 : 5, right: true },
    gap,
    { title: 'run', width: 6 },
    gap,
    { title: 'runbook', width: 14 },
    gap,
    { title: 'by', width: 14 },
    gap,
  ];
  return [...fixed, { title: 'ended', width: restOf(width, fixed) }];
}

export function runLine(run: RunSummary, columns: readonly Column[], state: ScreensState, focused: boolean): Line {
  const running = isRunning(run, state);
  const end = run.endedAt ?? (running ? state.now : undefined);
  const of = isEndUnknown(run, state) ? 'unknown' : signOfRun(run, running);
  const ended = isEndUnknown(run, state) ? 'not known' : endedText(run, running, columns.at(-1)?.width ?? 0);
  const cells: readonly Cell[] = [
    dateTimeText(run.startedAt).slice(0, columns[0]?.width ?? 16),
    end === undefined ? '?' : formatClock(end - run.startedAt),
    '',
    run.run,
    '',
    run.runbook,
    '',
    personText(run.by),
    '',
    of === 'good' ? ended : inRole(of, ended),
  ];
  return listLine(sign(of), columns, cells, focused);
}

export function isRunning(run: RunSummary, { listing, run: own }: ScreensState): boolean {
  if (own?.going === true && own.state.plan?.run === run.run) return true;
  return runAtWork(listing.last?.value.lease) === run.run;
}

/** Its record has no end, and the lease, which would say whether it is at work, could not be read. */
export function isEndUnknown(run: RunSummary, state: ScreensState): boolean {
  return run.endedAt === undefined && !isRunning(run, state) && isLeaseUnknown(state);
}

export function signOfRun(run: RunSummary, running: boolean): Sign {
  if (running) return 'running';
  if (run.unpaid.length > 0 || run.exit === undefined) return 'look';
  const known: { readonly [exit: number]: Sign } = {
    [exits.done]: 'good',
    [exits.warned]: 'look',
    [exits.refused]: 'off',
    [exits.answeredNo]: 'off',
    [exits.interrupted]: 'off',
  };
  return known[run.exit] ?? 'bad';
}

function endedText(run: RunSummary, running: boolean, width: number): string {
  if (run.outcome === 'rolled back' && !running) return run.outcome;
  const keeps = run.kept.length > 0 && run.unpaid.length === 0;
  const said = {
    ...(keeps ? { [exits.done]: [`${run.outcome}, keeps`, 'keeps'] } : {}),
    [exits.warned]: ['done, warned', 'warned'],
    [exits.answeredNo]: ['no at a gate', 'said no'],
    ...(run.unpaid.length === 0 ? {} : { [exits.owes]: [`owes ${run.unpaid.length}`, `owes ${run.unpaid.length}`] }),
  }[run.exit ?? -1];
  const [long, short] = running
    ? ['running', 'running']
    : run.exit === undefined
      ? ['cut off', 'cut off']
      : (said ?? [run.outcome, run.outcome]);
  return columnsOf(long ?? '') <= width ? (long ?? '') : (short ?? '');
}

/** Cursor, sign, cells: the same in every list. */
export function listLine(of: Span, columns: readonly Column[], cells: readonly Cell[], focused: boolean): Line {
  const [first = '', ...rest] = cells;
  const name = typeof first === 'string' ? first : first.text;
  const own = focused ? row(columns.slice(0, 1), [name]).map((each) => span(each.text, 'cursor')) : undefined;
  const all = row(columns, [first, ...rest]);
  const marked = own === undefined ? all : [...own, ...all.slice(1)];
  return line(focused ? span('>', 'cursor') : ' ', ' ', of, ' ', marked);
}
