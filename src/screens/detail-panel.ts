import { formatBytes } from '../base/bytes.ts';
import { formatAge } from '../base/duration.ts';
import { clockText } from '../base/time.ts';
import { seqnoDistance } from '../galera/seqno.ts';
import { backupDetails } from './backup-details.ts';
import { type MemberNow, serviceText } from './cluster-now.ts';
import { blank, type Line, line, span } from './line.ts';
import type { Section } from './panes.ts';
import { runDetails } from './run-details.ts';
import { type Block, cursorOf, focusOf } from './screen.ts';
import type { View } from './view.ts';

const nameWidth = 11;
const follows = ['The panel follows the cursor: member,', 'backup or run. d opens it in full.'];

function value(name: string, text: string): Line {
  return line(` ${name.padEnd(nameWidth)}`, text);
}

/** What stands under the cursor: saves pressing `d`. */
export function detailPanel(view: View, blocks: readonly Block[], width: number): readonly Section[] {
  const block = focusOf(view.state, blocks);
  const id = block === undefined ? undefined : cursorOf(view.state, block);
  if (block === undefined || id === undefined) return [{ head: ['', ''], lines: [] }];
  const lines = detailLines(view, block.name, id, width);
  return [{ head: [id, ''], lines: [...lines, blank, ...follows.map((text) => line(` ${text}`))] }];
}

/** Every value of a member, a backup or a run; `d` shows the same as a text. */
export function detailLines(view: View, block: string, id: string, width = view.width): readonly Line[] {
  if (block === 'members') {
    const member = view.cluster.members.find(({ look }) => look.member === id);
    return member === undefined ? [] : memberLines(view, member);
  }
  return block === 'backups' ? backupDetails(view, id, width) : runDetails(view, id, width);
}

function memberLines(view: View, member: MemberNow): Line[] {
  const { state, cluster } = view;
  const { look, status, measured, row } = member;
  const inService = cluster.members.filter((each) => each.row.inService === true).length;
  return [
    ...podLines(view, member),
    value(
      'service',
      `${state.target?.service ?? '?'}: ${serviceText(row.inService)}${row.inService === undefined ? '' : `, ${inService} of ${cluster.members.length}`}`,
    ),
    blank,
    ...(status === undefined ? unknownLines(view, member) : statusLines(view, member, status)),
    blank,
    value('volume', look.claim),
    ...(measured === undefined
      ? [value('free', 'no runner has measured it yet')]
      : [
          value(
            'free',
            `${freeText(measured.freeBytes, measured.totalBytes)}, ${formatAge(state.now - measured.at)} ago`,
          ),
        ]),
    blank,
    ...sampledLines(view, member),
  ];
}

/** As Kubernetes says now; what it said last stands here with its time, as nowhere else. */
function podLines({ state }: View, { look, seen }: MemberNow): Line[] {
  const { pod } = look;
  const { last } = state.look;
  const stale =
    seen !== undefined || last === undefined
      ? []
      : [value('pod', 'unknown'), value('last', `at ${clockText(last.at)}, ${formatAge(state.now - last.at)} ago`)];
  const name = stale.length === 0 ? 'pod' : '';
  if (pod === undefined) return [...stale, value(name, 'none')];
  const since = pod.readySince === undefined || stale.length > 0 ? '' : ` ${formatAge(state.now - pod.readySince)}`;
  return [
    ...stale,
    value(name, `${pod.uid.slice(0, 8)}, ${pod.ready ? `Ready${since}` : 'not Ready'}`),
    value('', `restarts ${pod.restarts}, ${pod.ip ?? 'no address'}`),
    value('on', pod.node === undefined ? '?' : `${pod.node} (Kubernetes node)`),
  ];
}

function freeText(free: number, total: number): string {
  const [number = '', unit] = formatBytes(free, 'down').split(' ');
  const all = formatBytes(total, 'down').replace(/\.0+(?= )/, '');
  return unit === all.split(' ')[1] ? `${number} of ${all}` : `${number} ${unit} of ${all}`;
}

/** Only here, and with its time, a value that is no longer good. */
function unknownLines({ state }: View, member: MemberNow): Line[] {
  const { sql } = member.samples ?? {};
  const last = sql?.last;
  return [
    value('state', span('unknown', 'unknown').text),
    ...(sql?.failing === undefined
      ? []
      : [value('why', sql.failing.found), value('since', clockText(sql.failing.since))]),
    ...(last === undefined
      ? []
      : [
          value('last', `${last.value.localStateComment ?? '?'}, queue ${last.value.recvQueue ?? '?'}`),
          value('', `at ${clockText(last.at)}, ${formatAge(state.now - last.at)} ago`),
        ]),
  ];
}

function statusLines(view: View, member: MemberNow, status: NonNullable<MemberNow['status']>): Line[] {
  const { limits } = view.cluster;
  const { lastCommitted, localCachedDownto, settings } = status;
  const conf = `index ${status.localIndex ?? '?'}, conf ${status.confId ?? '?'}`;
  const uuid = (status.localUuid ?? '?').slice(0, 8);
  const ist =
    lastCommitted === undefined || localCachedDownto === undefined
      ? 'not known'
      : `${seqnoDistance(localCachedDownto, lastCommitted)} write-sets back`;
  const paused = member.paused === undefined ? '?' : `${Math.round(member.paused * 100)}%`;
  return [
    value('state', `${status.localStateComment ?? 'unknown'}, ${conf}`),
    value('position', `${uuid}:${lastCommitted ?? '?'}`),
    value('behind', member.row.behind === undefined ? '?' : `${member.row.behind} of the highest`),
    value('queue', `receive ${status.recvQueue ?? '?'}, send ${status.sendQueue ?? '?'}`),
    value('', `stalls all at ${limits.upper}, amber ${Math.round(limits.upper / 2)}`),
    value('flow', `paused ${paused}, sent ${status.flowControlSent ?? '?'}`),
    value('commits', `${commitsText(member)}, conflicts ${status.conflicts ?? '?'}`),
    value('IST', ist),
    value('threads', `${status.threadsConnected ?? '?'} of ${settings.maxConnections ?? '?'} connections`),
  ];
}

function commitsText({ samples }: MemberNow): string {
  const history = samples?.history.filter(({ committed }) => committed !== undefined) ?? [];
  const [first, last] = [history[0], history.at(-1)];
  if (first?.committed === undefined || last?.committed === undefined || last.at - first.at < 5000) return '?';
  return `${((last.committed - first.committed) / ((last.at - first.at) / 1000)).toFixed(1)}/s`;
}

function sampledLines({ state }: View, member: MemberNow): Line[] {
  const last = member.samples?.sql.last;
  if (last === undefined) return [value('sampled', 'no answer yet')];
  return [value('sampled', `${clockText(last.at)}, ${formatAge(state.now - last.at)} ago, ${last.tookMs} ms`)];
}
