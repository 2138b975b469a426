import { expect, test } from 'vitest';
import { practiceConfig } from '../../src/simulator/build.ts';
import { sumsOf } from '../../src/simulator/sql.ts';
import type { World } from '../../src/simulator/world.ts';
import { Answering, MemoryJournal, Rig } from './rig.ts';

const members = ['mariadb-server-0', 'mariadb-server-1', 'mariadb-server-2'];
const { account } = practiceConfig();

/** Tables that the clients do not write to, by member. */
function still(rig: Rig) {
  return members.map((member) => sumsOf(rig.world, member, account).filter(({ table }) => table !== 'visits'));
}

test.each([
  { layout: 'root', podManagement: 'Parallel' },
  { layout: 'folder', podManagement: 'OrderedReady' },
] as const)(
  'a backup, a loss and a restore: every row is back on every member ($layout, $podManagement)',
  async (options) => {
    const rig = await Rig.on(options);
    const before = still(rig);
    expect((await rig.run('galera-backup')).exit).toBe(0);
    const statement = { kind: 'drop', table: 'shop.customers' } as const;
    rig.simulation.do({ do: 'sql', member: 'mariadb-server-0', statement });
    rig.tick(1000);
    expect(still(rig)).not.toEqual(before);
    const restore = await rig.run('galera-restore', { parameters: { backup: 'latest' } });
    expect(restore.refused).toEqual([]);
    expect(restore.exit).toBe(0);
    expect(still(rig)).toEqual(before);
    expect(Object.values(rig.world.members).map(({ state }) => state)).toEqual([4, 4, 4]);
  },
);

test('a process that dies leaves the world as it was: the next one finds the Job at work, and the lease held', async () => {
  const rig = await Rig.on();
  const journal = new MemoryJournal();
  journal.onLine = (event) => {
    if (event.type === 'effect-ended' && event.effect.startsWith('start Job')) throw new Error('killed');
  };
  await expect(rig.run('galera-backup', { run: 'k7m2q9', journal })).rejects.toThrow('killed');
  const next = await Rig.on(JSON.parse(JSON.stringify(rig.world)) as World);
  expect(await next.session.lease().read()).toMatchObject({ run: 'k7m2q9' });
  const report = () => next.session.ports.jobs.report('openstack', 'galera-runbook-k7m2q9-copy-1-2');
  expect(await report()).toMatchObject({ phase: 'pending' });
  next.tick(5000);
  expect(await report()).toMatchObject({ phase: 'running' });
  next.tick(20_000);
  expect(await report()).toMatchObject({ phase: 'succeeded' });
});

test('a no at the first gate leaves the practice cluster as it was', async () => {
  const rig = await Rig.on();
  const before = JSON.stringify([rig.world.objects, rig.world.volumes]);
  const frontend = new Answering();
  frontend.answer = () => ({ answer: 'no' });
  const { exit } = await rig.run('galera-backup', { mode: 'interactive', frontend });
  expect(exit).toBe(5);
  expect(frontend.gates).toHaveLength(1);
  expect(JSON.stringify([rig.world.objects, rig.world.volumes])).toBe(before);
});

test.each([
  ['galera-verify', {}],
  ['galera-prune', {}],
] as const)('%s runs on a practice cluster with a backup', async (name, parameters) => {
  const rig = await Rig.on();
  await rig.run('galera-backup');
  const ended = await rig.run(name, { parameters });
  expect(ended.refused).toEqual([]);
  expect(ended.exit).toBe(0);
});

test.each(['Parallel', 'OrderedReady'] as const)(
  'galera-start brings a cluster back that lost its power (%s)',
  async (podManagement) => {
    const rig = await Rig.on({ podManagement });
    const before = still(rig);
    rig.simulation.do({ do: 'power-loss' });
    rig.tick(60_000);
    const ended = await rig.run('galera-start');
    expect(ended.refused).toEqual([]);
    expect(ended.exit).toBe(0);
    expect(still(rig)).toEqual(before);
  },
);

test('of two operators at once one is refused, and the other is done', async () => {
  const rig = await Rig.on();
  const other = await rig.beside('sre2');
  const both = await Promise.all([
    rig.run('galera-backup', { run: 'k7m2q9' }),
    other.run('galera-backup', { run: 'x2y3z4' }),
  ]);
  expect(both.map(({ exit }) => exit).toSorted()).toEqual([0, 11]);
  expect(Object.values(rig.world.members).map(({ state }) => state)).toEqual([4, 4, 4]);
});

test('a restore is refused where stopping the members would delete their claims', async () => {
  const rig = await Rig.on({ whenScaled: 'Delete' });
  await rig.run('galera-backup');
  const ended = await rig.run('galera-restore', { parameters: { backup: 'latest' } });
  expect(ended.exit).toBeUndefined();
  expect(ended.refused.join('; ')).toContain('whenScaled is Delete');
  expect(Object.keys(rig.world.volumes)).toHaveLength(4);
});

test('a backup is not refused for runners that have ended a moment ago, which Kubernetes still counts as active', async () => {
  const rig = await Rig.on();
  expect((await rig.run('galera-backup')).exit).toBe(0);
  expect((await rig.run('galera-restore', { parameters: { backup: 'latest' } })).exit).toBe(0);
  const again = await rig.run('galera-backup');
  expect([again.exit, again.refused]).toEqual([0, []]);
});
