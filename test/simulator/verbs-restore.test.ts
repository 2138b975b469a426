import { describe, expect, test } from 'vitest';
import { dataFiles, setDataDir, withSaved } from '../../src/simulator/datadir.ts';
import { isDir, isFile, namesIn, nodeAt } from '../../src/simulator/tree.ts';
import { Bench, backupVolume, memberClaim, memberVolume } from './bench.ts';
import {
  account,
  backups,
  data,
  failed,
  folder,
  id,
  kill,
  meddle,
  onMember,
  position,
  proven,
  root,
  setNode,
  stopped,
  swap,
  swapBack,
  swapValues,
  unpack,
  unpacked,
  unpackValues,
  withoutWork,
  work,
} from './runner-bench.ts';

describe('unpack', () => {
  test('good: a prepared copy beside the data, which is untouched; again it finds it', async () => {
    const bench = new Bench({ writes: 0 });
    const backup = await proven(bench);
    const before = bench.data(0);
    const report = await unpack(bench, backup);
    const [uuid, seqno] = backup.position.split(':');
    expect(report.result).toMatchObject({ position: { uuid, seqno }, bytes: expect.any(Number) });
    expect(withoutWork(bench.data(0))).toEqual(before);
    expect(namesIn(nodeAt(bench.data(0), 'galera_runbook_t3s7t9/new'))).toContain('ibdata1');
    expect((await unpack(bench, backup)).result).toEqual(report.result);
  });

  test.each([
    ['truncated', { do: 'truncate-archive', backup: id, bytes: 5000 }, '5000 bytes'],
    ['damaged', { do: 'damage-archive', backup: id }, /^sha256 /],
  ] as const)('%s: nothing is left', async (_name, fault, found) => {
    const bench = new Bench();
    const backup = await proven(bench);
    bench.fault(fault);
    const said = failed(await unpack(bench, backup));
    if (typeof found === 'string') expect(said).toBe(found);
    else expect(said).toMatch(found);
    expect(onMember(bench)).not.toContain('galera_runbook_t3s7t9');
  });

  test('full disk, before and meanwhile: numbers, and nothing is left', async () => {
    const bench = new Bench();
    const backup = await proven(bench);
    bench.fault({ do: 'fill-volume', claim: memberClaim(0), leaveBytes: 300 * 1024 ** 2 });
    expect(failed(await unpack(bench, backup))).toBe('300 MiB free');
    bench.fault({ do: 'fill-volume', claim: memberClaim(0), leaveBytes: 3 * 1024 ** 3 });
    const name = await bench.start('unpack', unpackValues(backup), [data(0), backups(true)]);
    bench
      .stage('unpack', 'extract')
      .tick(1000)
      .fault({ do: 'fill-volume', claim: memberClaim(0), leaveBytes: 1000 });
    expect(failed(await bench.ended(name))).toContain('MiB free');
    expect(onMember(bench)).not.toContain('galera_runbook_t3s7t9');
  });

  test.each(['extract', 'prepare'])(
    'killed in %s: half a copy is no copy, and the next start makes it whole',
    async (stage) => {
      const bench = new Bench();
      const backup = await proven(bench);
      await bench.start('unpack', unpackValues(backup), [data(0), backups(true)]);
      bench.stage('unpack', stage).tick(500);
      await kill(bench, 'unpack');
      expect(onMember(bench)).toContain('galera_runbook_t3s7t9');
      expect(failed(await bench.run('open', { WORK: work, USER: 'root' }, [data(0)], { account }))).toBe('none');
      expect((await unpack(bench, backup)).phase).toBe('succeeded');
    },
  );

  test('foreign: the archive is at another position', async () => {
    const bench = new Bench();
    const backup = await proven(bench);
    const other = { ...backup, position: backup.position.replace(/\d+$/, '7') };
    expect(failed(await unpack(bench, other))).toBe(backup.position);
    expect(onMember(bench)).not.toContain('galera_runbook_t3s7t9');
  });

  test('refused where a swap has begun', async () => {
    const { bench, backup } = await stopped();
    await swap(bench, backup);
    expect(failed(await unpack(bench, { ...backup, sha256: 'other' }))).toBe('it is whole');
  });
});

