import { formatAge, formatDuration } from '../base/duration.ts';
import { clockText, dateTimeText } from '../base/time.ts';
import type { Debt } from '../engine/action.ts';
import { owed } from '../engine/state.ts';
import { healthText } from '../galera/health.ts';
import { runAtWork } from '../views/at-work.ts';
import type { DebtRow } from '../views/status-view.ts';
import { leaseUnread, runsUnread } from '../views/unread.ts';
import { cutSince } from './cut-since.ts';
import { apart, type Line, line, span } from './line.ts';
import { isLeaseUnknown, unlistedMs } from './listing-now.ts';
import { sign } from './signs.ts';
import type { OpenRun, ScreensState } from './state.ts';
import { columnsOf, cut, fitText } from './text.ts';
import { isWide, type View } from './view.ts';

/** Where the words of row 3 begin. */
const leadWidth = 13;

/** Row 1: which Galera cluster, and what time it is. */
export function banner(view: View): Line {
  const { state, width } = view;
  const { target } = state;
  const wide = isWide(view);
  const clock = `${wide ? dateTimeText(state.now) : clockText(state.now)} `.trimEnd();
  // No clock: nothing that is watched drives it yet, and the target's may be another one.
  if (target === undefined) return [span(fitText(' no target yet', width), 'banner')];
  const id = `id ${target.kubeSystemUid.slice(0, 8)}/${target.statefulSetUid.slice(0, 8)}`;
  const parts = (namespace: string, context: string) =>
    ` Galera ${target.cluster} │ ${namespace} ${target.namespace} │ context ${context} │ ${id}`;
  const room = width - columnsOf(clock) - 2;
  const fits = (text: string) => columnsOf(text) <= room;
  const long = parts('namespace', target.context);
  const short = parts('ns', target.context);
  // Galera's name, the identity and the clock are never cut.
  const text =
    wide && fits(long)
      ? long
      : fits(short)
        ? short
        : parts(
            'ns',
            cut(target.context, Math.max(1, columnsOf(target.context) - (columnsOf(short) - room)), 'middle'),
          );
  return [
    span(
      apart(line(text), line(`  ${clock}`), width)
        .map((each) => each.text)
        .join(''),
      'banner',
    ),
  ];
}

/** Row 2: the eye starts here. */
export function verdict(view: View): Line {
  const { state, cluster } = view;
  const { health } = cluster;
  if (state.look.last === undefined && state.look.failing === undefined)
    return line(' ', sign('unknown'), ' UNKNOWN   nothing was read yet');
  const planned = plannedDown(view);
  const word = health.verdict.padEnd(9);
  const reasons = planned ?? (isWide(view) && health.verdict === 'HEALTHY' ? wideWords(view) : healthText(health));
  const blind =
    cluster.blind === undefined
      ? ''
      : `the API server gives no answer for ${formatAge(state.now - cluster.blind.since)}; `;
  return line(
    ' ',
    sign(health.sign),
    ' ',
    span(word, health.sign === 'good' ? undefined : 'strong'),
    ` ${blind}${reasons}`,
  );
}

function wideWords({ cluster }: View): string {
  const statuses = cluster.members.flatMap(({ status }) => status ?? []);
  const [size] = statuses.map(({ clusterSize }) => clusterSize);
  const confs = [...new Set(statuses.map(({ confId }) => confId))];
  return cluster.health.says.replace(
    'Primary, ',
    `Primary, size ${size ?? '?'} and conf ${confs[0] ?? '?'} ${confs.length === 1 ? 'everywhere' : 'not the same everywhere'}, `,
  );
}

/** What this program did on purpose is down all the same, but explained. */
function plannedDown({ state, cluster }: View): string | undefined {
  const { run } = state;
  if (cluster.health.verdict !== 'DOWN' || run === undefined) return undefined;
  const since = cutSince(run);
  if (since === undefined) return undefined;
  const cutFor = formatDuration(state.now - since);
  const says = cluster.health.says.replace(/, UUID .*$/, '');
  const members = cluster.members;
  const stopped = members.filter(({ row }) => row.sign === 'planned').length;
  const rest = says !== '' ? says : stopped > 0 ? `${stopped} of ${members.length} members stopped` : 'nobody answers';
  return run.going
    ? `planned: clients cut off ${asClock(cutFor)} ago; ${rest}`
    : `clients cut off for ${asClock(cutFor)}; ${rest}`;
}

function asClock(text: string): string {
  const seconds = /^(\d+) s$/.exec(text)?.[1];
  return seconds === undefined ? text : `0:${seconds.padStart(2, '0')}`;
}

/** Row 3: what someone owes, and who. */
export function owes(view: View): Line {
  const { state, width } = view;
  const { run } = state;
  if (run !== undefined && (run.going || owed(run.state).length > 0)) return runOwes(view, run);
  const debts = state.listing.last?.value.debts ?? [];
  const open = debts.filter(({ due }) => due === 'end');
  if (open.length > 0) return othersOwe(view, open);
  const missing = unlistedMs(state);
  if (missing !== undefined) return line(' ', sign('unknown'), ` owes      ${notListed(state, missing)}     lease ?`);
  const lease = leaseText(state).padEnd(10);
  const unread = state.listing.last?.value.unread ?? [];
  const hidden = runsUnread(unread);
  const why = hidden ?? leaseUnread(unread);
  const head = line(' ', why === undefined ? ' ' : sign('unknown'));
  const room = width - 31 - lease.length;
  const rest = why === undefined ? atRest(state, debts, room) : cut(why, room);
  return line(head, ` owes      ${hidden === undefined ? 'nothing' : 'unknown'}     `, lease, '     ', rest);
}

