import { formatClock } from '../base/duration.ts';
import { clockText, dateTimeText } from '../base/time.ts';
import type { RunEvent } from '../engine/event.ts';
import { type RunState, stepState } from '../engine/state.ts';
import { shortPosition, transactionsBetween } from '../galera/position.ts';
import { backupOf, personText } from '../views/words.ts';
import { clusterNow } from './cluster-now.ts';
import { allOf, lastOf, owedSince } from './open-run.ts';
import { positionOfBackup, positionRead } from './position-now.ts';
import type { OpenRun, ScreensState } from './state.ts';

type Named = readonly [name: string, text: string];

/** Whose own sentence is a result of the run, and under which name. */
const results: Readonly<Record<string, string>> = {
  'backup.take': 'backed up',
  'backup.prove': 'proof',
  'backup.reconcile': 'volume',
  'backup.clean': 'cleaned',
  'backup.retain': 'retention',
  'galera.same-data': 'data',
  'restore.discard-kept': 'removed',
};

/** What a run has done, as its events tell it; what they do not tell is left out. */
export function runResults(state: ScreensState, run: OpenRun): readonly Named[] {
  return [
    ...restored(state, run),
    ...clients(run),
    ...members(state, run),
    ...said(run),
    ...undone(state, run),
    ...gates(run.events),
    ...allOf(run.events, 'warned').map(({ step, says }): Named => ['warned', `${step}: ${says}`]),
  ];
}

function hasPassed(state: RunState, action: string): boolean {
  return state.order.some(({ step }) => step.action === action && stepState(state, step.id).is === 'passed');
}

function restored({ listing }: ScreensState, { state }: OpenRun): readonly Named[] {
  if (state.plan === undefined) return [];
  if (hasPassed(state, 'restore.swap-back')) return [['put back', 'the old data, as it was before the restore']];
  const id = backupOf(state.plan);
  if (!hasPassed(state, 'restore.swap') || id === undefined) return [];
  const position = positionOfBackup(state.plan.parameters);
  const row = listing.last?.value.backups.rows.find((each) => each.id === id);
  const at = position === undefined ? (row?.position ?? 'not known') : shortPosition(position);
  return [['restored', `${id}, position ${at}`]];
}

function clients({ events, state }: OpenRun): readonly Named[] {
  const [id, since] = Object.entries(owedSince(events)).find(([debt]) => debt.startsWith('traffic')) ?? [];
  if (id === undefined || since === undefined) return [];
  if (state.debts.some((debt) => debt.id === id))
    return [['clients', `without a database since ${dateTimeText(since)}`]];
  const back = lastOf(events, 'debt-paid', (event) => event.id === id && event.at >= since);
  return back === undefined
    ? []
    : [['clients', `without a database ${formatClock(back.at - since)}, ${clockText(since)} to ${clockText(back.at)}`]];
}

/** As they are now; how they joined is what the start has seen in their logs. */
function members(state: ScreensState, { state: run, events }: OpenRun): readonly Named[] {
  const start = run.order.find(({ step }) => step.action === 'galera.start' && stepState(run, step.id).is === 'passed');
  if (start === undefined) return [];
  const groups = new Map<string, string[]>();
  for (const { row } of clusterNow(state).members) {
    const how = `${row.state}, ${row.inService === undefined ? 'Service not known' : `${row.inService ? 'in' : 'out of'} Service`}`;
    groups.set(how, [...(groups.get(how) ?? []), row.member]);
  }
  const now = [...groups].map(([how, names]) => `${namesText(names)}: ${how}`);
  const joins = joinsText(lastOf(events, 'step-passed', ({ step }) => step === start.step.id));
  return now.length === 0 ? [] : [['members', [...now, ...joins].join('; ')]];
}

const ways: Readonly<Record<string, string>> = { ist: 'by IST', sst: 'by a state dump' };

function joinsText(passed: (RunEvent & { readonly type: 'step-passed' }) | undefined): readonly string[] {
  const joins = Array.isArray(passed?.facts.joins) ? passed.facts.joins : [];
  return Object.entries(ways).flatMap(([by, how]) => {
    const names = joins.flatMap((join) =>
      typeof join === 'object' && join !== null && 'by' in join && join.by === by && 'member' in join
        ? [String(join.member).replace(/^.*(?=-\d+$)/, '')]
        : [],
    );
    return names.length === 0 ? [] : [`${names.join(', ')} ${how}`];
  });
}

/** `mariadb-server-0, -1, -2` */
function namesText([first = '', ...more]: readonly string[]): string {
  const stem = first.replace(/-\d+$/, '');
  return [first, ...more.map((name) => (name.startsWith(`${stem}-`) ? name.slice(stem.length) : name))].join(', ');
}

function said({ state, events }: OpenRun): readonly Named[] {
  return state.order.flatMap(({ step }): Named[] => {
    const name = results[step.action];
    const passed = lastOf(events, 'step-passed', (event) => event.step === step.id);
    return name === undefined || passed === undefined ? [] : [[name, passed.says]];
  });
}

function undone({ listing }: ScreensState, { state }: OpenRun): readonly Named[] {
  if (state.plan === undefined || !hasPassed(state, 'restore.swap')) return [];
  const undid = transactionsBetween(positionOfBackup(state.plan.parameters), positionRead(state));
  if (undid === undefined) return [];
  const id = backupOf(state.plan);
  const at = listing.last?.value.backups.rows.find((row) => row.id === id)?.positionAt;
  return [['undone', `${undid} transactions${at === undefined ? '' : ` after ${dateTimeText(at)}`}`]];
}

/** `5 answered yes by sre1@bastion-1`, and each that was answered no. */
function gates(events: readonly RunEvent[]): readonly Named[] {
  const answers = allOf(events, 'gate-answered');
  const by = new Map<string, number>();
  for (const each of answers.filter(({ answer }) => answer === 'yes')) by.set(each.by, (by.get(each.by) ?? 0) + 1);
  return [
    ...[...by].map(([who, count]): Named => ['gates', `${count} answered yes by ${personText(who)}`]),
    ...answers
      .filter(({ answer }) => answer === 'no')
      .map((each): Named => ['gate', `${each.step} was answered no by ${personText(each.by)}`]),
  ];
}
