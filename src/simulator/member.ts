import { zeroUuid } from '../galera/position.ts';
import { dataDir, datasetIn, nothingSaved, savedIn, setDataDir, setFile, withDataset, withSaved } from './datadir.ts';
import { applyTo, bootstrap, change, enter, groupOf, positionOf, queueOf } from './groups.ts';
import { giveUp } from './leaving.ts';
import { dumped, joined, transfer } from './transfer.ts';
import { isFile, nodeAt } from './tree.ts';
import { type Group, log, type Member, newUuid, type World } from './world.ts';

const recoverMs = 1500;
const startMs = 700;
/** How long mariadbd looks for a Primary Component before it gives up. */
const primaryMs = 30_000;
/** Transactions that a cache holds. */
const cacheHolds = 20_000;
/** Of a queue that is short enough for Synced; three members with the default limit of 16. */
export const flowLimit = 28;

/** The container has started: the start script of the image looks at what is there. */
export function startMember(world: World, pod: string, volume: string): void {
  world.members[pod] = {
    pod,
    volume,
    phase: 'waits',
    until: world.now + startMs,
    startedAt: world.now,
    gcommUuid: newUuid(world),
    state: 0,
    desync: false,
    desyncedBy: 0,
    paused: false,
    flowPausedNs: 0,
    flowSent: 0,
    carry: 0,
  };
}

export function tickMember(world: World, pod: string): void {
  const member = world.members[pod];
  if (member === undefined || member.phase === 'ended') return;
  switch (member.phase) {
    case 'waits':
      waits(world, member);
      return;
    case 'recovers':
      if (world.now >= member.until) begin(world, member);
      return;
    case 'joins':
      join(world, member);
      return;
    case 'ist':
      if (world.now >= member.until) joined(world, member);
      return;
    case 'sst':
      if (world.now >= member.until) dumped(world, member);
      return;
    case 'stops':
      if (world.now >= member.until) change(world, pod, { phase: 'ended', exit: 0 });
      return;
    case 'up':
      settle(world, member);
      return;
  }
}

function waits(world: World, member: Member): void {
  if (world.now < member.until) return;
  const { pod, volume } = member;
  const dir = dataDir(world, volume);
  const saved = savedIn(dir);
  const first = saved?.safe === true;
  const hasData = isFile(nodeAt(dir, 'ibdata1')) || nodeAt(dir, 'mysql') !== undefined;
  if (world.faults.crashing.includes(pod)) {
    giveUp(world, pod, 'plugin lost');
    return;
  }
  if (!first && !someAnswers(world, pod)) return;
  if (hasData || first) {
    const read = datasetIn(dir);
    if ('why' in read) {
      log(world, pod, read.why);
      giveUp(world, pod, 'the data directory cannot be opened');
      return;
    }
  }
  const recovers = saved?.seqno === -1 && saved.uuid !== zeroUuid && hasData;
  if (recovers) change(world, pod, { phase: 'recovers', until: world.now + recoverMs });
  else begin(world, member);
}

function reaches(world: World, a: string, b: string): boolean {
  return world.faults.cutOff.includes(a) === world.faults.cutOff.includes(b);
}

function someAnswers(world: World, pod: string): boolean {
  return Object.values(world.members).some(
    (each) => each.pod !== pod && ['joins', 'ist', 'sst', 'up'].includes(each.phase) && reaches(world, pod, each.pod),
  );
}

