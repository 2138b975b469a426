import { formatDuration } from '../base/duration.ts';
import { clockText } from '../base/time.ts';
import { closeCommand } from '../record/commands.ts';
import { leaseUnread, unreadSays } from '../views/unread.ts';
import { personText } from '../views/words.ts';
import type { MemberNow } from './cluster-now.ts';
import { type Line, line } from './line.ts';
import { owedUnknown } from './listing-now.ts';
import { inRole, type Sign, sign } from './signs.ts';
import { wrapped } from './text.ts';
import type { View } from './view.ts';

interface Entry {
  readonly sign: Sign;
  readonly word: string;
  readonly says: string;
}

/** What a person has to know now: what, since when, what it means, the key that helps. Worst first. */
export function attention(view: View): readonly Entry[] {
  const { cluster } = view;
  return [
    ...[...down(view), ...members(view), ...others(view)].toSorted(worstFirst),
    ...(cluster.health.reasons.length === 0 ? [] : refused(view)),
    ...unread(view),
    ...cutOff(view),
    ...keeps(view),
  ];
}

function worstFirst(a: Entry, b: Entry): number {
  const order: readonly Sign[] = ['bad', 'unknown', 'look'];
  return order.indexOf(a.sign) - order.indexOf(b.sign);
}

function unread({ state: { listing } }: View): Entry[] {
  const { failing, last } = listing;
  return [
    ...(failing === undefined
      ? []
      : [
          {
            sign: 'unknown',
            word: 'lists',
            says: `backups, runs and debts were not read since ${clockText(failing.since)}: ${failing.found}`,
          } as const,
        ]),
    ...(last?.value.unread ?? []).map(
      (each) => ({ sign: 'unknown', word: each.what, says: unreadSays(each) }) as const,
    ),
  ];
}

/** Who has left it down pays for it; without a run, galera-start brings it up. */
function down({ state, cluster }: View): Entry[] {
  if (cluster.health.verdict !== 'DOWN' || state.run?.going === true) return [];
  const why = cluster.health.reasons[0]?.text ?? 'no client is served';
  const open = (state.listing.last?.value.debts ?? []).filter(({ due }) => due === 'end');
  const debt = open.find(({ id }) => /^(traffic|members)/.test(id)) ?? open[0];
  const unknown = owedUnknown(state);
  const says =
    debt === undefined
      ? unknown === undefined
        ? `${why}. galera-start brings it up: 2, then enter`
        : `${why}. Whether a run has left it so is not known: ${unknown}`
      : debt.carried
        ? `${why}: run ${debt.run} of ${personText(debt.by)} is at work, or was until less than a minute ago.  4 shows it`
        : `${why}: run ${debt.run} has left it so since ${clockText(debt.since)}. Not galera-start: p repairs, 4 shows the run`;
  return [{ sign: 'bad', word: 'down', says }];
}

function members(view: View): Entry[] {
  const all = view.cluster.members;
  const gone = all.filter(({ row, look }) => row.sign === 'bad' && look.pod === undefined);
  return [
    ...(gone.length === 0 ? [] : [withoutPod(gone)]),
    ...all.flatMap((member): Entry[] => {
      if (gone.includes(member)) return [];
      if (member.row.sign === 'unknown') return [silent(view, member)];
      if (member.row.sign === 'bad') return [broken(member)];
      if ((member.row.desyncCount ?? 0) > 0) return [desynced(view, member)];
      return [];
    }),
  ];
}

function withoutPod(gone: readonly MemberNow[]): Entry {
  const last = Math.max(...gone.map(({ samples }) => samples?.sql.last?.at ?? 0));
  const since = last === 0 ? '' : `, last answer ${clockText(last)}`;
  const verb = gone.length === 1 ? 'has no pod' : 'have no pods';
  return {
    sign: 'bad',
    word: 'down',
    says: `${gone.map(({ row }) => row.member).join(', ')} ${verb}${since}: see the events of the StatefulSet.  d describe`,
  };
}

function broken({ row, look, samples, status }: MemberNow): Entry {
  const last = samples?.sql.last;
  const since = status !== undefined || last === undefined ? '' : `, last answer ${clockText(last.at)}`;
  const restarts = (look.pod?.restarts ?? 0) > 0 ? `, restarts ${look.pod?.restarts}` : '';
  const means = status === undefined ? 'serves nobody' : 'without a Primary Component it serves nobody';
  return {
    sign: 'bad',
    word: 'down',
    says: `${row.member}: ${row.state}${since}${restarts}: ${means}.  d describe, l logs`,
  };
}

