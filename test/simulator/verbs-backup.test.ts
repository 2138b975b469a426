import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Bench, backupVolume, memberNames, namespace } from './bench.ts';
import {
  account,
  backups,
  copied,
  copy,
  copyMounts,
  copyValues,
  failed,
  folder,
  id,
  kill,
  manifest,
  onBackups,
  proven,
  proveValues,
  root,
  setNode,
} from './runner-bench.ts';

describe('copy', () => {
  test('good: a partial archive with its result, the donor out of flow control meanwhile and back', async () => {
    const bench = new Bench();
    const name = await copy(bench);
    bench.stage('copy', 'copy');
    expect(bench.world.members[memberNames[2]]).toMatchObject({ desync: true, state: 2 });
    bench.tick(3000);
    expect((await bench.report(name)).progress).toMatchObject({ phase: 'copy', total: expect.any(Number) });
    const report = await bench.ended(name);
    expect(Object.keys(report.result ?? {}).toSorted()).toEqual([
      'bytes',
      'compression',
      'dataBytes',
      'desyncedMs',
      'endedAt',
      'file',
      'lsn',
      'position',
      'positionAt',
      'rowCount',
      'rows',
      'serverVersion',
      'sha256',
      'startedAt',
      'toolVersion',
    ]);
    expect(report.log).toContain('wsrep_desync: this Job turns it ON');
    expect(bench.world.members[memberNames[2]]).toMatchObject({
      desync: false,
      state: 4,
      desyncedBy: 0,
      paused: false,
    });
    expect(onBackups(bench)).toEqual([`${id}.partial`]);
    expect((await bench.run('copy', copyValues(bench), copyMounts(), { account })).result).toEqual(report.result);
  });

  test('its queue grows while it is copied, without flow control, and is short before it is back', async () => {
    const bench = new Bench({ writes: 60 });
    const name = await copy(bench);
    bench.stage('copy', 'hold');
    const { recvQueue, flowControlSent } = await bench.ports.sql.status(memberNames[2]);
    expect(recvQueue).toBeGreaterThan(100);
    expect(flowControlSent).toBe(0);
    expect((await bench.ended(name)).phase).toBe('succeeded');
    expect((await bench.ports.sql.status(memberNames[2])).recvQueue).toBeLessThan(28);
  });

  test('full disk before: refused with numbers, the donor never desynced', async () => {
    const bench = new Bench().fault({ do: 'fill-volume', claim: 'galera-backups', leaveBytes: 100 * 1024 ** 2 });
    const report = await bench.ended(await copy(bench));
    expect(failed(report)).toBe('100 MiB free');
    expect(report.log).not.toContain('wsrep_desync: this Job turns it ON');
  });

  test('full disk meanwhile: it stops itself, leaves nothing and puts the donor back', async () => {
    const bench = new Bench();
    const name = await copy(bench);
    bench.stage('copy', 'copy').tick(1000).fault({ do: 'fill-volume', claim: 'galera-backups', leaveBytes: 10 });
    expect(failed(await bench.ended(name))).toMatch(/free/);
    expect(onBackups(bench)).toEqual([]);
    bench.until(() => bench.synced(2));
  });

  test('truncated by its server, which dies: nothing is left', async () => {
    const bench = new Bench();
    const name = await copy(bench);
    bench.stage('copy', 'copy').fault({ do: 'kill-processes', members: [memberNames[2]] });
    failed(await bench.ended(name));
    expect(onBackups(bench)).toEqual([]);
  });

  test('stopped: the trap puts the donor back and removes what was written', async () => {
    const bench = new Bench();
    const name = await copy(bench);
    bench.stage('copy', 'copy').tick(1000);
    await bench.ports.jobs.stop(namespace, name, 60_000);
    expect(onBackups(bench)).toEqual([]);
    expect(bench.world.members[memberNames[2]]?.desync).toBe(false);
  });

  test('stopped with a long queue: the donor stays desynced, which is said, and is left to its debt', async () => {
    const bench = new Bench({ writes: 60 });
    const name = await copy(bench);
    bench.stage('copy', 'hold');
    await bench.ports.jobs.stop(namespace, name, 60_000);
    expect((await bench.report(name)).log).toMatch(/wsrep_desync stays ON on .*: its queue is \d{2,}/);
    expect(bench.world.members[memberNames[2]]?.desync).toBe(true);
  });

  test.each(['copy', 'hold', 'drain'])(
    'killed in %s: the donor stays desynced and a partial folder is left, and a new start goes on',
    async (stage) => {
      const bench = new Bench();
      await copy(bench);
      bench.stage('copy', stage);
      await kill(bench, 'copy');
      expect(bench.world.members[memberNames[2]]).toMatchObject({ desync: true, paused: false, desyncedBy: 0 });
      expect(onBackups(bench)).toEqual([`${id}.partial`]);
      expect(failed(await bench.ended(await copy(bench)))).toContain('wsrep_desync ON');
      await bench.ports.sql.setDesync(memberNames[2], false);
      bench.until(() => bench.synced(2));
      expect((await bench.ended(await copy(bench))).phase).toBe('succeeded');
    },
  );

  test('foreign: the server at the address is not the one on this volume', async () => {
    const bench = new Bench();
    const report = await bench.run('copy', copyValues(bench, 1), copyMounts(2), { account });
    expect(failed(report)).toContain('gvwstate.dat there');
    expect(onBackups(bench)).toEqual([]);
  });

  test("a password that is not the account's", async () => {
    const bench = new Bench().fault({ do: 'set-password', user: 'root', password: 'another', secret: false });
    expect(failed(await bench.ended(await copy(bench.tick(1000))))).toContain('Access denied');
  });

  test('somebody turns the desync off meanwhile', async () => {
    const bench = new Bench();
    const name = await copy(bench);
    bench.stage('copy', 'copy');
    await bench.ports.sql.setDesync(memberNames[2], false);
    expect(failed(await bench.ended(name))).toContain('wsrep_desync is OFF');
  });

  test('a member is lost meanwhile', async () => {
    const bench = new Bench();
    const name = await copy(bench);
    bench.stage('copy', 'copy').fault({ do: 'kill-processes', members: [memberNames[1]] });
    expect(failed(await bench.ended(name))).toBe('2');
    expect(bench.world.members[memberNames[2]]?.desync).toBe(false);
  });
});

