import { formatAge } from '../base/duration.ts';
import { flowControlLimits, queueLevel } from '../galera/flow-control.ts';
import type { ClusterLook } from './operations.ts';
import type { Happening, MemberSamples, Sample } from './state.ts';

/** What changed in Kubernetes between two looks. */
export function changesOfLook(
  before: ClusterLook | undefined,
  after: ClusterLook,
  service: string,
  at: number,
  seen: readonly Happening[] = [],
): Happening[] {
  if (before === undefined) return [];
  const members = after.members.flatMap((now) => {
    const was = before.members.find(({ member }) => member === now.member);
    return was === undefined
      ? []
      : podChange(was.pod, now.pod).map((says) => ({
          at,
          what: now.member,
          says: says === readyAgain ? `${says}${afterText(now.member, at, seen)}` : says,
        }));
  });
  const [from, to] = [before, after].map(({ members: all }) => all.filter(({ inService }) => inService).length);
  const traffic =
    from === to ? [] : [{ at, what: `Service ${service}`, says: `${to} of ${after.members.length} members in` }];
  return [...members, ...traffic];
}

const notReady = 'pod not Ready';
const readyAgain = 'pod Ready again';

/** How long it was not, where that was seen, and whether it was another one meanwhile. `seen`: newest first. */
function afterText(member: string, at: number, seen: readonly Happening[]): string {
  const own = seen.filter(({ what }) => what === member);
  const from = own.findIndex(({ says }) => says === notReady);
  const since = own[from];
  if (since === undefined) return '';
  const other = own.slice(0, from).some(({ says }) => /^(restarted|another pod)/.test(says));
  return ` after ${formatAge(at - since.at)}${other ? '' : ', no restart'}`;
}

type Pod = ClusterLook['members'][number]['pod'];

function podChange(was: Pod, now: Pod): string[] {
  if (was === undefined || now === undefined)
    return was === now ? [] : [now === undefined ? 'its pod is gone' : 'has a pod'];
  if (was.uid !== now.uid) return ['another pod has its place'];
  if (was.restarts !== now.restarts) return [`restarted, ${now.restarts} times by now`];
  return was.ready === now.ready ? [] : [now.ready ? readyAgain : notReady];
}

/** What changed in a member's own words. A queue that is long is told at once, and once it is empty again how long it lasted. */
export function changesOfMember(
  member: string,
  before: MemberSamples | undefined,
  { sql, history }: MemberSamples,
): Happening[] {
  const [was, now] = [before?.sql.last?.value, sql.last?.value];
  if (was === undefined || now === undefined) return [];
  const says: string[] = [];
  if (was.localStateComment !== now.localStateComment)
    says.push(`${was.localStateComment ?? 'unknown'} -> ${now.localStateComment ?? 'unknown'}`);
  if (was.clusterStatus !== now.clusterStatus) says.push(`now ${now.clusterStatus ?? 'unknown'}`);
  if (was.desyncCount !== now.desyncCount) says.push(`desync count ${now.desyncCount ?? '?'}`);
  const limits = flowControlLimits(now.settings, now.clusterSize ?? 0);
  const levels = limits && [was, now].map(({ recvQueue }) => queueLevel(recvQueue ?? 0, limits));
  if (levels && (levels[1] ?? 0) >= 2 && (levels[0] ?? 0) < (levels[1] ?? 0)) says.push(`queue ${now.recvQueue}`);
  const queue = episode(history, ({ queue }) => queue);
  if (queue !== undefined && (queue.peak > 1 || queue.ms > 1_500))
    says.push(`queue ${queue.peak} for ${formatAge(queue.ms)}, then 0`);
  const flow = episode(history, ({ paused }) => (paused === undefined ? undefined : Math.round(paused * 100)));
  if (flow !== undefined) says.push(`flow control ${flow.peak}% for ${formatAge(flow.ms)}`);
  return says.map((each) => ({ at: sql.last?.at ?? 0, what: member, says: each }));
}

/** Longer apart, two samples leave a time of which nobody knows. */
const unwatchedMs = 3_000;

/** Samples above 0, one after the other, that the newest one has ended. Where one is unknown or missing nobody can tell how long it was. */
function episode(
  history: readonly Sample[],
  of: (sample: Sample) => number | undefined,
): { readonly peak: number; readonly ms: number } | undefined {
  const newest = history.at(-1);
  if (newest === undefined || of(newest) !== 0) return undefined;
  const before = history.slice(0, -1);
  const from = before.findLastIndex((sample) => of(sample) === 0) + 1;
  const samples = before.slice(from);
  const values = samples.map((sample) => of(sample) ?? Number.NaN);
  const watched = samples.every((sample, index) => (samples[index + 1] ?? newest).at - sample.at < unwatchedMs);
  const [began] = samples;
  // From the oldest sample on: it began before there was one.
  if (began === undefined || from === 0 || !watched || values.some(Number.isNaN)) return undefined;
  return { peak: Math.max(...values), ms: newest.at - began.at };
}
