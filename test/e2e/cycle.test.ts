import { beforeAll, describe, expect, it } from 'vitest';
import { howItJoined } from '../../src/galera/ist.ts';
import { clients, galeraUp, inMember, killMember, names, sql, until, waitSynced } from '../lab/lab.ts';
import { Program, runIdOf } from './program.ts';
import { makeShop, objectsOf, type Truth, truthEverywhere, truthOf, whole, wsrep } from './shop.ts';
import { longestGap, noticeableMs, type Tick, Writer } from './writer.ts';

const program = new Program();
const writer = new Writer();

describe('a whole cycle on the lab: backup, loss, restore, rollback, close', () => {
  let before: Truth;
  let objects: readonly string[];
  let uuid: string;
  let copyBegan: number;
  let ticks: readonly Tick[];
  let backupId: string;
  let restoreRun: string;
  let beforeRestore: Truth;
  let ticksBeforeRestore: number;

  beforeAll(async () => {
    await galeraUp({ layout: 'root', podManagement: 'Parallel' });
    await makeShop();
    before = await truthOf(0);
    objects = await objectsOf(0);
    uuid = (await wsrep(0, 'wsrep_cluster_state_uuid')).wsrep_cluster_state_uuid ?? '';
  });

  it('status says healthy, with every member', async () => {
    const status = await program.run(['status']);
    expect(status.stderr).toBe('');
    expect(status.exit).toBe(0);
    expect(status.stdout).toContain('HEALTHY');
    for (const ordinal of [0, 1, 2]) expect(status.stdout).toContain(`mariadb-server-${ordinal}`);
  });

  it('a backup with writes going on fails no write, leaves no member desynced, and is listed as restorable', async () => {
    await writer.start();
    copyBegan = Date.now();
    const backup = await program.yes(['backup']);
    expect(backup.stdout + backup.stderr).toContain('run-ended     exit 0');
    expect(backup.exit).toBe(0);
    expect(backup.stdout).toMatch(/planned\s+donor mariadb-server-\d: /);
    ticks = await writer.stop();
    expect(ticks.filter((tick) => !tick.ok)).toEqual([]);
    expect(longestGap(ticks)).toBeLessThan(noticeableMs);
    expect(await whole()).toBe(true);
    const list = await program.run(['backups', 'list', '-o', 'json']);
    const backups = JSON.parse(list.stdout) as {
      id: string;
      proof: { level: string };
      manifest: Record<string, unknown>;
    }[];
    expect(backups).toHaveLength(1);
    const [made] = backups;
    backupId = made?.id ?? '';
    expect(made?.proof.level).toBe('checksums');
    expect(made?.manifest).toMatchObject({
      kind: 'full',
      identity: { cluster: names.cluster, namespace: names.namespace },
      position: { uuid },
    });
    expect(Object.keys(made?.manifest ?? {})).toEqual(
      expect.arrayContaining([
        'serverVersion',
        'toolVersion',
        'image',
        'donor',
        'compression',
        'files',
        'dataBytes',
        'lsn',
        'tables',
        'run',
      ]),
    );
  });

  it('a dry run of a restore changes nothing', async () => {
    const uids = async () =>
      (await clients().core.listNamespacedPod({ namespace: names.namespace })).items.map((pod) => pod.metadata?.uid);
    const there = await uids();
    const dry = await program.run(['restore', 'latest', '--dry-run']);
    expect(dry.exit).toBe(0);
    expect(dry.stdout).toContain('swap');
    expect(await uids()).toEqual(there);
  });

  it('a restore brings every table back on all three members, by IST, and traffic with it', async () => {
    await sql(
      0,
      'use shop; delete from orders where customer % 3 = 0; drop table customers; create table added (a int primary key); insert into added values (1);',
    );
    beforeRestore = await truthOf(0);
    ticksBeforeRestore = Number((await sql(0, 'select count(*) from shop.ticks'))[0]?.[0]);
    const restore = await program.yes(['restore', 'latest']);
    expect(restore.stdout + restore.stderr).toContain('run-ended     exit 0');
    expect(restore.exit).toBe(0);
    restoreRun = runIdOf(restore);
    for (const truth of await truthEverywhere()) expect(truth).toEqual(before);
    for (const member of [0, 1, 2]) {
      expect(await objectsOf(member)).toEqual(objects);
      expect(
        (
          await sql(
            member,
            "select count(*) from information_schema.tables where table_schema='shop' and table_name='added'",
          )
        )[0],
      ).toEqual(['0']);
    }
    expect(await whole()).toBe(true);
    expect((await wsrep(1, 'wsrep_cluster_state_uuid')).wsrep_cluster_state_uuid).toBe(uuid);
  });

  it('the table that was written meanwhile is a gapless prefix with every row acknowledged before the copy, equal on all members', async () => {
    const rows = await Promise.all([0, 1, 2].map((member) => sql(member, 'select n from shop.ticks order by n')));
    const numbers = rows.map((of) => of.map(([n]) => Number(n)));
    expect(numbers[1]).toEqual(numbers[0]);
    expect(numbers[2]).toEqual(numbers[0]);
    const count = numbers[0]?.length ?? 0;
    expect(numbers[0]).toEqual(Array.from({ length: count }, (_, i) => i + 1));
    const acknowledged = ticks.filter((tick) => tick.ok && tick.at < copyBegan).length;
    expect(count).toBeGreaterThanOrEqual(acknowledged);
    expect(count).toBeGreaterThan(0);
  });

  it("joiners' logs show IST and no state dump", async () => {
    for (const member of [1, 2]) {
      const log = await clients().core.readNamespacedPodLog({
        namespace: names.namespace,
        name: `${names.statefulSet}-${member}`,
      });
      // The SST script starts in both cases: what counts is what was sent (galera/ist.ts).
      expect(howItJoined(log)).toMatchObject({ by: 'ist' });
      expect(log).toMatch(/IST received/);
    }
  });

  it('clients reach the database through the Service, and ordinal 0 may be deleted once more', async () => {
    const { core } = clients();
    const service = await core.readNamespacedService({ namespace: names.namespace, name: names.service });
    expect(service.spec?.selector).toEqual({ application: 'mariadb', component: 'server' });
    await core.deleteNamespacedPod({ namespace: names.namespace, name: `${names.statefulSet}-0` });
    await until('ordinal 0 to be replaced', 60_000, async () => {
      const { items } = await core.listNamespacedPod({
        namespace: names.namespace,
        fieldSelector: `metadata.name=${names.statefulSet}-0`,
      });
      return items[0]?.metadata?.deletionTimestamp === undefined && items[0] !== undefined;
    });
    await waitSynced();
    await until('size 3 again', 60_000, whole);
  });

  it('the transcript tells who, where, which document, what was asked and answered, and what was measured', async () => {
    const shown = await program.run(['transcript', 'show', 'last']);
    expect(shown.exit).toBe(0);
    for (const part of [restoreRun, 'galera-restore', 'SHA-256', names.namespace, 'openstack/lab', 'swap', backupId])
      expect(shown.stdout).toContain(part);
    expect(shown.stdout).not.toContain('lab-root-password');
  });

  it('status shows what the restore keeps and the command that frees it', async () => {
    const status = await program.run(['status']);
    expect(status.stdout).toContain(`galera-runbook runs close ${restoreRun}`);
  });

  it('a rollback is never answered by --yes, and puts the data back as it was before the restore when a person types it', async () => {
    const refused = await program.yes(['runs', 'rollback', restoreRun]);
    expect(refused.exit).toBe(2);
    expect(await truthOf(1)).toEqual(before);
    const { terminal } = await import('./terminal.ts');
    const back = await terminal(program, ['runs', 'rollback', restoreRun]);
    expect(back.output).toContain('run-ended');
    expect(back.exit).toBe(0);
    for (const truth of await truthEverywhere()) expect(truth).toEqual(beforeRestore);
    for (const member of [0, 1, 2])
      expect(Number((await sql(member, 'select count(*) from shop.ticks'))[0]?.[0])).toBe(ticksBeforeRestore);
    expect(await whole()).toBe(true);
  });

  it('closing the run frees the space', async () => {
    const closed = await program.yes(['runs', 'close', restoreRun]);
    expect(closed.exit).toBe(0);
    for (const member of [0, 1, 2]) {
      const folders = await inMember(member, ['bash', '-c', 'ls /var/lib/mysql']);
      expect(folders).not.toContain('galera_runbook_');
    }
    expect(await whole()).toBe(true);
  });

  it('a cluster whose members were all killed at once is started with nothing lost', async () => {
    const rows = await truthOf(0);
    // A node that loses power: processes gone, nothing said, and the pods must not restart by themselves meanwhile.
    await Promise.all([0, 1, 2].map((member) => killMember(member)));
    await until('no Primary', 60_000, async () => {
      const statuses = await Promise.all(
        [0, 1, 2].map((m) => wsrep(m, 'wsrep_cluster_status').catch(() => ({ wsrep_cluster_status: '' }))),
      );
      return statuses.every((s) => s.wsrep_cluster_status !== 'Primary');
    });
    const started = await program.yes(['start']);
    expect(started.stdout + started.stderr).toContain('run-ended     exit 0');
    expect(started.exit).toBe(0);
    expect(await whole()).toBe(true);
    for (const truth of await truthEverywhere()) expect(truth).toEqual(rows);
  });
});
