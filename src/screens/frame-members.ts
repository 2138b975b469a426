import { formatBytes } from '../base/bytes.ts';
import { formatAge } from '../base/duration.ts';
import type { MemberNow } from './cluster-now.ts';
import { type Column, heads, type Line, line, row, type Span, span } from './line.ts';
import { rule } from './rule.ts';
import { pausedLevelOf, queueLevelOf, trend } from './samples.ts';
import { inRole, sign } from './signs.ts';
import { isWide, type View } from './view.ts';

const unknown = span('?', 'unknown');
/** More members than this scroll. */
export const membersAtMost = 7;

/** Rows 4 and on: always by ordinal, one row a replica. `cursor`: the member that it is on, where it is in this block. */
export function membersBlock(view: View, cursor: string | undefined): Line[] {
  const { cluster, width } = view;
  const columns = isWide(view) ? wideColumns(width) : narrowColumns(width);
  const shown = inSight(cluster.members, cursor);
  const age = cluster.oldestMs === undefined ? 'no answer yet' : `oldest value ${formatAge(cluster.oldestMs)}`;
  const limits = isWide(view) ? `; amber: queue ${Math.round(cluster.limits.upper / 2)}, flow 5%` : '';
  const range = shown.length < cluster.members.length ? `${shown.length} of ${cluster.members.length}, ` : '';
  const cells = isWide(view) ? wideCells : narrowCells;
  return [
    rule('Members', `${range}each 1 s, ${age}${limits}`, width),
    line('    ', ...heads(columns)),
    ...shown.map((member) => {
      const focused = member.look.member === cursor;
      const mark = focused ? span('>', 'cursor') : span(' ');
      return line(mark, ' ', sign(member.row.sign), ' ', ...row(columns, cells(view, member, focused)));
    }),
  ];
}

/** Up to seven, the one under the cursor among them. */
function inSight(members: readonly MemberNow[], cursor: string | undefined): readonly MemberNow[] {
  const at = Math.max(
    0,
    members.findIndex(({ look }) => look.member === cursor),
  );
  const top = Math.max(0, Math.min(at - membersAtMost + 1, members.length - membersAtMost));
  return members.slice(top, top + membersAtMost);
}

function narrowColumns(width: number): readonly Column[] {
  return [
    { title: 'member', width: 16 + Math.min(24, width - 80), cut: 'middle' },
    { title: 'state', width: 14 },
    { title: 'queue', width: 5, right: true },
    { title: 'trend', width: 8 },
    { title: 'flow', width: 4, right: true },
    { title: 'behind', width: 6, right: true },
    { title: 'dsy', width: 3, right: true },
    { title: 'service', width: 7 },
    { title: 'free', width: 4, right: true },
  ];
}

function wideColumns(width: number): readonly Column[] {
  return [
    { title: 'member', width: 16 + Math.min(24, width - 120), cut: 'middle' },
    { title: 'state', width: 14 },
    { title: 'queue', width: 5, right: true },
    { title: 'trend, 5 min', width: 16 },
    { title: 'flow', width: 4, right: true },
    { title: 'trend', width: 8 },
    { title: 'behind', width: 6, right: true },
    { title: 'dsy', width: 3, right: true },
    { title: 'ready', width: 5 },
    { title: 'service', width: 7 },
    { title: 'free', width: 9, right: true },
    { title: 'rst', width: 3, right: true },
    { title: 'age', width: 6, right: true },
  ];
}

type Shown = string | Span;

function common(view: View, { row, ...member }: MemberNow, focused: boolean) {
  const stopped = row.sign === 'planned';
  const none: Span = stopped ? span('-', 'off') : unknown;
  const value = (text: number | string | undefined): Shown => (text === undefined ? none : String(text));
  const name: Shown = focused ? span(row.member, 'cursor') : row.member;
  const silent = row.state === 'unknown' && member.silentMs !== undefined;
  const state = inRole(row.sign, silent ? `unknown, ${formatAge(member.silentMs ?? 0)}` : row.state);
  const queue = row.receiveQueue === undefined ? none : loud(row.receiveQueue, view.cluster.limits.upper / 2);
  const flow = row.flowPausedPercent === undefined ? none : loud(row.flowPausedPercent, 5, '%');
  const service: Shown = row.inService === undefined ? none : row.inService ? 'in' : 'out';
  const history = member.samples?.history ?? [];
  return {
    name,
    state,
    queue,
    flow,
    behind: value(row.behind),
    desynced: desyncs(row.desyncCount, none),
    service,
    history,
  };
}

function loud(value: number, amber: number, unit = ''): Shown {
  return value >= amber ? span(`${value}${unit}`, 'look') : `${value}${unit}`;
}

function desyncs(count: number | undefined, none: Span): Shown {
  if (count === undefined) return none;
  return count > 0 ? span(String(count), 'look') : '0';
}

function narrowCells(view: View, member: MemberNow, focused: boolean): Shown[] {
  const { name, state, queue, flow, behind, desynced, service, history } = common(view, member, focused);
  const { measured } = member;
  const free =
    measured === undefined ? unknown : `${Math.floor((measured.freeBytes * 100) / Math.max(1, measured.totalBytes))}%`;
  const seen = trend(history, queueLevelOf(view.cluster.limits), { now: view.state.now, cells: 8, spanMs: 4000 });
  return [name, state, queue, seen, flow, behind, desynced, service, free];
}

function wideCells(view: View, member: MemberNow, focused: boolean): Shown[] {
  const { name, state, queue, flow, behind, desynced, service, history } = common(view, member, focused);
  const { measured, silentMs } = member;
  const pod = member.seen?.pod;
  const { now } = view.state;
  const none = member.row.sign === 'planned' ? span('-', 'off') : unknown;
  return [
    name,
    state,
    queue,
    trend(history, queueLevelOf(view.cluster.limits), { now, cells: 16, spanMs: 20_000 }),
    flow,
    trend(history, pausedLevelOf, { now, cells: 8, spanMs: 40_000 }),
    behind,
    desynced,
    pod === undefined ? none : pod.ready ? 'yes' : span('no', 'look'),
    service,
    measured === undefined ? unknown : formatBytes(measured.freeBytes, 'down'),
    pod === undefined ? none : String(pod.restarts),
    silentMs === undefined || member.row.sign === 'planned' ? none : formatAge(silentMs),
  ];
}
