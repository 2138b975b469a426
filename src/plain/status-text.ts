import { formatBytes } from '../base/bytes.ts';
import { formatAge, formatDuration } from '../base/duration.ts';
import { clockText, dateTimeText } from '../base/time.ts';
import { closeCommand, repairCommand } from '../record/commands.ts';
import type { RunSummary } from '../record/run-summary.ts';
import { runAtWork } from '../views/at-work.ts';
import type { BackupRow, DebtRow, MemberRow, StatusView, Unread } from '../views/status-view.ts';
import { leaseUnread, runsUnread, unreadSays } from '../views/unread.ts';
import { personText, whereText } from '../views/words.ts';
import { ascii, wrap } from './ascii.ts';
import { table } from './tables.ts';

const signs = { good: 'v', look: '!', unknown: '?', bad: 'x', planned: '-' } as const;

/** The dashboard as text: target, verdict, what is owed, members, backups, runs. Worst first, at most `width` columns where names allow it. */
export function statusText(view: StatusView, width = 100): string[] {
  const { health } = view;
  const verdict = hung(`${signs[health.sign]} ${health.verdict}`, health.says, width);
  return [
    `${ascii(whereText(view.target))}  ${dateTimeText(view.at)}`,
    ...verdict,
    ...debtLines(view, width),
    '',
    `Members of StatefulSet ${view.target.statefulset}`,
    ...membersTable(view.members, view.at),
    '',
    ...backupsText(view),
    '',
    `Last runs`,
    ...runsTable(view.runs, view.at, { running: runAtWork(view.lease), unread: view.unread }),
  ];
}

function debtLines({ debts, lease, unread, at }: StatusView, width: number): string[] {
  const owed = debts.filter(({ due }) => due === 'end');
  const kept = debts.filter(({ due }) => due === 'close');
  const renewed = lease?.renewedAgoMs === undefined ? '' : `, renewed ${formatAge(lease.renewedAgoMs)} ago`;
  const none = leaseUnread(unread) === undefined ? 'lease free' : 'lease ?';
  const free = lease === undefined ? none : `lease: run ${lease.run} of ${lease.holder}${renewed}`;
  const line = (debt: DebtRow) => {
    const text = `${debt.id}: ${debt.says}, run ${debt.run} of ${debt.by}, for ${formatDuration(at - debt.since)}`;
    return hung(`${debt.carried === undefined ? '?' : debt.carried ? '*' : '!'} owes`, text, width);
  };
  const repairs = new Set(owed.filter(({ carried }) => !carried).map(({ run }) => run));
  const nothing = runsUnread(unread) === undefined ? '  owes nothing' : '? owes unknown';
  return [
    ...(owed.length === 0 ? [`${nothing}; ${free}`] : [...owed.flatMap(line), `  ${free}`]),
    // The list of backups says it of itself.
    ...unread.flatMap((each) => (each.what === 'backups' ? [] : hung('? not read', unreadSays(each), width))),
    ...[...repairs].map((run) => `${'  repair'.padEnd(14)}${repairCommand(run)}`),
    // The command on a line of its own: in one piece, to be pasted.
    ...kept.flatMap(({ says, run }) => [
      ...hung('  kept', says, width),
      `${'  freed by'.padEnd(14)}${closeCommand(run)}`,
    ]),
  ].map(ascii);
}

function hung(head: string, text: string, width: number): string[] {
  return wrap(ascii(text), width - 14).map((line, index) => `${(index === 0 ? head : '').padEnd(14)}${line}`);
}

const or = (text: string | undefined) => text ?? '?';

function membersTable(members: readonly MemberRow[], at: number): string[] {
  const columns = [
    { title: '' },
    { title: 'member' },
    { title: 'state' },
    { title: 'queue', right: true },
    { title: 'flow', right: true },
    { title: 'behind', right: true },
    { title: 'dsy', right: true },
    { title: 'service' },
    { title: 'free', right: true },
    { title: 'measured' },
  ] as const;
  const rows = members.map((row) => [
    signs[row.sign],
    row.member,
    row.state,
    or(row.receiveQueue?.toString()),
    or(row.flowPausedPercent === undefined ? undefined : `${Math.round(row.flowPausedPercent)}%`),
    or(row.behind?.toString()),
    or(row.desyncCount?.toString()),
    or(row.inService === undefined ? undefined : row.inService ? 'in' : 'out'),
    or(row.freeBytes === undefined ? undefined : formatBytes(row.freeBytes, 'down')),
    row.freeMeasuredAt === undefined ? '' : `${formatAge(at - row.freeMeasuredAt)} ago`,
  ]);
  return table(columns, rows, '  ');
}

