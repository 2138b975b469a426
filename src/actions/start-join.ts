import { FailureError, fail } from '../base/failure.ts';
import { type JoinForecast, joinForecast } from '../galera/ist.ts';
import { type MemberReading, namesOf } from '../galera/member-reading.ts';
import { comparePositions, isKnown, type Position, shortPosition } from '../galera/position.ts';
import { agree } from '../galera/quorum.ts';
import { compareSeqnos, type Seqno } from '../galera/seqno.ts';
import { isSynced } from '../galera/wsrep-status.ts';
import type { Hands } from '../target/look.ts';
import { type ClusterView, isWanted, type MemberView, viewCluster } from './cluster-view.ts';
import { joinsOf } from './joins.ts';
import type { VolumePosition } from './member-position.ts';
import { readMembers } from './member-readings.ts';
import { freshNames, readPositions } from './read-positions.ts';
import { isAnnotated, isShifted, scale } from './scale.ts';
import { writeSettings } from './start-cold.ts';
import { requireReplicas, type Seen, volumesFree, waitStarted } from './start-wait.ts';
import { unevenSwap } from './swap-state.ts';

const minute = 60_000;
/** A state dump takes as long as the data is large. */
const joinMs = { refuse: 45 * minute, allow: 12 * 60 * minute } as const;

interface Joining {
  readonly replicas: number;
  readonly dump: 'refuse' | 'allow';
  /** What a cold start has just read. */
  readonly volumes?: readonly VolumePosition[];
}

/** A Primary Component is up: the others join it. */
export async function joinOthers(hands: Hands, of: Joining): Promise<void> {
  const { replicas, dump } = of;
  const before = await viewCluster(hands, replicas);
  const outside = before.members.filter(({ ordinal }) => !isWanted(before, ordinal));
  const late = await notSynced(hands, before);
  if (outside.length > 0) await mayJoin(hands, of, outside);
  if (!isShifted(before)) await letInOneByOne(hands, of, before);
  if (before.statefulSet.replicas !== replicas || isAnnotated(before))
    await scale(hands, await viewCluster(hands, replicas), replicas, null);
  const { view } = await waitStarted(hands, {
    ...joinWait(hands, of, replicas),
    expected: `${replicas} of ${replicas} members Ready and Synced in one Primary Component`,
    isSo({ view, readings }) {
      requireReplicas(view, replicas);
      return view.members.every((member) => member.pod?.ready) && agree(readings, { replicas, spare: replicas - 1 }).ok;
    },
  });
  if (dump === 'refuse')
    await refuseDumped(
      hands,
      view.members.filter(({ name }) => late.includes(name)),
    );
}

/**
 * All but the last. Two that start in the same moment find each other before they find the Primary, and one of them then waits 7 s for it
 * [lab]: each is a member of the group before the next one starts.
 */
async function letInOneByOne(hands: Hands, of: Joining, before: ClusterView): Promise<void> {
  for (let size = before.statefulSet.replicas + 1; size < of.replicas; size++) {
    await scale(hands, await viewCluster(hands, of.replicas), size, of.replicas);
    await waitStarted(hands, {
      ...joinWait(hands, of, size),
      expected: `${size} members in one Primary Component`,
      isSo({ view, readings }) {
        requireReplicas(view, size);
        return readings.some(({ status }) => status?.clusterStatus === 'Primary' && (status.clusterSize ?? 0) >= size);
      },
    });
  }
}

function joinWait(hands: Hands, { replicas, dump }: Joining, size: number) {
  return {
    next: `look at the log of the member that is missing; then go on: galera-runbook runs repair ${hands.at.run}`,
    replicas,
    deadlineMs: joinMs[dump],
    about: ({ view }: Seen) => view.members.slice(0, size),
  };
}

/** Those that join now. What the others did when they started, maybe long ago, is not this step's affair. */
async function notSynced(hands: Hands, view: ClusterView): Promise<readonly string[]> {
  const readings = await readMembers(hands, view);
  return readings.filter(({ status }) => !status || !isSynced(status)).map(({ member }) => member);
}