describe('open', () => {
  const open = (bench: Bench) => bench.run('open', { WORK: work, USER: 'root' }, [data(0)], { account });

  test('good: every table with rows and checksum, as the archive has them', async () => {
    const { bench } = await unpacked();
    const { result } = await open(bench);
    expect(result).toMatchObject({ rowCount: 6, objects: { accounts: 2 } });
    const file = nodeAt(root(bench, backupVolume), `${folder}/backup.mbstream.zst`);
    const tables = isFile(file) ? Object.values(file.dataset?.tables ?? {}) : [];
    for (const { schema, table, rows, checksum } of tables)
      expect(result?.rows).toContainEqual({ schema, table, rows, checksum });
  });

  test('truncated: a table file is missing', async () => {
    const { bench } = await unpacked();
    const other = setNode(bench, memberVolume(0), 'galera_runbook_t3s7t9/new/shop/orders.ibd', undefined);
    expect(failed(await open(other))).toContain('Cannot open tablespace shop/orders');
  });

  test('full disk and killed: it writes nothing, and a second start works', async () => {
    const { bench } = await unpacked();
    bench.fault({ do: 'fill-volume', claim: memberClaim(0), leaveBytes: 0 });
    await bench.start('open', { WORK: work, USER: 'root' }, [data(0)], { account });
    bench.stage('open', 'count');
    await kill(bench, 'open');
    expect((await open(bench)).phase).toBe('succeeded');
  });

  test("foreign: today's password does not open it", async () => {
    const { bench } = await unpacked();
    bench.fault({ do: 'set-password', user: 'root', password: 'another', secret: true }).tick(1000);
    expect(failed(await open(bench))).toContain('Access denied');
  });
});

describe('position', () => {
  test('good: from grastate.dat after an orderly stop', async () => {
    const bench = new Bench().stop();
    const saved = bench.saved(0);
    expect((await position(bench)).result).toMatchObject({
      source: 'grastate',
      uuid: saved?.uuid,
      seqno: String(saved?.seqno),
      safeToBootstrap: true,
      swaps: [],
    });
  });

  test('after a crash it is recovered, and killed meanwhile it is recovered again', async () => {
    const bench = new Bench().fault({ do: 'power-loss' }).stop();
    await bench.start('position', { DATADIR: '/data' }, [data(0)]);
    bench.stage('position', 'recover');
    await kill(bench, 'position');
    const { uuid, seqno } = bench.dataset(0);
    expect((await position(bench)).result).toMatchObject({ source: 'recovered', uuid, seqno: String(seqno) });
  });

  test('truncated: an empty directory has no position, one without its tablespace is a failure', async () => {
    let bench = new Bench().fault({ do: 'power-loss' }).stop();
    const without = setNode(bench, memberVolume(0), 'ibdata1', undefined);
    expect(failed(await position(without))).toContain('not there');
    bench = meddle(bench, (world) => setDataDir(world, memberVolume(0), { dir: { 'lost+found': { dir: {} } } }));
    expect((await position(bench)).result).toMatchObject({ source: 'empty', seqno: '-1' });
  });

  test('foreign: grastate.dat and InnoDB have different histories', async () => {
    let bench = new Bench().stop();
    const uuid = '11111111-1111-4111-8111-111111111111';
    bench = meddle(bench, (world) =>
      setDataDir(world, memberVolume(0), withSaved(bench.data(0), { uuid, seqno: -1, safe: false })),
    );
    expect(failed(await position(bench))).toContain(uuid);
  });

  test('zeros are an answer, and half a swap has none', async () => {
    const { bench, backup } = await stopped();
    await bench.start('swap', swapValues(backup), [data(0)]);
    bench.stage('swap', 'in');
    await kill(bench, 'swap');
    expect((await position(bench)).result).toMatchObject({ source: 'half', swaps: [{ run: 't3s7t9', state: 'half' }] });
    const zeros = { uuid: '00000000-0000-0000-0000-000000000000', seqno: -1, safe: false };
    const other = meddle(new Bench().stop(), (world) =>
      setDataDir(world, memberVolume(0), withSaved(dataFiles(bench.dataset(1), 'x'), zeros)),
    );
    expect((await position(other)).result).toMatchObject({ source: 'grastate', uuid: zeros.uuid });
  });
});

