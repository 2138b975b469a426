import { beforeEach, describe, expect, test } from 'vitest';
import { galeraSameData } from '../../src/actions/galera-same-data.ts';
import type { TableSum } from '../../src/galera/data-truth.ts';
import { FakeCluster, tables } from './fake-restore.ts';
import { memberNames, refusal, synced, uuid, yes } from './fake-target.ts';

let target: FakeCluster;
const truth = { tables, objects: {}, position: { uuid, seqno: '98' }, members: [...memberNames] };
const input = { truth, position: { uuid, seqno: '98' } };

beforeEach(() => {
  target = new FakeCluster();
  target.change('Service', 'mariadb', (service) => ({
    ...service,
    spec: { selector: { ...service.spec.selector, 'galera-runbook/cut': 'n5g1s7' } },
  }));
});

function sums(change: (member: string) => readonly TableSum[]) {
  target.sql.checksums = (async (member: string) => change(member)) as unknown as typeof target.sql.checksums;
}

describe('galera.same-data', () => {
  test('holds when every member is Synced at the proven position, with the proven tables and no state dump', async () => {
    const seen = yes(await galeraSameData.observe(input, target));
    expect(seen.says).toBe('3 of 3 Synced on their proven copies, 2 tables, 36553af3:100, 2 after 98');
    expect(seen.output.proof).toMatchObject({
      uuid,
      seqno: '98',
      at: '100',
      tables: 2,
      checksums: false,
      run: 'n5g1s7',
    });
    expect(seen.warnings).toBeUndefined();
    expect(target.writes).toEqual([]);
  });

  test('does not hold while a member is not Synced', async () => {
    target.say('mariadb-server-1', synced({ localState: 1, localStateComment: 'Joining' }));
    expect(refusal(await galeraSameData.observe(input, target)).kind).toBe('unsafe');
  });

  test('does not hold for another cluster', async () => {
    for (const name of memberNames) target.say(name, synced({ settings: { clusterName: 'other' } }));
    expect(refusal(await galeraSameData.observe(input, target)).text).toContain('other');
  });

  test('does not hold behind the position, or in another history', async () => {
    expect(
      refusal(await galeraSameData.observe({ ...input, position: { uuid, seqno: '101' } }, target)).text,
    ).toContain('(behind)');
    const other = '00000000-1111-2222-3333-444444444444';
    expect(
      refusal(await galeraSameData.observe({ ...input, position: { uuid: other, seqno: '98' } }, target)).text,
    ).toContain('(other-history)');
  });

  test('a position far beyond the proven one is a warning', async () => {
    const seen = yes(await galeraSameData.observe({ ...input, position: { uuid, seqno: '57' } }, target));
    expect(seen.warnings?.[0]).toContain('43 transactions after the proven position');
  });

  test('does not hold when a member took a state dump', async () => {
    target.logs.set('mariadb-server-2', 'WSREP: Proceeding with SST\nSynchronized with group, ready for connections');
    const failed = refusal(await galeraSameData.observe(input, target));
    expect(failed.text).toContain('mariadb-server-2: WSREP: Proceeding with SST');
  });

  test('is unknown when a log does not say how its member joined; checksums settle it', async () => {
    target.logs.set('mariadb-server-2', 'rotated away');
    expect(refusal(await galeraSameData.observe(input, target))).toMatchObject({ is: 'unknown', kind: 'unknown' });
    sums(() => tables);
    expect(yes(await galeraSameData.observe({ ...input, recheck: true }, target)).warnings?.[0]).toContain(
      'the checksums alone prove',
    );
  });

  test('does not hold when a member has other tables', async () => {
    target.tableList = target.tableList.slice(1);
    expect(refusal(await galeraSameData.observe(input, target)).text).toContain(
      'mariadb-server-0: shop.orders missing',
    );
  });

  test('recheck compares every checksum on every member', async () => {
    sums((member) => (member === 'mariadb-server-1' ? [tables[0], { ...tables[1], rows: 19 }] : tables) as TableSum[]);
    const failed = refusal(await galeraSameData.observe({ ...input, recheck: true }, target));
    expect(failed.text).toContain('mariadb-server-1: 1 of 2 tables differ: shop.orders has 19 rows, not 20');
    sums(() => tables);
    expect(yes(await galeraSameData.observe({ ...input, recheck: true }, target)).says).toContain(
      'every checksum equal',
    );
  });

  test('does not hold when the traffic is not cut by this run: clients may have been on unproven data', async () => {
    for (const cut of [{}, { 'galera-runbook/cut': 'another' }]) {
      const selector = { application: 'mariadb', ...cut };
      target.change('Service', 'mariadb', (service) => ({ ...service, spec: { selector } }));
      const failed = refusal(await galeraSameData.observe(input, target));
      expect(failed).toMatchObject({ is: 'not-so', kind: 'unsafe' });
      expect(failed.text).toContain('clients may have');
    }
  });

  test('old data is compared by its positions, and its tables between the members', async () => {
    const positions = memberNames.map((member, ordinal) => ({ member, ordinal, uuid, seqno: String(98 + ordinal) }));
    const seen = yes(await galeraSameData.observe({ truth: { positions } }, target));
    expect(seen.says).toContain('3 of 3 Synced on their old data');
    const ahead = positions.map((each) => ({ ...each, seqno: '500' }));
    expect(refusal(await galeraSameData.observe({ truth: { positions: ahead } }, target)).text).toContain('(behind)');
  });

  test('is unknown without anything to compare with', async () => {
    expect(refusal(await galeraSameData.observe({ truth: {} }, target)).is).toBe('unknown');
  });
});