describe('prove', () => {
  test('good: manifest and name, and again it writes nothing', async () => {
    const bench = new Bench();
    const backup = await copied(bench);
    const report = await bench.run('prove', proveValues(backup), [backups()]);
    expect(report.result).toMatchObject({ sha256: backup.sha256, bytes: backup.bytes, readMs: expect.any(Number) });
    expect(onBackups(bench)).toEqual([id]);
    const before = root(bench, backupVolume);
    expect((await bench.run('prove', proveValues(backup), [backups()])).phase).toBe('succeeded');
    expect(root(bench, backupVolume)).toEqual(before);
  });

  test('truncated: the size differs, and it keeps its partial name', async () => {
    const bench = new Bench();
    const backup = await copied(bench);
    bench.fault({ do: 'truncate-archive', backup: `${id}.partial`, bytes: 1000 });
    expect(failed(await bench.run('prove', proveValues(backup), [backups()]))).toBe('1000 bytes');
    expect(onBackups(bench)).toEqual([`${id}.partial`]);
  });

  test('damaged: the size is right and the checksum is not', async () => {
    const bench = new Bench();
    const backup = await proven(bench);
    bench.fault({ do: 'damage-archive', backup: id });
    expect(failed(await bench.run('prove', proveValues(backup), [backups()]))).toMatch(/^sha256 /);
  });

  test('full disk: no manifest, no name; with room again it goes on', async () => {
    const bench = new Bench();
    const backup = await copied(bench);
    bench.fault({ do: 'fill-volume', claim: 'galera-backups', leaveBytes: 0 });
    expect(failed(await bench.run('prove', proveValues(backup), [backups()]))).toBe('No space left on device');
    expect(onBackups(bench)).toEqual([`${id}.partial`]);
    bench.fault({ do: 'fill-volume', claim: 'galera-backups', leaveBytes: 1e9 });
    expect((await bench.run('prove', proveValues(backup), [backups()])).phase).toBe('succeeded');
  });

  test('killed: nothing has changed', async () => {
    const bench = new Bench();
    const backup = await copied(bench);
    const before = root(bench, backupVolume);
    await bench.start('prove', proveValues(backup), [backups()]);
    bench.stage('prove', 'start');
    await kill(bench, 'prove');
    expect(root(bench, backupVolume)).toEqual(before);
  });

  test('foreign: nothing of this id', async () => {
    const bench = new Bench();
    const backup = await copied(bench);
    const report = await bench.run('prove', { ...proveValues(backup), ID: '20251121T050007Z' }, [backups()]);
    expect(failed(report)).toBe('none');
  });
});