/** mariadbd itself, with the position that was saved or recovered. */
function begin(world: World, member: Member): void {
  const { pod, volume } = member;
  const dir = dataDir(world, volume);
  const saved = savedIn(dir) ?? nothingSaved;
  const read = datasetIn(dir);
  const dataset = 'dataset' in read ? read.dataset : undefined;
  const seqno = saved.seqno >= 0 ? saved.seqno : saved.uuid === zeroUuid ? -1 : (dataset?.seqno ?? -1);
  if (saved.seqno === -1 && seqno >= 0) log(world, pod, `recovered position: ${saved.uuid}:${seqno}`);
  log(
    world,
    pod,
    `[Note] WSREP: Found saved state: ${saved.uuid}:${saved.seqno}, safe_to_bootstrap: ${saved.safe ? 1 : 0}`,
  );
  setFile(world, volume, 'gvwstate.dat', `my_uuid: ${member.gcommUuid}\n`);
  const cache = nodeAt(dir, 'galera.cache');
  const cachedFrom = isFile(cache) ? cache.cachedFrom : undefined;
  if (dataset && saved.uuid !== zeroUuid)
    setDataDir(world, volume, withDataset(dataDir(world, volume), { ...dataset, uuid: saved.uuid, seqno }));
  const next = change(world, pod, {
    phase: 'joins',
    until: world.now + primaryMs,
    ...(cachedFrom === undefined ? {} : { cachedFrom }),
  });
  if (!saved.safe) {
    const kept = { uuid: saved.uuid, seqno: -1, safe: false };
    setDataDir(world, volume, withSaved(dataDir(world, volume), kept));
    return;
  }
  change(world, pod, { phase: 'up', state: 3 });
  bootstrap(world, pod, saved.uuid === zeroUuid ? newUuid(world) : saved.uuid, Math.max(seqno, 0));
  applyTo(world, next.pod, groupOf(world, pod)?.seqno ?? 0);
}

function join(world: World, member: Member): void {
  const { pod } = member;
  const group = Object.values(world.groups).find(
    (each) => each.primary && each.members.every((other) => reaches(world, pod, other)),
  );
  if (group === undefined) {
    if (world.now >= member.until)
      giveUp(world, pod, 'failed to open gcomm backend connection: 110: failed to reach primary view');
    return;
  }
  // A member of a component without a Primary runs already and keeps its own position.
  const own = positionOf(world, pod);
  const saved = savedIn(dataDir(world, member.volume)) ?? nothingSaved;
  const local = saved.uuid === zeroUuid ? { uuid: zeroUuid, seqno: -1 } : own;
  enter(world, pod, group.id);
  const now = world.groups[group.id] as Group;
  log(
    world,
    pod,
    '[Note] WSREP: State transfer required:',
    `\tGroup state: ${now.uuid}:${now.seqno}`,
    `\tLocal state: ${local.uuid}:${local.seqno}`,
  );
  if (local.uuid === now.uuid && local.seqno > group.seqno) {
    log(
      world,
      pod,
      `[ERROR] WSREP: Reversing history: ${local.seqno} -> ${group.seqno}, this member has applied ${local.seqno - group.seqno} more events than the primary component`,
    );
    giveUp(world, pod, 'data loss is possible');
    return;
  }
  transfer(world, pod, now, local);
}

/** From joined to synced, and out of it while something desyncs it. */
function settle(world: World, member: Member): void {
  const { pod } = member;
  const group = groupOf(world, pod);
  if (group === undefined) return;
  if (!group.primary) {
    rejoin(world, member, group);
    return;
  }
  const desynced = member.desync || member.desyncedBy > 0;
  if (desynced && member.state !== 2) change(world, pod, { state: 2 });
  if (!desynced && member.state === 2) change(world, pod, { state: 3 });
  if (!desynced && member.state !== 2 && member.state !== 4 && queueOf(world, pod) < flowLimit) {
    change(world, pod, { state: 4 });
    if (!world.logs[pod]?.now.some((line) => line.includes('Synchronized with group')))
      log(world, pod, '[Note] WSREP: Synchronized with group, ready for connections');
  }
  const from = member.cachedFrom ?? group.seqno;
  if (group.seqno - from > cacheHolds) change(world, pod, { cachedFrom: group.seqno - cacheHolds });
}

/** One that was cut off finds a Primary again: it takes what it lacks, with the process that it is. */
function rejoin(world: World, member: Member, own: Group): void {
  const found = Object.values(world.groups).find(
    (each) => each.primary && each.members.every((other) => reaches(world, member.pod, other)),
  );
  if (found === undefined) return;
  const left = own.members.filter((pod) => pod !== member.pod);
  if (left.length === 0) delete world.groups[own.id];
  else world.groups[own.id] = { ...own, members: left };
  const { group: _left, ...rest } = member;
  world.members[member.pod] = { ...rest, phase: 'joins', until: world.now + primaryMs };
}
