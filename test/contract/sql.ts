import { expect, it } from 'vitest';
import { failureKind, type Ground, member, synced, until, view } from './ground.ts';

/** SQL as named queries, and what Galera does under them. */
export function sqlContract(of: () => Ground): void {
  const status = (ordinal: number) => of().ports.sql.status(member(of(), ordinal));

  it('every member of a healthy cluster says the same of it', async () => {
    await synced(of());
    const statuses = await Promise.all([0, 1, 2].map(status));
    for (const each of statuses) {
      expect(each).toMatchObject({
        connected: true,
        ready: true,
        clusterStatus: 'Primary',
        clusterSize: 3,
        desyncCount: 0,
      });
      expect(each).toMatchObject({
        localState: 4,
        localStateComment: 'Synced',
        recvQueue: 0,
        flowControlActive: false,
      });
      expect(each.settings).toMatchObject({ desync: false, clusterName: of().config.cluster });
      expect(each.lastCommitted).toMatch(/^\d+$/);
      expect(each.clusterUuid).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect(new Set(statuses.map(({ clusterUuid }) => clusterUuid)).size).toBe(1);
    expect(new Set(statuses.map(({ confId }) => confId)).size).toBe(1);
    expect(new Set(statuses.map(({ gcommUuid }) => gcommUuid)).size).toBe(3);
  });

  it('a row written on one member is on all, and moves the position', async () => {
    const before = BigInt((await status(1)).lastCommitted ?? '');
    await of().poke.insert(0, 5);
    await until(of(), 'the rows on every member', async () => {
      const statuses = await Promise.all([0, 1, 2].map(status));
      return statuses.every(({ lastCommitted }) => BigInt(lastCommitted ?? '') > before);
    });
    const sums = await Promise.all([0, 1, 2].map((m) => of().ports.sql.checksums(member(of(), m), 60_000)));
    expect(sums[1]).toEqual(sums[0]);
    expect(sums[2]).toEqual(sums[0]);
    expect(sums[0]?.find(({ table }) => table === 'ticks')?.checksum).toEqual(expect.any(Number));
  });

  it('tables and their sizes are listed, without the system schemas', async () => {
    const tables = await of().ports.sql.tables(member(of(), 0));
    expect(tables.find(({ table }) => table === 'ticks')).toMatchObject({ schema: 'shop', engine: 'InnoDB' });
    expect(tables.find(({ table }) => table === 'ticks')?.bytes).toBeGreaterThan(0);
    expect(new Set(tables.map(({ schema }) => schema))).not.toContain('mysql');
  });

  it('the rights of the account are told', async () => {
    const { account, global } = await of().ports.sql.rights(member(of(), 0));
    expect(account).toMatch(/root@/);
    expect(global).toContain('ALL PRIVILEGES');
  });

  it('a desynced member says so and counts one, however often it is told; told OFF once it is back', async () => {
    const { sql } = of().ports;
    await sql.setDesync(member(of(), 2), true);
    await until(of(), 'a desynced member', async () => (await status(2)).localState === 2);
    await sql.setDesync(member(of(), 2), true);
    expect(await status(2)).toMatchObject({
      desyncCount: 1,
      localStateComment: 'Donor/Desynced',
      clusterStatus: 'Primary',
    });
    expect((await status(2)).settings.desync).toBe(true);
    expect(await status(0)).toMatchObject({ localState: 4, desyncCount: 0 });
    await sql.setDesync(member(of(), 2), false);
    await synced(of());
    expect(await status(2)).toMatchObject({ desyncCount: 0 });
  });

  it('a member that is not there gives no answer: unknown, at once', async () => {
    expect(await failureKind(of().ports.sql.status(`${of().config.statefulset}-7`))).toBe('unknown');
  });

  it('a member whose process dies leaves the others Primary, loses its desync, and joins again by IST in a new container', async () => {
    const before = (await view(of())).members[2]?.pod;
    await of().ports.sql.setDesync(member(of(), 2), true);
    await of().poke.killMember(2);
    await until(of(), 'a Primary of two or the third back', async () => {
      const { clusterSize, confId } = await status(0);
      return (
        clusterSize === 2 ||
        (confId !== undefined && (await view(of())).members[2]?.pod?.containerId !== before?.containerId)
      );
    });
    expect(await status(0)).toMatchObject({ clusterStatus: 'Primary' });
    await synced(of());
    const after = (await view(of())).members[2]?.pod;
    expect(after?.uid).toBe(before?.uid);
    expect(after?.containerId).not.toBe(before?.containerId);
    expect((await status(2)).settings.desync).toBe(false);
  });

  it('without an API server there is no answer: unknown, not a failure of the database', async () => {
    const { kube, sql, jobs } = of().ports;
    const { namespace } = of().config;
    await of().poke.cutConnection();
    try {
      const ref = { apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' };
      const kinds = [kube.get(ref), sql.status(member(of(), 0)), jobs.report(namespace, 'galera-runbook-none')].map(
        failureKind,
      );
      expect(await Promise.all(kinds)).toEqual(['unknown', 'unknown', 'unknown']);
    } finally {
      await of().poke.mendConnection();
    }
    await synced(of());
  });
}
