import { expect, test } from 'vitest';
import { howItJoined } from '../../src/galera/ist.ts';
import { setDataDir, withSaved } from '../../src/simulator/datadir.ts';
import { queueOf } from '../../src/simulator/groups.ts';
import { Simulation } from '../../src/simulator/simulation.ts';
import { namesIn, withNode } from '../../src/simulator/tree.ts';
import { draftOf, type World } from '../../src/simulator/world.ts';
import { Bench, memberNames, memberVolume, namespace } from './bench.ts';

const statuses = (bench: Bench) => Promise.all(memberNames.map((name) => bench.ports.sql.status(name)));

/** The world with something changed behind everybody's back. */
function changed(bench: Bench, change: (world: World) => void): Bench {
  const world = draftOf(bench.world);
  change(world);
  return new Bench(world);
}

test('three members are one Primary Component with one UUID, and say so', async () => {
  const bench = new Bench();
  const all = await statuses(bench);
  expect(
    new Set(all.map(({ clusterUuid, confId, clusterSize }) => `${clusterUuid} ${confId} ${clusterSize}`)).size,
  ).toBe(1);
  expect(all.map(({ localStateComment }) => localStateComment)).toEqual(['Synced', 'Synced', 'Synced']);
  expect(bench.sums(1)).toEqual(bench.sums(0));
});

test('clients write through the Service, and every member gets it', () => {
  const bench = new Bench();
  const before = bench.dataset(0);
  bench.tick(10_000);
  expect(bench.dataset(0).seqno).toBeGreaterThan(before.seqno + 10);
  bench.fault({ do: 'clients', perSecond: 0 }).tick(1000);
  expect([1, 2].map((ordinal) => bench.sums(ordinal))).toEqual([bench.sums(0), bench.sums(0)]);
});

test('the member that leaves last has the highest position and may bootstrap, the others may not', () => {
  const bench = new Bench().stop();
  const [first, second, third] = [0, 1, 2].map((ordinal) => bench.saved(ordinal));
  expect([first?.safe, second?.safe, third?.safe]).toEqual([true, false, false]);
  expect(first?.seqno).toBeGreaterThan(second?.seqno ?? 0);
  expect(second?.seqno).toBeGreaterThan(third?.seqno ?? 0);
});

test('while a member runs its grastate.dat has no seqno, and after a crash neither', () => {
  const bench = new Bench();
  expect(bench.saved(1)).toMatchObject({ seqno: -1, safe: false });
  bench.fault({ do: 'power-loss' });
  expect(bench.saved(1)).toMatchObject({ seqno: -1, safe: false });
});

test('one of three that dies leaves a Primary of two, and comes back by IST', () => {
  const bench = new Bench();
  bench.fault({ do: 'kill-processes', members: [memberNames[1]] });
  expect(bench.primaries.map(({ members }) => members)).toEqual([[memberNames[0], memberNames[2]]]);
  bench.until(() => bench.synced(0, 1, 2));
  expect(howItJoined(bench.log(1)).by).toBe('ist');
  expect(bench.sums(1)).toEqual(bench.sums(0));
});

test('two of three that die at once leave the third without a Primary: it answers and serves nobody', async () => {
  const bench = new Bench();
  bench.fault({ do: 'kill-processes', members: [memberNames[0], memberNames[1]] }).tick(90_000);
  expect(bench.primaries).toEqual([]);
  await expect(bench.ports.sql.status(memberNames[2])).resolves.toMatchObject({
    clusterStatus: 'non-Primary',
    ready: false,
  });
  await expect(bench.ports.sql.tables(memberNames[2])).rejects.toThrow('not Primary');
  const { seqno } = bench.dataset(2);
  bench.tick(5000);
  expect(bench.dataset(2).seqno).toBe(seqno);
  const pod = bench.world.objects[`Pod/${namespace}/${memberNames[0]}`];
  expect(pod?.status.containerStatuses[0].restartCount).toBeGreaterThan(1);
});

test('two of three that stop in good order leave the third Primary', () => {
  const bench = new Bench();
  bench.scale(1).until(() => Object.keys(bench.world.members).length === 1);
  expect(bench.primaries.map(({ members }) => members)).toEqual([[memberNames[0]]]);
});

test('after a power loss every member waits for another one', () => {
  const bench = new Bench().fault({ do: 'power-loss' }).tick(120_000);
  expect(bench.primaries).toEqual([]);
  expect(Object.values(bench.world.members).map(({ phase }) => phase)).toEqual(['waits', 'waits', 'waits']);
});

