import { formatAge, formatDuration } from '../base/duration.ts';
import { clockText, dateTimeText } from '../base/time.ts';
import type { Debt } from '../engine/action.ts';
import { owed } from '../engine/state.ts';
import { healthText } from '../galera/health.ts';
import type { DebtRow } from '../views/status-view.ts';
import { apart, type Line, line, span } from './line.ts';
import { sign } from './signs.ts';
import type { OpenRun, ScreensState } from './state.ts';
import { columnsOf, cut, fitText } from './text.ts';
import { isWide, type View } from './view.ts';

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
      : `; the API server gives no answer for ${formatAge(state.now - cluster.blind.since)}`;
  return line(
    ' ',
    sign(health.sign),
    ' ',
    span(word, health.sign === 'good' ? undefined : 'strong'),
    ` ${reasons}${blind}`,
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
  const traffic = Object.entries(run.owedSince).find(
    ([id]) => id.startsWith('traffic') && run.state.debts.some((debt) => debt.id === id),
  );
  if (traffic === undefined) return undefined;
  const cutFor = formatDuration(state.now - traffic[1]);
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
  return line('   owes      nothing     ', leaseText(state).padEnd(10), '     ', cut(atRest(state, debts), width - 41));
}

function runOwes(view: View, run: OpenRun): Line {
  const id = run.state.plan?.run ?? '';
  const debts = owed(run.state);
  const right = isWide(view) && run.going ? `  run ${id}, lease ours ` : `  run ${id} `;
  if (debts.length === 0) return apart(line('   owes      nothing'), line(right), view.width);
  const left = line(
    ' ',
    sign(run.going ? 'running' : 'look'),
    span(` OWES ${debts.length}`.padEnd(11), 'strong'),
    debts.length === 1
      ? debts.map((debt) => oneDebt(view, run, debt)).join('')
      : debts.toReversed().map(named).join(', '),
  );
  return apart(left, line(right), view.width);
}

function oneDebt(view: View, run: OpenRun, debt: Debt): string {
  const payer = run.state.order.find(({ step, skipped }) => step.pays.includes(debt.step) && skipped === undefined);
  const since = run.owedSince[debt.id];
  const when = isWide(view) && since !== undefined ? ` since ${clockText(since)}` : '';
  return `${debt.says} (${debt.step})${when}${payer === undefined ? '' : `, paid by ${payer.step.id}`}`;
}

function named(debt: Debt): string {
  return `${debt.id.split(':')[0]} (${debt.step})`;
}

function othersOwe(view: View, open: readonly DebtRow[]): Line {
  const { state, width } = view;
  const [first] = open;
  const carried = open.some((debt) => debt.carried);
  const text =
    first !== undefined && open.length === 1
      ? `${first.says} (${first.step}), run ${first.run}, for ${formatDuration(state.now - first.since)}`
      : `${open.map((debt) => `${debt.id.split(':')[0]} (${debt.step})`).join(', ')}, run ${first?.run ?? ''}`;
  const left = line(' ', sign(carried ? 'running' : 'look'), span(` OWES ${open.length}`.padEnd(11), 'strong'), text);
  return carried ? left : apart(left, line('    p repair'), width);
}

function leaseText({ listing }: ScreensState): string {
  if (listing.last === undefined) return 'lease ?';
  const { lease } = listing.last.value;
  return lease === undefined ? 'lease free' : `lease: run ${lease.run} of ${lease.holder}`;
}

function atRest({ listing, now }: ScreensState, debts: readonly DebtRow[]): string {
  const kept = debts.find(({ due }) => due === 'close');
  if (kept !== undefined) return `kept ${kept.says}: runs close ${kept.run}`;
  if (listing.last === undefined) return '';
  const proven = listing.last.value.backups.rows.filter(({ mark }) => mark === '+' || mark === '=');
  const newest = proven.find(({ mark }) => mark === '+') ?? proven[0];
  if (newest === undefined) return 'no backup that was proven';
  return `newest proven backup is ${formatAge(now - (newest.positionAt ?? newest.takenAt), { minutes: true })} old`;
}