describe('list', () => {
  const list = (bench: Bench) => bench.run('list', { BACKUPS: '/backups/practice' }, [backups(true)]);

  test('good: what is whole has its manifest, what is not is told, and strangers are left out', async () => {
    let bench = new Bench();
    await proven(bench);
    bench = setNode(bench, backupVolume, 'practice/20261120T050007Z.partial/x', { bytes: 7 });
    bench = setNode(bench, backupVolume, 'practice/20261119T050007Z.removing/x', { bytes: 8 });
    bench = setNode(bench, backupVolume, 'practice/notes/x', { bytes: 9 });
    const { result } = await list(bench);
    const rows = result?.rows as readonly { id: string; state: string; manifest?: string }[];
    expect(rows.map((row) => `${row.id} ${row.state}`)).toEqual([
      '20261119T050007Z broken',
      '20261120T050007Z partial',
      `${id} complete`,
    ]);
    const packed = rows[2]?.manifest ?? '';
    expect(JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString())).toEqual(manifest);
  });

  test('truncated: without a manifest it is broken', async () => {
    let bench = new Bench();
    await proven(bench);
    bench = setNode(bench, backupVolume, `${folder}/manifest.json`, { bytes: 0, text: '' });
    expect((await list(bench)).result?.rows).toMatchObject([{ id, state: 'broken' }]);
  });

  test('full disk: reading needs no room', async () => {
    const bench = new Bench().fault({ do: 'fill-volume', claim: 'galera-backups', leaveBytes: 0 });
    expect((await list(bench)).result?.rows).toEqual([]);
  });

  test('killed and foreign: nothing of another cluster is listed, and a second start works', async () => {
    const bench = setNode(new Bench(), backupVolume, `other/${id}/manifest.json`, { bytes: 2, text: '{}' });
    await bench.start('list', { BACKUPS: '/backups/practice' }, [backups(true)]);
    bench.stage('list', 'start');
    expect((await kill(bench, 'list')).result).toBeUndefined();
    expect((await list(bench)).result?.rows).toEqual([]);
  });
});

describe('remove', () => {
  const remove = (bench: Bench, ids = id) =>
    bench.run('remove', { BACKUPS: '/backups/practice', IDS: ids }, [backups()]);

  test('good: whole, partial and what is not there', async () => {
    let bench = new Bench();
    const { bytes } = await proven(bench);
    bench = setNode(bench, backupVolume, 'practice/20261120T050007Z.partial/x', { bytes: 7 });
    const report = await remove(bench, `${id} 20261120T050007Z 20261101T050007Z`);
    expect(report.result?.rows).toMatchObject([{ id }, { bytes: 7 }, { bytes: 0 }]);
    const rows = (report.result?.rows ?? []) as readonly { bytes: number }[];
    expect(rows[0]?.bytes).toBeGreaterThan(bytes);
    expect(onBackups(bench)).toEqual([]);
  });

  test('killed between renaming and removing: it is broken, never one to restore, and goes with the next start', async () => {
    const bench = new Bench();
    await proven(bench);
    await bench.start('remove', { BACKUPS: '/backups/practice', IDS: id }, [backups()]);
    bench.stage('remove', 'delete');
    await kill(bench, 'remove');
    expect(onBackups(bench)).toEqual([`${id}.removing`]);
    const { result } = await bench.run('list', { BACKUPS: '/backups/practice' }, [backups(true)]);
    expect(result?.rows).toMatchObject([{ id, state: 'broken' }]);
    await remove(bench);
    expect(onBackups(bench)).toEqual([]);
  });

  test('full disk: removing makes room', async () => {
    const bench = new Bench();
    await proven(bench);
    bench.fault({ do: 'fill-volume', claim: 'galera-backups', leaveBytes: 0 });
    expect((await remove(bench)).phase).toBe('succeeded');
  });

  test('foreign: what is no id is not touched', async () => {
    const bench = new Bench();
    await proven(bench);
    expect(failed(await remove(bench, `${id} ../other`))).toBe('../other');
    expect(onBackups(bench)).toEqual([id]);
  });
});