test('a member with safe_to_bootstrap starts a second Primary beside the first: two histories under one UUID', () => {
  let bench = new Bench();
  bench.scale(2).until(() => Object.keys(bench.world.members).length === 2);
  const saved = bench.saved(2);
  bench = changed(bench, (world) => {
    if (saved) setDataDir(world, memberVolume(2), withSaved(bench.data(2), { ...saved, safe: true }));
  });
  bench.scale(3).until(() => bench.primaries.length === 2);
  bench.tick(5000);
  expect(bench.primaries[0]?.uuid).toBe(bench.primaries[1]?.uuid);
  expect(bench.sums(2)).not.toEqual(bench.sums(0));
});

test('a joiner takes IST while the gap is in a cache, and a state dump when it is not', () => {
  const bench = new Bench({ writes: 20 });
  bench.scale(2).until(() => Object.keys(bench.world.members).length === 2);
  bench
    .tick(60_000)
    .scale(3)
    .until(() => bench.synced(0, 1, 2));
  expect(howItJoined(bench.log(2))).toMatchObject({ by: 'ist' });
  bench.scale(2).until(() => Object.keys(bench.world.members).length === 2);
  bench
    .tick(1_300_000)
    .scale(3)
    .until(() => bench.synced(0, 1, 2));
  expect(howItJoined(bench.log(2))).toMatchObject({ by: 'sst' });
  bench.fault({ do: 'clients', perSecond: 0 }).tick(1000);
  expect(bench.sums(2)).toEqual(bench.sums(0));
});

test('a state dump wipes the data directory, what was set aside in it too, and its donor is desynced meanwhile', () => {
  let bench = new Bench();
  bench.scale(2).until(() => Object.keys(bench.world.members).length === 2);
  bench = changed(bench, (world) => {
    const dir = withSaved(bench.data(2), { uuid: '00000000-0000-0000-0000-000000000000', seqno: -1, safe: false });
    setDataDir(world, memberVolume(2), withNode(dir, 'galera_runbook_k7m2q9/old/ibdata1', { bytes: 9 }));
  });
  bench.scale(3).until(() => bench.world.members[memberNames[2]]?.phase === 'sst');
  expect(namesIn(bench.data(2))).not.toContain('galera_runbook_k7m2q9');
  expect([0, 1].filter((ordinal) => bench.world.members[memberNames[ordinal] ?? '']?.desyncedBy === 1)).toHaveLength(1);
  bench.until(() => bench.synced(0, 1, 2));
  expect(bench.sums(2).length).toBe(bench.sums(0).length);
});

test('a state dump that is cut short leaves zeros, and the next start takes another', () => {
  let bench = new Bench();
  bench.scale(2).until(() => Object.keys(bench.world.members).length === 2);
  bench = changed(bench, (world) => setDataDir(world, memberVolume(2), { dir: {} }));
  bench.scale(3).until(() => bench.world.members[memberNames[2]]?.phase === 'sst');
  bench.fault({ do: 'kill-processes', members: [memberNames[2]] });
  expect(bench.saved(2)).toMatchObject({ seqno: -1, uuid: expect.stringMatching(/^0{8}-/) });
  expect(Object.values(bench.world.members).map(({ desyncedBy }) => desyncedBy)).toEqual([0, 0, 0]);
  bench.until(() => bench.synced(0, 1, 2));
});

test('a member that is ahead of the group gives up: Reversing history', () => {
  let bench = new Bench();
  bench.scale(2).until(() => Object.keys(bench.world.members).length === 2);
  const saved = bench.saved(2);
  bench = changed(bench, (world) => {
    if (saved) setDataDir(world, memberVolume(2), withSaved(bench.data(2), { ...saved, seqno: saved.seqno + 9000 }));
  });
  bench
    .scale(3)
    .until(() => (bench.world.logs[memberNames[2]]?.previous ?? []).some((line) => line.includes('Reversing history')));
  expect(bench.synced(2)).toBe(false);
});

test('a member of another branch that is behind joins by IST and is silently wrong, as in Galera itself', () => {
  const bench = new Bench().stop();
  const copy = bench.data(0);
  bench.scale(1).until(() => bench.synced(0));
  bench
    .tick(20_000)
    .scale(0)
    .until(() => Object.keys(bench.world.members).length === 0);
  // Ordinal 1 gets what ordinal 0 had before it went on alone, and goes on alone too.
  const forked = changed(bench, (world) => {
    setDataDir(world, memberVolume(1), copy);
    const other = withSaved(world.volumes[memberVolume(0)]?.root ?? copy, {
      uuid: bench.saved(0)?.uuid ?? '',
      seqno: bench.saved(0)?.seqno ?? 0,
      safe: false,
    });
    setDataDir(world, memberVolume(0), other);
  });
  forked.fault({ do: 'crash-always', member: memberNames[0], on: true });
  forked.scale(2).until(() => forked.dataset(1).seqno > (bench.saved(0)?.seqno ?? 0) + 50);
  forked.fault({ do: 'crash-always', member: memberNames[0], on: false }).until(() => forked.synced(0, 1));
  forked.fault({ do: 'clients', perSecond: 0 }).tick(5000);
  expect(howItJoined(forked.log(0)).by).toBe('ist');
  expect(forked.dataset(0).seqno).toBe(forked.dataset(1).seqno);
  expect(forked.sums(0)).not.toEqual(forked.sums(1));
});