function backupsText({ backups, at }: StatusView): string[] {
  const free =
    backups.freeBytes === undefined ? 'free space not known' : `${formatBytes(backups.freeBytes, 'down')} free`;
  const read = backups.readAt === undefined ? '' : ` ${formatAge(at - backups.readAt)} ago`;
  const head = `Backups on ${backups.claim}: ${backups.rows.length}, ${free}${read}`;
  if (backups.unknown !== undefined) return [ascii(`Backups on ${backups.claim}: unknown, ${backups.unknown}`)];
  if (backups.rows.length === 0) return [ascii(head), '  none yet: galera-runbook backup takes the first'];
  return [
    ascii(head),
    ...backupsTable(backups.rows, at),
    '  proof: # not verified  = checksums match  + restored and compared  - failed',
  ];
}

/** For `status` and `backups list`. */
export function backupsTable(rows: readonly BackupRow[], at: number): string[] {
  const columns = [
    { title: '' },
    { title: 'backup' },
    { title: 'age', right: true },
    { title: 'size', right: true },
    { title: 'position' },
    { title: 'proof' },
  ] as const;
  const cells = rows.map((row) => [
    row.mark,
    row.id,
    formatAge(at - (row.positionAt ?? row.takenAt)),
    or(row.bytes === undefined ? undefined : formatBytes(row.bytes)),
    row.position === undefined ? 'unknown' : row.position.replace(/^([0-9a-f]{8})[0-9a-f-]{28}:/, '$1:'),
    row.provenAt === undefined ? row.proof : `${row.proof}, ${formatAge(at - row.provenAt)} ago`,
  ]);
  return table(columns, cells, '  ');
}

export interface RunsOptions {
  /** The run that a living process works on. */
  readonly running?: string | undefined;
  /** What the list may lack. */
  readonly unread?: readonly Unread[];
  /** With `NAMESPACE/NAME` of each: for a list over several targets. */
  readonly clusters?: true;
}

/** For `status` and `runs list`. */
export function runsTable(runs: readonly RunSummary[], at: number, options: RunsOptions = {}): string[] {
  const { unread = [] } = options;
  if (runs.length === 0) return [runsUnread(unread) === undefined ? '  none yet' : '  not known'];
  const cluster = options.clusters === true ? ([{ title: 'cluster' }] as const) : [];
  const columns = [
    { title: '' },
    { title: 'started (UTC)' },
    { title: 'took', right: true },
    { title: 'run' },
    { title: 'runbook' },
    ...cluster,
    { title: 'by' },
    { title: 'ended' },
  ] as const;
  // Cut off, or at work: only the lease could say it.
  const isOpen = (run: RunSummary, running: boolean) =>
    !running && run.exit === undefined && leaseUnread(unread) !== undefined;
  const cells = runs.map((run) => {
    const running = options.running === run.run;
    const end = run.endedAt ?? (running ? at : undefined);
    return [
      isOpen(run, running) ? '?' : runSign(run, running),
      dateTimeText(run.startedAt).slice(0, 16),
      end === undefined ? '?' : formatDuration(end - run.startedAt),
      run.run,
      run.runbook,
      ...(options.clusters === true ? [run.cluster] : []),
      personText(run.by),
      isOpen(run, running) ? 'end not known' : endText(run, running),
    ];
  });
  return table(columns, cells, '  ');
}

function runSign(run: RunSummary, running: boolean): string {
  if (running) return '*';
  if (run.unpaid.length > 0 || run.exit === undefined) return '!';
  return { 0: 'v', 3: '!', 4: '-', 5: '-', 130: '-' }[run.exit] ?? 'x';
}

function endText(run: RunSummary, running: boolean): string {
  const ended = running ? 'running' : run.exit === undefined ? `cut off ${clockText(run.lastEventAt)}` : run.outcome;
  const owes = run.unpaid.length === 0 ? '' : `owes ${run.unpaid.length}`;
  const keeps = run.kept.length === 0 ? '' : `keeps ${run.kept.map(({ id }) => id).join(' and ')}`;
  return [ended === 'owes' ? '' : ended, owes, keeps].filter((part) => part !== '').join(', ');
}
