import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  clients,
  galeraDown,
  galeraUp,
  inLab,
  killMember,
  memberNode,
  memberVolumePath,
  names,
  nodeDown,
  nodeUp,
  sql,
  until,
} from '../lab/lab.ts';
import { Program } from './program.ts';
import { makeShop, type Truth, truthEverywhere, truthOf, whole, wsrep } from './shop.ts';
import { agreeing, terminal } from './terminal.ts';

async function nobodyIsPrimary(): Promise<boolean> {
  const statuses = await Promise.all(
    [0, 1, 2].map((member) => wsrep(member, 'wsrep_cluster_status').catch(() => ({ wsrep_cluster_status: '' }))),
  );
  return statuses.every((status) => status.wsrep_cluster_status !== 'Primary');
}

describe('a cluster that is down, whose ordinal 0 lacks the latest writes', () => {
  const program = new Program();

  beforeAll(async () => {
    await galeraUp({ layout: 'root', podManagement: 'Parallel' });
    await makeShop(500);
  });

  afterAll(async () => await galeraDown());

  it('is started with the member first that has them, alone, and ordinal 0 joins it', async () => {
    const node = await memberNode(0);
    await nodeDown(node);
    await until('a Primary of two', 60_000, async () => {
      const status = await wsrep(1, 'wsrep_cluster_status', 'wsrep_cluster_size');
      return status.wsrep_cluster_status === 'Primary' && status.wsrep_cluster_size === '2';
    });
    await sql(1, 'delete from shop.orders where customer % 3 = 0');
    const rows = await truthOf(1);
    await Promise.all([killMember(1), killMember(2)]);
    await nodeUp(node);
    await until('no Primary', 120_000, nobodyIsPrimary);
    const started = await program.yes(['start']);
    expect(started.stdout + started.stderr).toContain('run-ended     exit 0');
    expect(started.stdout).toMatch(
      /step-passed +4\/4 start: mariadb-server-[12] first, the others by IST, no state dump/,
    );
    expect(await whole()).toBe(true);
    for (const truth of await truthEverywhere()) expect(truth).toEqual(rows);
    const set = await clients().apps.readNamespacedStatefulSet({ namespace: names.namespace, name: names.statefulSet });
    expect(set.spec?.ordinals?.start ?? 0).toBe(0);
  });
});

describe('a cluster that is down, with one member whose position nobody can tell', () => {
  const program = new Program();
  let rows: Truth;
  let run: string;

  beforeAll(async () => {
    await galeraUp({ layout: 'root', podManagement: 'Parallel' });
    await makeShop(1000);
    rows = await truthOf(0);
  });

  afterAll(async () => await galeraDown());

  it('is not started: it may have the latest writes; the failure names it, and nothing runs', async () => {
    await Promise.all([0, 1, 2].map((member) => killMember(member)));
    await until('no Primary', 60_000, nobodyIsPrimary);
    const volume = await memberVolumePath(1);
    // At the gate before the stop: without its system tablespace InnoDB cannot say where the data stands, and after a kill grastate.dat does not.
    let hidden: Promise<unknown> | undefined;
    const ended = await terminal(program, ['start'], async (question, shown) => {
      if (/gate-shows +stop:/.test(shown)) hidden ??= inLab(`mv ${volume}/ibdata1 ${volume}/ibdata1.aside`);
      await hidden;
      return agreeing(question);
    });
    expect(hidden).toBeDefined();
    expect(ended.exit).toBe(131);
    expect(ended.output).toMatch(/step-failed[^\n]*(positions|start)/);
    expect(ended.output).toMatch(/found +mariadb-server-1: /);
    const { items } = await clients().core.listNamespacedPod({
      namespace: names.namespace,
      labelSelector: 'application=mariadb',
    });
    expect(items).toEqual([]);
    run = /galera-runbook runs repair ([a-z0-9]{6})/.exec(ended.output)?.[1] ?? '';
    expect(run).not.toBe('');
  });

  it('is started by a repair once that volume can be read, with nothing lost', async () => {
    const volume = await memberVolumePath(1);
    await inLab(`mv ${volume}/ibdata1.aside ${volume}/ibdata1`);
    const repaired = await program.yes(['runs', 'repair', run]);
    expect(repaired.stdout + repaired.stderr).toContain('run-ended     exit 0');
    expect(await whole()).toBe(true);
    for (const truth of await truthEverywhere()) expect(truth).toEqual(rows);
  });
});