test('a desynced member leaves the Service and may fall behind without stopping anybody', async () => {
  const bench = new Bench({ writes: 20 });
  await bench.ports.sql.setDesync(memberNames[2], true);
  bench.tick(2000);
  await expect(bench.ports.sql.status(memberNames[2])).resolves.toMatchObject({
    localState: 2,
    desyncCount: 1,
    settings: { desync: true },
  });
  const slice = Object.values(bench.world.objects).find(({ kind }) => kind === 'EndpointSlice');
  const ready = slice?.endpoints.map((each: { conditions: { ready: boolean } }) => each.conditions.ready);
  expect(ready).toEqual([true, true, false]);
  // A second ON is a warning and counts once.
  await bench.ports.sql.setDesync(memberNames[2], true);
  await bench.ports.sql.setDesync(memberNames[2], false);
  bench.until(() => bench.synced(2));
  expect((await bench.ports.sql.status(memberNames[2])).desyncCount).toBe(0);
});

test('flow control: a synced member that is too slow stops the clients until it has caught up', () => {
  const bench = new Bench({ writes: 400 });
  bench.fault({ do: 'slow', claim: 'mysql-data-mariadb-server-2', percent: 1 }).tick(10_000);
  const { written } = bench.world.clients;
  expect(bench.world.members[memberNames[2]]?.flowSent).toBeGreaterThan(0);
  expect(bench.world.members[memberNames[0]]?.flowPausedNs).toBeGreaterThan(0);
  expect(queueOf(bench.world, memberNames[2])).toBeLessThan(200);
  expect(written).toBeLessThan(400 * 70);
  const other = new Bench({ writes: 400 }).tick(10_000);
  expect(other.world.clients.written - written).toBeGreaterThan(500);
});

test('a member that is cut off is not Primary, and takes what it lacks when it is back', () => {
  const bench = new Bench();
  bench.fault({ do: 'cut-off', members: [memberNames[0]] }).tick(20_000);
  expect(bench.primaries.map(({ members }) => members)).toEqual([[memberNames[1], memberNames[2]]]);
  expect(bench.world.members[memberNames[0]]?.state).toBe(0);
  bench.fault({ do: 'heal' }).until(() => bench.synced(0, 1, 2));
  bench.fault({ do: 'clients', perSecond: 0 }).tick(1000);
  expect(bench.sums(0)).toEqual(bench.sums(1));
});

test('halves that lost each other are one Primary again when they meet', () => {
  const bench = new Bench();
  bench
    .fault({ do: 'cut-off', members: [memberNames[0]] }, { do: 'kill-processes', members: [memberNames[2]] })
    .tick(1000);
  expect(bench.primaries).toEqual([]);
  bench.fault({ do: 'heal' }).until(() => bench.synced(0, 1, 2));
  expect(bench.primaries).toHaveLength(1);
});

test('a connection that is open outlives its endpoint, and ends with its member', () => {
  const bench = new Bench();
  bench.tick(1000);
  const service = bench.world.objects[`Service/${namespace}/mariadb`];
  const ref = { apiVersion: 'v1', kind: 'Service', namespace, name: 'mariadb' };
  bench.simulation.do({
    do: 'patch',
    ref,
    patch: { spec: { selector: { cut: 'yes' } } },
    guard: { uid: service?.metadata.uid ?? '' },
  });
  const before = bench.tick(2000).world.clients.written;
  expect(bench.tick(5000).world.clients.written).toBeGreaterThan(before);
  bench.fault({ do: 'kill-processes', members: [bench.world.clients.member ?? ''] }).tick(1000);
  const then = bench.world.clients.written;
  expect(bench.tick(5000).world.clients.written).toBe(then);
});

test('a world survives JSON, and goes on the same', () => {
  const bench = new Bench({ seed: 5 });
  bench.fault({ do: 'kill-processes', members: [memberNames[1]] }).tick(3000);
  const copy = new Simulation(JSON.parse(JSON.stringify(bench.world)) as World);
  copy.do({ do: 'tick', ms: 30_000 });
  bench.tick(30_000);
  expect(JSON.stringify(copy.world)).toBe(JSON.stringify(bench.world));
});

test('a step changes nothing of the world before it', () => {
  const bench = new Bench();
  const before = bench.world;
  const text = JSON.stringify(before);
  bench.fault({ do: 'power-loss' }).tick(10_000);
  expect(JSON.stringify(before)).toBe(text);
});