/** What the verdict names and nothing above has said: of members that are not Synced, or not in the Service. */
function others({ cluster }: View): Entry[] {
  if (cluster.health.verdict === 'DOWN') return [];
  const said = new Set(
    cluster.members.flatMap(({ row }) =>
      row.sign === 'unknown' || row.sign === 'bad' || (row.desyncCount ?? 0) > 0 ? [row.member] : [],
    ),
  );
  return cluster.health.reasons.flatMap(({ sign: of, text, members: about }): Entry[] => {
    const word = of === 'bad' ? 'bad' : of === 'unknown' ? 'unknown' : 'look';
    if (about.some((member) => !said.has(member)))
      return [{ sign: of, word, says: `${text}: ${about.join(', ')}.  d describe, l logs` }];
    // Of all of them: two histories are worse than any member; a size of its own only repeats what is said of members.
    const counts = of === 'bad' || said.size === 0;
    return about.length === 0 && counts ? [{ sign: of, word, says: `${text}.  d describes each member` }] : [];
  });
}

function silent({ cluster }: View, member: MemberNow): Entry {
  const { failing } = member.samples?.sql ?? {};
  const since = failing === undefined ? '' : ` since ${clockText(failing.since)}: ${failing.found}`;
  const sizes = [...new Set(cluster.members.flatMap(({ status }) => status?.clusterSize ?? []))];
  const others = sizes.length === 1 ? `Others still see it (size ${sizes[0]})` : 'Others do not agree about it';
  return {
    sign: 'unknown',
    word: 'unknown',
    says: `${member.row.member} gives no SQL answer${since}. ${others}, ${podText(member)}.  d describe, l logs`,
  };
}

function podText({ seen }: MemberNow): string {
  if (seen === undefined) return 'and Kubernetes gives no answer about its pod';
  return seen.pod === undefined ? 'it has no pod' : `its pod is ${seen.pod.ready ? '' : 'not '}Ready`;
}

function desynced({ state }: View, member: MemberNow): Entry {
  const debts = state.listing.last?.value.debts ?? [];
  const debt = debts.find(({ due, says, id }) => due === 'end' && `${id} ${says}`.includes(member.row.member));
  const history = member.samples?.history ?? [];
  const [first, last] = [history.at(-11), history.at(-1)];
  const growth =
    first?.queue === undefined || last?.queue === undefined || last.at === first.at
      ? undefined
      : Math.round((last.queue - first.queue) / ((last.at - first.at) / 1000));
  const rate = growth === undefined ? '' : `, ${growth >= 0 ? '+' : ''}${growth}/s`;
  const clients = member.row.inService === false ? ', no clients' : '';
  const queue = `Queue ${member.row.receiveQueue ?? '?'}${rate}${clients}.`;
  const why =
    debt === undefined
      ? 'no debt says why: somebody else did it'
      : `for run ${debt.run} of ${personText(debt.by)}${debt.carried ? ', which is at work' : goneText(state, debt.run)}`;
  return {
    sign: 'look',
    word: 'desynced',
    says: `${member.row.member}, ${why}. ${queue}${debt !== undefined && !debt.carried ? '  p repair' : ''}`,
  };
}

/** Since its last word, where the lease has kept it. */
function goneText({ listing }: View['state'], run: string): string {
  const lease = listing.last?.value.lease;
  if (leaseUnread(listing.last?.value.unread ?? []) !== undefined) return '';
  if (listing.last === undefined || lease?.run !== run || lease.renewedAgoMs === undefined) return ', which is gone';
  return `, gone ${clockText(listing.last.at - lease.renewedAgoMs)}`;
}

function refused({ cluster }: View): Entry[] {
  const unfit = cluster.members.some(({ row }) => row.sign === 'unknown' || (row.desyncCount ?? 0) > 0);
  return unfit
    ? [{ sign: 'off', word: 'refused', says: 'b back up: every member must answer and none be desynced' }]
    : [];
}

function cutOff({ state }: View): Entry[] {
  const debts = state.listing.last?.value.debts ?? [];
  const open = debts.filter(({ due, carried, id }) => due === 'end' && !carried && !id.startsWith('desync'));
  return open.map((debt) => ({
    sign: 'look',
    word: 'owes',
    says: `${debt.says}, run ${debt.run}, for ${formatDuration(state.now - debt.since)}.  p repair`,
  }));
}

function keeps({ state }: View): Entry[] {
  const debts = state.listing.last?.value.debts ?? [];
  return debts.flatMap(({ due, says, run }) =>
    due === 'close' ? [{ sign: 'none', word: 'kept', says: `${says}, freed by: ${closeCommand(run)}` }] : [],
  );
}

const headWidth = 13;

/** As lines: word in a column of its own, text beside it. */
export function attentionLines(entries: readonly Entry[], width: number): Line[] {
  return entries.flatMap((entry) =>
    wrapped(entry.says, width - headWidth).map((text, index) =>
      index === 0
        ? line(' ', sign(entry.sign), ' ', inRole(entry.sign, entry.word.padEnd(headWidth - 3)), text)
        : line(' '.repeat(headWidth), text),
    ),
  );
}