describe('swap and swap-back', () => {
  test('good: the copy is the data at its position, and the former data is set aside', async () => {
    const { bench, backup, before } = await stopped();
    const report = await swap(bench, backup);
    expect(report.result).toMatchObject({ out: expect.any(Number), in: expect.any(Number) });
    const [uuid, seqno] = backup.position.split(':');
    expect(bench.saved(0)).toEqual({ uuid, seqno: Number(seqno), safe: false });
    expect((await position(bench)).result?.swaps).toEqual([{ run: 't3s7t9', state: 'whole' }]);
    const old = nodeAt(bench.data(0), 'galera_runbook_t3s7t9/old');
    expect(isDir(old) && Object.keys(old.dir)).toEqual(expect.arrayContaining(['ibdata1', 'galera.cache']));
    expect((await swap(bench, backup)).result).toEqual(report.result);
    await swapBack(bench);
    expect(withoutWork(bench.data(0))).toEqual(withoutWork(before));
    expect((await position(bench)).result?.swaps).toEqual([{ run: 't3s7t9', state: 'back' }]);
  });

  test('without keeping, the former data is gone and there is no way back', async () => {
    const { bench, backup } = await stopped();
    await swap(bench, backup, false);
    expect(nodeAt(bench.data(0), 'galera_runbook_t3s7t9/old')).toBeUndefined();
    expect(failed(await swapBack(bench))).toContain('given up after the swap');
  });

  test('full disk: renames need no room', async () => {
    const { bench, backup } = await stopped();
    bench.fault({ do: 'fill-volume', claim: memberClaim(0), leaveBytes: 4096 });
    expect((await swap(bench, backup)).phase).toBe('succeeded');
  });

  test('truncated: without an unpacked copy nothing is moved', async () => {
    const bench = new Bench();
    const backup = await proven(bench);
    bench.stop();
    const before = bench.data(0);
    expect(failed(await swap(bench, backup))).toBe('none');
    expect(bench.data(0)).toEqual(before);
  });

  test("foreign: a folder that is no run's, and a position that is none", async () => {
    const { bench, backup } = await stopped();
    const before = bench.data(0);
    const wrong = [{ WORK: '/data/mysql' }, { POSITION: 'somewhere' }];
    for (const values of wrong) failed(await bench.run('swap', { ...swapValues(backup), ...values }, [data(0)]));
    expect(bench.data(0)).toEqual(before);
  });

  test('killed after every single rename: it goes on to the same end, and back to the same beginning', async () => {
    const { bench: start, backup, before } = await stopped();
    const whole = new Bench(start.world);
    await swap(whole, backup);
    const end = withoutWork(whole.data(0));
    const states = new Set<string>();
    for (let ms = 0; ; ms += 12) {
      const bench = new Bench(start.world);
      await bench.start('swap', swapValues(backup), [data(0)]);
      bench.stage('swap', 'start').tick(200 + ms);
      if (!Object.values(bench.world.runners).some(({ verb, exit }) => verb === 'swap' && exit === undefined)) break;
      await kill(bench, 'swap');
      states.add(namesIn(withoutWork(bench.data(0))).join(' '));
      const half = bench.world;
      expect((await swap(bench, backup)).phase).toBe('succeeded');
      expect(withoutWork(bench.data(0))).toEqual(end);
      const back = new Bench(half);
      expect((await swapBack(back)).phase).toBe('succeeded');
      expect(withoutWork(back.data(0))).toEqual(withoutWork(before));
      // And a return that is killed in its middle goes on too.
      const again = new Bench(half);
      await again.start('swap-back', { DATADIR: '/data', WORK: work }, [data(0)]);
      again.stage('swap-back', 'start').tick(210 + (ms % 90));
      again.fault({ do: 'kill-runners', verb: 'swap-back' });
      expect((await swapBack(again)).phase).toBe('succeeded');
      expect(withoutWork(again.data(0))).toEqual(withoutWork(before));
    }
    expect(states.size).toBeGreaterThan(10);
  });

  test('what the copy has made since comes back with a second swap', async () => {
    const { bench, backup } = await stopped();
    await swap(bench, backup);
    bench.run('bootstrap', { DATADIR: '/data', POSITION: backup.position, SAFE: '1' }, [data(0)]);
    bench
      .tick(3000)
      .scale(1)
      .until(() => bench.synced(0));
    bench
      .tick(5000)
      .scale(0)
      .until(() => Object.keys(bench.world.members).length === 0);
    const used = bench.dataset(0);
    await swapBack(bench);
    await swap(bench, backup);
    expect(bench.dataset(0)).toEqual(used);
    expect(bench.saved(0)?.seqno).toBe(used.seqno);
  });
});