function notListed({ listing }: ScreensState, missingMs: number): string {
  if (listing.last === undefined && listing.failing === undefined) return 'not read yet';
  const last = listing.last === undefined ? '' : `: nothing at ${clockText(listing.last.at)}`;
  return `unknown, not read for ${formatAge(missingMs)}${last}`;
}

function runOwes(view: View, run: OpenRun): Line {
  const id = run.state.plan?.run ?? '';
  const debts = owed(run.state);
  const right = isWide(view) && run.going ? `  run ${id}, lease ours ` : `  run ${id} `;
  if (debts.length === 0) return apart(line('   owes      nothing'), line(right), view.width);
  const room = view.width - leadWidth - columnsOf(right);
  const [only, ...others] = debts;
  const text =
    only === undefined || others.length > 0 ? debts.toReversed().map(named).join(', ') : oneDebt(view, run, only, room);
  const left = line(
    ' ',
    sign(run.going ? 'running' : 'look'),
    span(` OWES ${debts.length}`.padEnd(11), 'strong'),
    text,
  );
  return apart(left, line(right), view.width);
}

/** What is left out first where there is no room is what it says in full: row 3 is to be read at a glance. */
function oneDebt(view: View, run: OpenRun, debt: Debt, room: number): string {
  const payer = run.state.order.find(({ step, skipped }) => step.pays.includes(debt.step) && skipped === undefined);
  const since = run.owedSince[debt.id];
  const when = isWide(view) && since !== undefined ? ` since ${clockText(since)}` : '';
  const paid = `${when}${payer === undefined ? '' : `, paid by ${payer.step.id}`}`;
  const whole = `${debt.says} (${debt.step})${paid}`;
  return columnsOf(whole) <= room ? whole : `${named(debt)}${paid}`;
}

function named(debt: Debt): string {
  return `${debt.id.split(':')[0]} (${debt.step})`;
}

function othersOwe(view: View, open: readonly DebtRow[]): Line {
  const { state, width } = view;
  const missing = unlistedMs(state);
  const carried = missing === undefined && open.some((debt) => debt.carried);
  const leaseUnknown = isLeaseUnknown(state);
  const right =
    missing !== undefined
      ? `    read ${formatAge(missing)} ago`
      : leaseUnknown
        ? '    lease ?   p repair'
        : carried
          ? ''
          : '    p repair';
  const of = missing !== undefined || leaseUnknown ? 'unknown' : carried ? 'running' : 'look';
  // At least so many: what another run owes may be hidden.
  const more = runsUnread(state.listing.last?.value.unread ?? []) === undefined ? '' : '+';
  const text = othersText(open, state.now, width - leadWidth - columnsOf(right));
  return apart(line(' ', sign(of), span(` OWES ${open.length}${more}`.padEnd(11), 'strong'), text), line(right), width);
}

/** What it says in full goes first where there is no room. */
function othersText(open: readonly DebtRow[], now: number, room: number): string {
  const short = open.map((debt) => `${debt.id.split(':')[0]} (${debt.step})`).join(', ');
  const [first] = open;
  if (first === undefined || open.length > 1) return `${short}, run ${first?.run ?? ''}`;
  const whose = `run ${first.run}, for ${formatDuration(now - first.since)}`;
  const whole = `${first.says} (${first.step}), ${whose}`;
  return columnsOf(whole) <= room ? whole : `${short}, ${whose}`;
}

function leaseText(state: ScreensState): string {
  const lease = state.listing.last?.value.lease;
  if (isLeaseUnknown(state)) return 'lease ?';
  if (lease === undefined) return 'lease free';
  const silent = runAtWork(lease) === undefined ? `, silent for ${formatAge(lease.renewedAgoMs ?? 0)}` : '';
  return `lease: run ${lease.run} of ${lease.holder}${silent}`;
}

/** The command is never cut: what is kept stands in the list of runs too. */
function keptText({ says, run }: DebtRow, room: number): string {
  const command = `runs close ${run}`;
  const whole = `kept ${says}: ${command}`;
  if (columnsOf(whole) <= room) return whole;
  const left = room - columnsOf(command) - 2;
  return left < columnsOf('kept old~') ? cut(command, room) : `${cut(`kept ${says}`, left)}: ${command}`;
}

function atRest({ listing, now }: ScreensState, debts: readonly DebtRow[], room: number): string {
  const kept = debts.find(({ due }) => due === 'close');
  if (kept !== undefined) return keptText(kept, room);
  const unknown = listing.last?.value.backups.unknown;
  if (unknown !== undefined) return cut(`backups ?: ${unknown}`, room);
  const proven = (listing.last?.value.backups.rows ?? []).filter(({ mark }) => mark === '+' || mark === '=');
  const newest = proven.find(({ mark }) => mark === '+') ?? proven[0];
  if (newest === undefined) return 'no backup that was proven';
  return `newest ${newest.mark === '+' ? 'proven' : 'good'} backup is ${formatAge(now - (newest.positionAt ?? newest.takenAt), { minutes: true })} old`;
}
