import { dataDir, datasetIn, setDataDir, withDataset, withSaved } from './datadir.ts';
import { applied, type Dataset, type Statement, statementKey } from './dataset.ts';

import { isFile, nodeAt } from './tree.ts';
import { type Group, type Member, serial, type World } from './world.ts';

export function change(world: World, pod: string, more: Partial<Member>): Member {
  const before = world.members[pod];
  if (before === undefined) throw new Error(`no process in ${pod}`);
  const after = { ...before, ...more };
  world.members[pod] = after;
  return after;
}

export function groupOf(world: World, pod: string): Group | undefined {
  const id = world.members[pod]?.group;
  return id === undefined ? undefined : world.groups[id];
}

/** Of a server that runs: its files were looked at when it started. */
export function runningData(world: World, member: Member): Dataset | undefined {
  const file = nodeAt(dataDir(world, member.volume), 'ibdata1');
  return isFile(file) ? file.dataset : undefined;
}

/** Where a member's data stands. */
export function positionOf(world: World, pod: string): { readonly uuid: string; readonly seqno: number } {
  const member = world.members[pod];
  return (member && runningData(world, member)) ?? { uuid: '', seqno: -1 };
}

export function queueOf(world: World, pod: string): number {
  const group = groupOf(world, pod);
  return group === undefined ? 0 : Math.max(0, group.seqno - positionOf(world, pod).seqno);
}

/** One transaction of the group that is no row of the clients. */
export function commit(world: World, id: string, statement: Statement): number {
  const group = world.groups[id];
  if (group === undefined) throw new Error(`no group ${id}`);
  const seqno = group.seqno + 1;
  world.statements[statementKey(group.lineage, seqno)] = statement;
  world.groups[id] = { ...group, seqno };
  return seqno;
}

/** Applies what the group has, up to `seqno`, to a member's data. */
export function applyTo(world: World, pod: string, seqno: number): void {
  const group = groupOf(world, pod);
  const member = world.members[pod];
  if (group === undefined || member === undefined) return;
  const before = runningData(world, member);
  if (before === undefined || before.seqno >= seqno) return;
  const after = applied(before, group.lineage, seqno, world.statements);
  setDataDir(world, member.volume, withDataset(dataDir(world, member.volume), after));
}

/** A new Primary Component of one: its history goes its own way from here on. */
export function bootstrap(world: World, pod: string, uuid: string, seqno: number): void {
  const member = world.members[pod];
  if (member === undefined) return;
  const dir = dataDir(world, member.volume);
  const read = datasetIn(dir);
  if (!('dataset' in read)) return;
  const id = `group-${serial(world)}`;
  const lineage = [...read.dataset.lineage, { branch: serial(world), from: seqno + 1 }];
  setDataDir(world, member.volume, withDataset(dir, { ...read.dataset, uuid, seqno }));
  world.groups[id] = {
    id,
    primary: true,
    uuid,
    seqno,
    lineage,
    confId: 0,
    members: [pod],
    was: 1,
    stalled: false,
  };
  change(world, pod, { group: id, cachedFrom: member.cachedFrom ?? seqno + 1 });
  viewChanged(world, id);
}

export function enter(world: World, pod: string, id: string): void {
  const group = world.groups[id];
  if (group === undefined) return;
  world.groups[id] = { ...group, members: [...group.members, pod].toSorted() };
  change(world, pod, { group: id });
  viewChanged(world, id);
}

/** After who is in it has changed: a seqno for the view, who may bootstrap, who is Primary. */
function viewChanged(world: World, id: string): void {
  const group = world.groups[id];
  if (group === undefined || !group.primary) return;
  world.groups[id] = { ...group, confId: group.confId + 1, was: group.members.length };
  commit(world, id, { kind: 'view' });
  for (const pod of group.members) {
    const member = world.members[pod];
    if (member?.phase !== 'up') continue;
    const dir = dataDir(world, member.volume);
    // As Galera does it: alone it may bootstrap again, with others not. The seqno is saved only when it ends in good order.
    setDataDir(world, member.volume, withSaved(dir, { uuid: group.uuid, seqno: -1, safe: group.members.length === 1 }));
  }
}

/**
 * Members leave a component. In good order the rest stay Primary; when they just vanish, only more than half of the view does
 * (quorum without weights).
 */
export function leave(world: World, pods: readonly string[], orderly: boolean): void {
  for (const id of new Set(pods.flatMap((pod) => world.members[pod]?.group ?? []))) {
    const group = world.groups[id];
    if (group === undefined) continue;
    const left = group.members.filter((pod) => !pods.includes(pod));
    for (const pod of group.members.filter((each) => pods.includes(each))) {
      if (orderly) save(world, pod, group, left.length === 0);
      const { group: _left, ...rest } = world.members[pod] as Member;
      world.members[pod] = { ...rest, state: 0 };
    }
    if (left.length === 0) {
      delete world.groups[id];
      continue;
    }
    const primary = group.primary && (orderly || left.length * 2 > group.members.length);
    world.groups[id] = { ...group, members: left, primary, stalled: false };
    if (primary) viewChanged(world, id);
    else for (const pod of left) change(world, pod, { state: 0 });
  }
}

/** What mariadbd writes when it ends in good order. */
function save(world: World, pod: string, group: Group, last: boolean): void {
  const member = world.members[pod];
  if (member === undefined || member.phase === 'sst') return;
  // Everything that was received is applied first.
  if (group.primary && member.phase === 'up') applyTo(world, pod, group.seqno);
  const dir = dataDir(world, member.volume);
  const read = datasetIn(dir);
  if (!('dataset' in read)) return;
  const { uuid, seqno } = read.dataset;
  setDataDir(world, member.volume, withSaved(dir, { uuid, seqno, safe: last && group.primary }));
}

/** How one component splits when some of its members no longer reach the others. */
export function split(world: World, cut: readonly string[]): void {
  for (const group of Object.values(world.groups)) {
    const away = group.members.filter((pod) => cut.includes(pod));
    const stay = group.members.filter((pod) => !cut.includes(pod));
    if (away.length === 0 || stay.length === 0) continue;
    const id = `group-${serial(world)}`;
    const half = (pods: readonly string[]) => group.primary && pods.length * 2 > group.members.length;
    world.groups[group.id] = { ...group, members: stay, primary: half(stay), stalled: false };
    world.groups[id] = { ...group, id, members: away, primary: half(away), stalled: false };
    for (const pod of away) change(world, pod, { group: id });
    for (const [side, pods] of [
      [group.id, stay],
      [id, away],
    ] as const) {
      if (world.groups[side]?.primary) viewChanged(world, side);
      else for (const pod of pods) change(world, pod, { state: 0 });
    }
  }
}

/** Components that no longer have a Primary are one again when enough of its last view have found each other. */
export function reunite(world: World): void {
  const groups = Object.values(world.groups);
  const broken = groups.filter((group) => !group.primary);
  if (groups.some((group) => group.primary) || broken.length < 2) return;
  const members = broken.flatMap((group) => group.members);
  const best = broken.toSorted((a, b) => b.seqno - a.seqno)[0];
  if (best === undefined || members.length * 2 <= best.was || broken.some((group) => group.uuid !== best.uuid)) return;
  for (const group of broken) if (group.id !== best.id) delete world.groups[group.id];
  world.groups[best.id] = { ...best, primary: true, members: members.toSorted() };
  for (const pod of members) change(world, pod, { group: best.id, state: 3 });
  viewChanged(world, best.id);
}