describe('bootstrap, discard, measure', () => {
  test('bootstrap writes position and permission, and refuses half a swap and what is no position', async () => {
    const { bench, backup } = await stopped();
    const bootstrap = (on: Bench, values: object = {}) =>
      on.run('bootstrap', { DATADIR: '/data', POSITION: backup.position, SAFE: '1', ...values }, [data(0)]);
    expect(failed(await bootstrap(bench, { POSITION: 'none' }))).toBe('none');
    expect(failed(await bootstrap(bench, { SAFE: '2' }))).toBe('2');
    expect((await bootstrap(bench)).result).toMatchObject({ position: { seqno: backup.position.split(':')[1] } });
    expect(bench.saved(0)).toMatchObject({ safe: true });
    await bench.start('swap', swapValues(backup), [data(0)]);
    bench.stage('swap', 'out');
    await kill(bench, 'swap');
    expect(failed(await bootstrap(bench))).toBe(work);
  });

  test('discard removes the copy or all, never half a swap', async () => {
    const { bench, backup } = await stopped();
    const discard = (what: string) => bench.run('discard', { DATADIR: '/data', WORK: work, WHAT: what }, [data(0)]);
    await bench.start('swap', swapValues(backup), [data(0)]);
    bench.stage('swap', 'in');
    await kill(bench, 'swap');
    expect(failed(await discard('all'))).toBe('it is half');
    await swap(bench, backup);
    await discard('unpacked');
    expect(namesIn(nodeAt(bench.data(0), 'galera_runbook_t3s7t9'))).toContain('old');
    const report = await discard('all');
    expect(report.result?.bytes).toBeGreaterThan(1e9);
    expect(onMember(bench)).not.toContain('galera_runbook_t3s7t9');
    expect((await discard('all')).result?.bytes).toBe(0);
  });

  test('discard all, killed in the middle: swap-back is refused, and discard again ends it', async () => {
    const { bench, backup } = await stopped();
    await swap(bench, backup);
    await bench.start('discard', { DATADIR: '/data', WORK: work, WHAT: 'all' }, [data(0)]);
    bench.stage('discard', 'old').tick(30);
    await kill(bench, 'discard');
    expect((await position(bench)).result?.swaps).toEqual([{ run: 't3s7t9', state: 'dropped' }]);
    const restored = withoutWork(bench.data(0));
    expect(failed(await swapBack(bench))).toContain('given up');
    expect(withoutWork(bench.data(0))).toEqual(restored);
    await bench.run('discard', { DATADIR: '/data', WORK: work, WHAT: 'all' }, [data(0)]);
    expect(onMember(bench)).not.toContain('galera_runbook_t3s7t9');
  });

  test('measure counts what a copy takes, and not the caches', async () => {
    const bench = new Bench();
    const measure = async (on: Bench) => (await on.run('measure', { DATADIR: '/data' }, [data(0)])).result?.dataBytes;
    const bytes = await measure(bench);
    expect(bytes).toBeGreaterThan(1e9);
    const larger = setNode(bench, memberVolume(0), 'galera.cache', { bytes: 5e9 });
    expect(await measure(larger)).toBe(bytes);
  });
});