/** Reads where the members stand that are still stopped, and refuses before one is started that could not join as it is. */
async function mayJoin(hands: Hands, of: Joining, outside: readonly MemberView[]): Promise<void> {
  const volumes = (of.volumes ?? (await readOutside(hands, of.replicas, outside))).filter(({ ordinal }) =>
    outside.some((member) => member.ordinal === ordinal),
  );
  const view = await viewCluster(hands, of.replicas);
  const group = await knownGroup(hands, view);
  const forecasts = volumes.map((volume) => ({ volume, forecast: forecastOf(volume, group) }));
  const bad = forecasts.filter(({ volume, forecast }) => !acceptable(volume, forecast, group.position, of.dump));
  if (bad.length === 0) return;
  const running = namesOf(
    view.members.filter(({ ordinal }) => isWanted(view, ordinal)).map((member) => ({ member: member.name })),
  );
  const byHand = `${scaleByHand(hands, view, of.replicas)}, then galera-runbook runs repair ${hands.at.run}`;
  const worst = bad.some(({ forecast }) => forecast.by === 'aborts' || forecast.because.includes('another history'));
  fail(
    'unsafe',
    'every stopped member joins without a state dump',
    `${bad.map(({ volume, forecast }) => `${volume.member} at ${shortPosition(volume.position)}: ${forecast.because}`).join('; ')}; the group is at ${shortPosition(group.position)}; only ${running} runs`,
    worst
      ? 'do not start the others: find out by hand which data is the right one'
      : `let it take a state dump, which deletes its data and takes that of ${running}: ${byHand}`,
  );
}

function scaleByHand({ config: { namespace, statefulset } }: Hands, view: ClusterView, replicas: number): string {
  return isShifted(view)
    ? `kubectl -n ${namespace} patch statefulset/${statefulset} --type merge -p '{"spec":{"ordinals":null,"replicas":${replicas}}}'`
    : `kubectl -n ${namespace} scale statefulset/${statefulset} --replicas ${replicas}`;
}

async function readOutside(
  hands: Hands,
  replicas: number,
  outside: readonly MemberView[],
): Promise<readonly VolumePosition[]> {
  const names = await freshNames(hands, 'p', outside);
  const ordinals = outside.map(({ ordinal }) => ordinal);
  const view = await volumesFree(hands, replicas, ordinals, ordinals.map(names));
  const stopped = view.members.filter(({ ordinal }) => ordinals.includes(ordinal));
  const volumes = await readPositions(hands, view, stopped, names);
  const uneven = unevenSwap(volumes);
  if (uneven) throw new FailureError(uneven);
  // A setting that would make a restarted member start a cluster of its own ends before it starts (design §6.11).
  await writeSettings(
    hands,
    view,
    volumes.filter(({ safeToBootstrap, source }) => safeToBootstrap || source !== 'grastate'),
    false,
  );
  return volumes;
}

interface Group {
  readonly position: Position | undefined;
  readonly cachedDownto: Seqno | undefined;
}

/** Right after its start a member's cache may still be empty: a moment later it has the change of membership. */
async function knownGroup(hands: Hands, view: ClusterView): Promise<Group> {
  for (let left = 15; ; left--) {
    const group = groupOf(await readMembers(hands, view));
    if (left === 0 || hands.signal.aborted || (group.position && group.cachedDownto !== undefined)) return group;
    await hands.clock.sleep(1000, hands.signal).catch(() => undefined);
  }
}

/** Galera chooses the donor, so the member whose cache goes back furthest counts. */
function groupOf(readings: readonly MemberReading[]): Group {
  const synced = readings.flatMap(({ status }) =>
    status?.clusterStatus === 'Primary' && isSynced(status) ? [status] : [],
  );
  const uuid = synced[0]?.clusterUuid;
  const highest = synced
    .flatMap(({ lastCommitted }) => lastCommitted ?? [])
    .toSorted(compareSeqnos)
    .at(-1);
  const cachedDownto = synced
    .flatMap(({ localCachedDownto }) => localCachedDownto ?? [])
    .toSorted(compareSeqnos)
    .at(0);
  return { position: uuid === undefined || highest === undefined ? undefined : { uuid, seqno: highest }, cachedDownto };
}

function forecastOf(volume: VolumePosition, group: Group): JoinForecast {
  return joinForecast({ joiner: volume.position, group: group.position, cachedDownto: group.cachedDownto });
}

/** A member of another history, or ahead of the group, has something that the group lacks: no permission for a state dump covers that. */
function acceptable(
  volume: VolumePosition,
  forecast: JoinForecast,
  group: Position | undefined,
  dump: 'refuse' | 'allow',
): boolean {
  if (forecast.by === 'ist') return true;
  if (forecast.by === 'aborts' || dump === 'refuse') return false;
  return !(isKnown(volume.position) && comparePositions(volume.position, group) === 'other-history');
}

async function refuseDumped(hands: Hands, members: readonly MemberView[]): Promise<void> {
  const dumped = (await joinsOf(hands, members)).filter(({ by }) => by === 'sst');
  if (dumped.length === 0) return;
  fail(
    'unsafe',
    'every member joined without a state dump',
    dumped.map(({ member, because }) => `${member} took one: ${because}`).join('; '),
    `all members run and are Synced; what was set aside on ${namesOf(dumped)} may be gone. Compare the data, then go on: galera-runbook runs repair ${hands.at.run}`,
  );
}
