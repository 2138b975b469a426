import { dataDir, setDataDir } from './datadir.ts';
import { change, leave } from './groups.ts';
import { withNode } from './tree.ts';
import { log, type World } from './world.ts';

const mebibyte = 1024 ** 2;
const stopMs = 800;

/** SIGTERM: it leaves in good order. */
export function stopMember(world: World, pod: string): void {
  const member = world.members[pod];
  if (member === undefined || member.phase === 'stops' || member.phase === 'ended') return;
  breakTransfers(world, pod);
  leave(world, [pod], true);
  const { cachedFrom } = member;
  const dir = withNode(dataDir(world, member.volume), 'gvwstate.dat', undefined);
  const cache = { bytes: 128 * mebibyte, ...(cachedFrom === undefined ? {} : { cachedFrom }) };
  setDataDir(world, member.volume, member.phase === 'up' ? withNode(dir, 'galera.cache', cache) : dir);
  change(world, pod, { phase: 'stops', until: world.now + (member.phase === 'up' ? stopMs : 100), state: 0 });
  log(world, pod, '[Note] WSREP: Shutdown replication', '[Note] mariadbd: Shutdown complete');
}

/** SIGKILL, power loss, or it gives up: nothing is saved. What it had cached is lost. */
export function endMember(world: World, pods: readonly string[], exit: number): void {
  for (const pod of pods) breakTransfers(world, pod);
  leave(world, pods, false);
  for (const pod of pods) {
    const member = world.members[pod];
    if (member === undefined) continue;
    const dir = withNode(dataDir(world, member.volume), 'galera.cache', undefined);
    setDataDir(world, member.volume, dir);
    change(world, pod, { phase: 'ended', exit, state: 0 });
  }
}

/** Whoever took data from a member that is gone, or gave to one, is rid of the other. */
function breakTransfers(world: World, pod: string): void {
  for (const each of Object.values(world.members)) {
    if (each.donor === undefined) continue;
    if (each.pod === pod) release(world, each.donor);
    else if (each.donor === pod && each.phase !== 'up') giveUp(world, each.pod, 'the donor is gone');
  }
}

export function release(world: World, donor: string): void {
  const giver = world.members[donor];
  if (giver && giver.desyncedBy > 0) change(world, donor, { desyncedBy: giver.desyncedBy - 1 });
}

export function giveUp(world: World, pod: string, why: string): void {
  log(world, pod, `[ERROR] WSREP: ${why}`, '[ERROR] mariadbd: Aborting');
  endMember(world, [pod], 1);
}
