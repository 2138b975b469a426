import { formatDuration } from '../base/duration.ts';
import { clockText } from '../base/time.ts';
import { closeCommand } from '../record/commands.ts';
import type { MemberNow } from './cluster-now.ts';
import { type Line, line } from './line.ts';
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
  const { state, cluster } = view;
  const { listing } = state;
  const failing = listing.failing === undefined ? [] : [unread(listing.failing.since, listing.failing.found)];
  return [
    ...members(view),
    ...(cluster.health.reasons.length === 0 ? [] : refused(view)),
    ...failing,
    ...cutOff(view),
    ...keeps(view),
  ];

  function unread(since: number, found: string): Entry {
    return {
      sign: 'unknown',
      word: 'lists',
      says: `backups, runs and debts were not read since ${clockText(since)}: ${found}`,
    };
  }
}

function members(view: View): Entry[] {
  const { cluster } = view;
  const entries = cluster.members.flatMap((member): Entry[] => {
    if (member.row.sign === 'unknown') return [silent(view, member)];
    if (member.row.sign === 'bad')
      return [{ sign: 'bad', word: 'down', says: `${member.row.member}: ${member.row.state}.  d describe, l logs` }];
    if ((member.row.desyncCount ?? 0) > 0) return [desynced(view, member)];
    return [];
  });
  const down: Entry[] =
    cluster.health.verdict === 'DOWN' && view.state.run?.going !== true
      ? [
          {
            sign: 'bad',
            word: 'down',
            says: `${cluster.health.reasons[0]?.text ?? 'no client is served'}. galera-start brings it up: 2, then enter`,
          },
        ]
      : [];
  const order: readonly Sign[] = ['bad', 'unknown', 'look'];
  return [...down, ...entries].toSorted((a, b) => order.indexOf(a.sign) - order.indexOf(b.sign));
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
      : `for run ${debt.run} of ${debt.by.replace(/ \(.*\)$/, '')}${debt.carried ? ', which is at work' : goneText(state, debt.run)}`;
  return {
    sign: 'look',
    word: 'desynced',
    says: `${member.row.member}, ${why}. ${queue}${debt !== undefined && !debt.carried ? '  p repair' : ''}`,
  };
}

/** Since its last word, where the lease has kept it. */
function goneText({ listing }: View['state'], run: string): string {
  const lease = listing.last?.value.lease;
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
