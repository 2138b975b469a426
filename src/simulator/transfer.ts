import { dataDir, dataFiles, datasetIn, nothingSaved, setDataDir, setFile, volumeOf, withSaved } from './datadir.ts';
import { tableBytes } from './dataset.ts';
import { applyTo, change, groupOf, positionOf } from './groups.ts';
import { giveUp, release } from './leaving.ts';
import { nodeAt, withNode } from './tree.ts';
import { type Group, log, type Member, serial, type World } from './world.ts';

const mebibyte = 1024 ** 2;
/** Of one state transfer that copies all data. */
const sstBytesPerMs = (120 * mebibyte) / 1000;

export function transfer(
  world: World,
  pod: string,
  group: Group,
  local: { readonly uuid: string; readonly seqno: number },
): void {
  const synced = group.members.flatMap((name) => {
    const each = world.members[name];
    return name !== pod && each?.phase === 'up' && each.state >= 2 ? [each] : [];
  });
  const donors = synced.toSorted((a, b) => b.state - a.state || (a.pod < b.pod ? 1 : -1));
  const able = donors.find(
    (each) => local.uuid === group.uuid && each.cachedFrom !== undefined && each.cachedFrom <= local.seqno + 1,
  );
  const donor = able ?? donors[0];
  if (donor === undefined) {
    giveUp(world, pod, 'no donor that is Synced');
    return;
  }
  change(world, donor.pod, { desyncedBy: donor.desyncedBy + 1 });
  log(
    world,
    pod,
    `[Note] WSREP: Member 1.0 (${pod}) requested state transfer from '*any*'. Selected 0.0 (${donor.pod})(SYNCED) as donor.`,
  );
  if (able) {
    const count = group.seqno - local.seqno;
    log(world, pod, `[Note] WSREP: Receiving IST: ${count} writesets, seqnos ${local.seqno + 1}-${group.seqno}`);
    change(world, pod, { phase: 'ist', until: world.now + 500 + count, donor: donor.pod });
    return;
  }
  const { volume } = world.members[pod] as Member;
  const read = datasetIn(dataDir(world, donor.volume));
  const bytes = 'dataset' in read ? tableBytes(read.dataset) : 0;
  log(world, pod, '[Note] WSREP: Proceeding with SST..........');
  wipe(world, volume);
  change(world, pod, { phase: 'sst', until: world.now + 2000 + bytes / sstBytesPerMs, donor: donor.pod });
}

/** A state dump begins by removing whatever is there, what was set aside beside the data too. */
function wipe(world: World, volume: string): void {
  const before = volumeOf(world, volume);
  const lost = before.root.dir['lost+found'];
  world.volumes[volume] = { ...before, root: { dir: lost === undefined ? {} : { 'lost+found': lost } } };
  setDataDir(world, volume, withSaved(dataDir(world, volume), nothingSaved));
}

export function joined(world: World, member: Member): void {
  const { pod } = member;
  const group = groupOf(world, pod);
  if (group === undefined) return;
  applyTo(world, pod, group.seqno);
  log(world, pod, `[Note] WSREP: IST received: ${group.uuid}:${group.seqno}`);
  arrive(world, member, group);
}

export function dumped(world: World, member: Member): void {
  const { pod, volume, donor = '' } = member;
  const group = groupOf(world, pod);
  const giver = world.members[donor];
  if (group === undefined || giver === undefined) return;
  const read = datasetIn(dataDir(world, giver.volume));
  if ('why' in read) {
    giveUp(world, pod, 'the donor gave nothing');
    return;
  }
  const files = dataFiles(read.dataset, `copy-${serial(world)}`);
  const kept = nodeAt(dataDir(world, volume), 'gvwstate.dat');
  setDataDir(world, volume, kept === undefined ? files : withNode(files, 'gvwstate.dat', kept));
  log(world, pod, `[Note] WSREP: SST received: ${read.dataset.uuid}:${read.dataset.seqno}`);
  arrive(world, { ...member, cachedFrom: read.dataset.seqno + 1 }, group);
}

function arrive(world: World, member: Member, group: Group): void {
  const { pod, donor, cachedFrom } = member;
  if (donor !== undefined) release(world, donor);
  const { donor: _given, ...rest } = world.members[pod] as Member;
  world.members[pod] = { ...rest, phase: 'up', state: 3, cachedFrom: cachedFrom ?? positionOf(world, pod).seqno };
  setDataDir(
    world,
    member.volume,
    withSaved(dataDir(world, member.volume), { uuid: group.uuid, seqno: -1, safe: false }),
  );
  setFile(world, member.volume, 'gvwstate.dat', `my_uuid: ${member.gcommUuid}\n`);
}
