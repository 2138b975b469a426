import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clients, galeraDown, galeraUp, memberNode, names, sql } from '../lab/lab.ts';
import { Program, runIdOf } from './program.ts';
import { makeShop, type Truth, truthEverywhere, truthOf, whole } from './shop.ts';
import { terminal } from './terminal.ts';

const pairs = [
  ['root', 'OrderedReady'],
  ['folder', 'Parallel'],
  ['folder', 'OrderedReady'],
] as const;

// root with Parallel is what the other files work on.
describe.each(pairs)('a whole cycle with the data directory at %s and %s', (layout, podManagement) => {
  const program = new Program();
  let before: Truth;
  let run: string;

  beforeAll(async () => {
    await galeraUp({ layout, podManagement });
    await makeShop(3000);
    before = await truthOf(0);
  });

  afterAll(async () => await galeraDown());

  it('has its members on three Kubernetes nodes', async () => {
    expect(new Set(await Promise.all([0, 1, 2].map((member) => memberNode(member)))).size).toBe(3);
  });

  it('backs up, loses data, and restores it on every member', async () => {
    const backup = await program.yes(['backup']);
    expect(backup.stdout + backup.stderr).toContain('run-ended     exit 0');
    await sql(0, 'use shop; truncate orders; drop table customers;');
    const restore = await program.yes(['restore', 'latest']);
    expect(restore.stdout + restore.stderr).toContain('run-ended     exit 0');
    run = runIdOf(restore);
    for (const truth of await truthEverywhere()) expect(truth).toEqual(before);
    expect(await whole()).toBe(true);
  });

  it('goes back by rollback, and is closed', async () => {
    const back = await terminal(program, ['runs', 'rollback', run]);
    expect(back.output).toContain('run-ended     exit 0');
    for (const truth of await truthEverywhere()) {
      expect(truth.orders?.rows).toBe('0');
      expect(truth.customers).toBeUndefined();
    }
    expect((await program.yes(['runs', 'close', run])).exit).toBe(0);
    expect(await whole()).toBe(true);
  });
});

describe('a backup volume that only one Kubernetes node reaches', () => {
  const program = new Program({ claim: 'galera-backups-local' });

  beforeAll(async () => {
    await galeraUp({ layout: 'root', podManagement: 'Parallel', backups: ['local'] });
    await makeShop(500);
  });

  afterAll(async () => await galeraDown());

  it('takes its backup from the member that is there, and says why not from the others', async () => {
    const backup = await program.yes(['backup']);
    expect(backup.exit).toBe(0);
    const beside = (await Promise.all([0, 1, 2].map(async (m) => ((await memberNode(m)) === 0 ? [m] : [])))).flat();
    expect(backup.stdout).toContain(`donor mariadb-server-${beside[0]}`);
  });

  it('refuses a restore onto members that cannot reach it, naming both claims, with nothing changed', async () => {
    const restore = await program.yes(['restore', 'latest']);
    expect(restore.exit).toBe(4);
    expect(restore.stderr).toContain('galera-backups-local');
    expect(restore.stderr).toMatch(/mysql-data-mariadb-server-\d/);
    expect(await whole()).toBe(true);
  });
});

/** When the containers of a step's Jobs began and ended, in that order. */
async function lives(run: string, step: string) {
  const labelSelector = `galera-runbook/run=${run},galera-runbook/step=${step}`;
  const { items } = await clients().core.listNamespacedPod({ namespace: names.namespace, labelSelector });
  return items
    .flatMap(({ status }) => status?.containerStatuses ?? [])
    .map(({ state }) => ({ began: Number(state?.terminated?.startedAt), ended: Number(state?.terminated?.finishedAt) }))
    .sort((a, b) => a.began - b.began);
}

describe('a backup volume that is at one Kubernetes node at a time', () => {
  const program = new Program({ claim: 'galera-backups-moves' });

  beforeAll(async () => {
    await galeraUp({ layout: 'root', podManagement: 'Parallel', backups: ['moves'] });
    await makeShop(500);
  });

  afterAll(async () => await galeraDown());

  it('is read by one member after the other, as the plan says, and every member is restored', async () => {
    const before = await truthOf(0);
    expect((await program.yes(['backup'])).exit).toBe(0);
    await sql(0, 'truncate shop.orders');
    const dry = await program.run(['restore', 'latest', '--dry-run']);
    expect(dry.stdout.replace(/\s+/g, ' ')).toContain('it moves from one Kubernetes node to the next');
    const restore = await program.yes(['restore', 'latest']);
    expect(restore.stdout + restore.stderr).toContain('run-ended     exit 0');
    const times = await lives(runIdOf(restore), 'unpack');
    expect(times).toHaveLength(3);
    for (const [index, { began }] of times.entries()) {
      const earlier = times[index - 1];
      if (earlier) expect(began).toBeGreaterThanOrEqual(earlier.ended);
    }
    for (const truth of await truthEverywhere()) expect(truth).toEqual(before);
    expect(await whole()).toBe(true);
  });
});
