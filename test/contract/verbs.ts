import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { workFolder } from '../../src/actions/place.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { TableSum } from '../../src/galera/data-truth.ts';
import type { JobReport } from '../../src/target/jobs.ts';
import { carriedOut, endOf, type Ground, member, scaleTo, stopAll, synced, until } from './ground.ts';
import { type Copied, copySpec, onBackups, onMember, proveValues, unpackSpec } from './specs.ts';

const run = 'c0n7rt';
const folder = `galera_runbook_${run}`;
const work = workFolder(run);
const manifest = gzipSync('{"contract": true}\n').toString('base64');

function good(report: JobReport): JsonObject {
  expect([report.phase, report.failure]).toEqual(['succeeded', undefined]);
  expect(report.result).toBeDefined();
  return report.result ?? {};
}

/** Failed in its own words, and without a result that somebody could take for one. */
function bad(report: JobReport, found: RegExp): void {
  expect([report.phase, report.result]).toEqual(['failed', undefined]);
  expect(`${report.failure?.expected} | ${report.failure?.found}`).toMatch(found);
  expect(report.failure?.next).not.toBe('');
}

/**
 * The runner's verbs: good, truncated, on a full volume, killed, and given what belongs elsewhere. In order: the backup that the first cases make
 * is the one that later ones unpack and swap in.
 */
export function verbContract(of: () => Ground): void {
  const status = (ordinal: number) => of().ports.sql.status(member(of(), ordinal));
  const sums = (ordinal: number) => of().ports.sql.checksums(member(of(), ordinal), 60_000);
  const list = async (step: string) => {
    const result = good(await carriedOut(of(), await onBackups(of(), step, 'list')));
    return (result.rows as JsonObject[]).map(({ id, state }) => `${id} ${state}`).sort();
  };
  const copies: Copied[] = [];
  const copied = (): Copied => copies[0] ?? { id: 'none', result: {} };
  let truth: readonly TableSum[] = [];
  let position = '';

  it('measure, good: what a copy will take', async () => {
    const result = good(await carriedOut(of(), await onMember(of(), 0, 'measure', 'measure')));
    expect(result.dataBytes).toEqual(expect.any(Number));
    expect(Number(result.dataBytes)).toBeGreaterThan(1 << 20);
  });

  it('copy, good: a partial backup with its position; the member is Synced again and counts as before', async () => {
    truth = await sums(2);
    const spec = await copySpec(of(), 'copy', { ordinal: 2, id: '20260101T000000Z' });
    const report = await carriedOut(of(), spec);
    const result = good(report);
    copies.push({ id: '20260101T000000Z', result });
    expect(result).toMatchObject({
      bytes: expect.any(Number),
      compression: expect.any(String),
      desyncedMs: expect.any(Number),
    });
    expect(result.sha256).toMatch(/^[0-9a-f]{64}$/);
    const { uuid, seqno } = result.position as JsonObject;
    position = `${uuid}:${seqno}`;
    expect(uuid).toBe((await status(2)).clusterUuid);
    expect(BigInt(String(seqno))).toBeLessThanOrEqual(BigInt((await status(2)).lastCommitted ?? ''));
    expect(await status(2)).toMatchObject({ localState: 4, desyncCount: 0 });
    expect(report.volumes.map(({ claim }) => claim)).toContain(of().config.backups.claim);
    expect(await list('list-partial')).toContain('20260101T000000Z partial');
  });

  it('copy again, after it has ended well: the same result, no second copy', async () => {
    const report = await carriedOut(of(), await copySpec(of(), 'copy-again', { ordinal: 2, id: copied().id }));
    expect(good(report)).toMatchObject({ sha256: copied().result.sha256, bytes: copied().result.bytes });
  });

  it('copy, foreign: a server that does not run on the mounted volume is refused, and not desynced', async () => {
    const spec = await copySpec(of(), 'copy-foreign', { ordinal: 2, id: '20260101T000001Z', hostOf: 1 });
    bad(await carriedOut(of(), spec), /gvwstate|runs on this volume/);
    expect(await status(1)).toMatchObject({ localState: 4, desyncCount: 0 });
    expect(await list('list-foreign')).not.toContain('20260101T000001Z partial');
  });

  it('copy, full: refused before it begins, and nothing is left', async () => {
    await of().poke.fill('backups', 4 << 20);
    try {
      bad(await carriedOut(of(), await copySpec(of(), 'copy-full', { ordinal: 2, id: '20260101T000002Z' })), /free/);
    } finally {
      await of().poke.drain('backups');
    }
    expect(await status(2)).toMatchObject({ localState: 4, desyncCount: 0 });
    expect(await list('list-full')).not.toContain('20260101T000002Z partial');
  });

  it('copy, stopped: it puts the member back, removes what it wrote, and says that it was stopped', async () => {
    const spec = await copySpec(of(), 'copy-stopped', { ordinal: 2, id: '20260101T000003Z' });
    await of().ports.jobs.start(spec);
    await until(of(), 'a desynced member', async () => (await status(2)).localState === 2 || ended(spec.name));
    await of().ports.jobs.stop(of().config.namespace, spec.name, 60_000);
    await synced(of());
    expect(await status(2)).toMatchObject({ desyncCount: 0 });
    const left = await list('list-stopped');
    expect(left.filter((line) => line.startsWith('20260101T000003Z')).every((line) => line.endsWith(' partial'))).toBe(
      true,
    );
  });

  it('copy, killed: no result; the member stays desynced, which is what its debt is for', async () => {
    const spec = await copySpec(of(), 'copy-killed', { ordinal: 2, id: '20260101T000004Z' });
    await of().ports.jobs.start(spec);
    await until(of(), 'a desynced member', async () => (await status(2)).localState === 2);
    await of().poke.killJob(spec.name);
    const report = await endOf(of(), spec);
    expect([report.phase, report.result]).toEqual(['failed', undefined]);
    expect((await status(2)).settings.desync).toBe(true);
    await of().ports.sql.setDesync(member(of(), 2), false);
    await synced(of());
  });

  it.each([
    ['truncated', /bytes/],
    ['flipped', /sha256/],
  ] as const)('prove, %s: refused, and it stays partial', async (how, says) => {
    await (how === 'truncated' ? of().poke.truncate(copied().id) : of().poke.flip(copied().id));
    try {
      const values = { ...proveValues(copied()), MANIFEST: manifest };
      bad(await carriedOut(of(), await onBackups(of(), `prove-${how}`, 'prove', values)), says);
      expect(await list(`list-${how}`)).toContain(`${copied().id} partial`);
    } finally {
      await of().poke.mend(copied().id);
    }
  });

  it('prove, foreign: another sum than that of the copy is refused', async () => {
    const values = { ...proveValues(copied()), SHA256: 'f'.repeat(64), MANIFEST: manifest };
    bad(await carriedOut(of(), await onBackups(of(), 'prove-foreign', 'prove', values)), /sha256/);
  });

  it('prove, good: read back and compared, it has its manifest and its name; again, it writes nothing', async () => {
    const values = { ...proveValues(copied()), MANIFEST: manifest };
    const result = good(await carriedOut(of(), await onBackups(of(), 'prove', 'prove', values)));
    expect(result).toMatchObject({ sha256: copied().result.sha256, bytes: copied().result.bytes });
    expect(await list('list-complete')).toContain(`${copied().id} complete`);
    good(await carriedOut(of(), await onBackups(of(), 'prove-again', 'prove', proveValues(copied()))));
  });

  it.each([
    ['truncated', /bytes/],
    ['flipped', /sha256|checksum|zstd|mbstream|ended with/i],
  ] as const)('unpack, %s: refused, and no work folder is left', async (how, says) => {
    await (how === 'truncated' ? of().poke.truncate(copied().id) : of().poke.flip(copied().id));
    try {
      bad(await carriedOut(of(), await unpackSpec(of(), `unpack-${how}`, 0, copied())), says);
    } finally {
      await of().poke.mend(copied().id);
    }
    expect(await of().poke.workFolders(0)).toEqual([]);
  });

  it('unpack, full: refused before it writes, the member serves on', async () => {
    await of().poke.fill(0, 8 << 20);
    try {
      bad(await carriedOut(of(), await unpackSpec(of(), 'unpack-full', 0, copied())), /free/);
    } finally {
      await of().poke.drain(0);
    }
    expect(await of().poke.workFolders(0)).toEqual([]);
    await synced(of());
  });

  it('unpack, foreign: an archive with another sum is refused, and no work folder is left', async () => {
    const spec = await unpackSpec(of(), 'unpack-foreign', 0, copied(), { SHA256: 'f'.repeat(64) });
    bad(await carriedOut(of(), spec), /sha256/);
    expect(await of().poke.workFolders(0)).toEqual([]);
  });

  it('unpack, killed: no result, and a later start ends well', async () => {
    const spec = await unpackSpec(of(), 'unpack-killed', 1, copied());
    await of().ports.jobs.start(spec);
    await until(of(), 'a work folder', async () => (await of().poke.workFolders(1)).length > 0 || ended(spec.name));
    // So little data may be unpacked before anybody can kill it; then a later start finds it done.
    await of()
      .poke.killJob(spec.name)
      .catch(async (thrown) => {
        if (!(await ended(spec.name))) throw thrown;
      });
    await endOf(of(), spec);
    expect(good(await carriedOut(of(), await unpackSpec(of(), 'unpack-later', 1, copied())))).toMatchObject({
      bytes: expect.any(Number),
    });
  });

  it('unpack, good: beside the current data of every member, which serves on; again, the same result', async () => {
    for (const ordinal of [0, 1, 2]) {
      const result = good(await carriedOut(of(), await unpackSpec(of(), 'unpack', ordinal, copied())));
      expect(result.position).toEqual(copied().result.position);
      expect(await of().poke.workFolders(ordinal)).toEqual([folder]);
    }
    good(await carriedOut(of(), await unpackSpec(of(), 'unpack-again', 0, copied())));
    await synced(of());
  });

  it('open, good: rows and checksums are those of the copied moment; an account that is not in the copy does not open it', async () => {
    await of().poke.insert(0, 3);
    const { user } = of().config.account;
    const spec = await onMember(of(), 0, 'open', 'open', { WORK: work, USER: user }, { besideMember: true, user });
    const result = good(await carriedOut(of(), spec));
    const lines = (tables: readonly { schema?: unknown; table?: unknown; rows?: unknown; checksum?: unknown }[]) =>
      tables.map(({ schema, table, rows, checksum }) => `${schema}.${table} ${rows} ${checksum}`).sort();
    expect(lines(result.rows as JsonObject[])).toEqual(lines(truth));
    const nobody = await onMember(
      of(),
      0,
      'open-nobody',
      'open',
      { WORK: work, USER: 'nobody' },
      { besideMember: true, user: 'nobody' },
    );
    bad(await carriedOut(of(), nobody), /nobody|denied/i);
  });

  it('position, good: of every stopped member, one history, the last to leave is not behind', async () => {
    await stopAll(of());
    const results = [];
    for (const ordinal of [0, 1, 2]) {
      results.push(good(await carriedOut(of(), await onMember(of(), ordinal, 'position', 'position'))));
    }
    for (const result of results) expect(result).toMatchObject({ source: 'grastate', uuid: position.split(':')[0] });
    const seqnos = results.map(({ seqno }) => BigInt(String(seqno)));
    expect(seqnos[0]).toBeGreaterThanOrEqual(seqnos[1] ?? 0n);
    expect(results[0]?.swaps).toEqual([{ run, state: 'none' }]);
  });

  it('position, foreign: another history in grastate.dat is told as it stands', async () => {
    const uuid = '11111111-2222-3333-4444-555555555555';
    const before = good(await carriedOut(of(), await onMember(of(), 1, 'position-1', 'position')));
    await of().poke.foreign(1, uuid);
    expect(good(await carriedOut(of(), await onMember(of(), 1, 'position-2', 'position')))).toMatchObject({ uuid });
    await of().poke.foreign(1, String(before.uuid));
  });

  it('discard refuses a folder that is no work folder, and leaves it', async () => {
    const values = { WORK: '/data/elsewhere', WHAT: 'all' };
    bad(await carriedOut(of(), await onMember(of(), 0, 'discard-foreign', 'discard', values)), /work folder/);
  });

  it('swap, good: the prepared copy is the data, at its position; again, nothing more happens', async () => {
    for (const ordinal of [0, 1, 2]) {
      const values = { WORK: work, POSITION: position, KEEP: 'true' };
      good(await carriedOut(of(), await onMember(of(), ordinal, 'swap', 'swap', values)));
    }
    good(
      await carriedOut(
        of(),
        await onMember(of(), 0, 'swap-again', 'swap', { WORK: work, POSITION: position, KEEP: 'true' }),
      ),
    );
    const found = good(await carriedOut(of(), await onMember(of(), 0, 'position-swapped', 'position')));
    expect(`${found.uuid}:${found.seqno}`).toBe(position);
    expect(found).toMatchObject({ safeToBootstrap: false, swaps: [{ run, state: 'whole' }] });
  });

  it('unpack is refused where a swap has begun', async () => {
    bad(await carriedOut(of(), await unpackSpec(of(), 'unpack-late', 0, copied())), /swap/);
  });

  it('swap-back, good: the former data is there again at its position, and a swap after it brings the copy back', async () => {
    good(await carriedOut(of(), await onMember(of(), 2, 'swap-back', 'swap-back', { WORK: work })));
    const back = good(await carriedOut(of(), await onMember(of(), 2, 'position-back', 'position')));
    expect(BigInt(String(back.seqno))).toBeGreaterThan(BigInt(position.split(':')[1] ?? '0'));
    expect(back.swaps).toEqual([{ run, state: 'back' }]);
    good(
      await carriedOut(
        of(),
        await onMember(of(), 2, 'swap-2', 'swap', { WORK: work, POSITION: position, KEEP: 'true' }),
      ),
    );
    const again = good(await carriedOut(of(), await onMember(of(), 2, 'position-2nd', 'position')));
    expect(`${again.uuid}:${again.seqno}`).toBe(position);
  });

  it('swap-back, where the former data was given up: refused, and the data stays as it is', async () => {
    const values = { WORK: work, POSITION: position, KEEP: 'false' };
    good(await carriedOut(of(), await onMember(of(), 1, 'swap-dropping', 'swap', values)));
    bad(await carriedOut(of(), await onMember(of(), 1, 'swap-back-late', 'swap-back', { WORK: work })), /given up/);
    const found = good(await carriedOut(of(), await onMember(of(), 1, 'position-dropped', 'position')));
    expect(`${found.uuid}:${found.seqno}`).toBe(position);
    expect(found.swaps).toEqual([{ run, state: 'dropped' }]);
  });

  it('bootstrap, good: the mark is written and read; a member with it starts alone, the others join it by IST', async () => {
    good(await carriedOut(of(), await onMember(of(), 0, 'first', 'bootstrap', { POSITION: position, SAFE: '1' })));
    const marked = good(await carriedOut(of(), await onMember(of(), 0, 'position-first', 'position')));
    expect(marked).toMatchObject({ safeToBootstrap: true });
    await scaleTo(of(), 1);
    await synced(of(), [0]);
    await scaleTo(of(), 3);
    await synced(of());
    for (const ordinal of [0, 1, 2]) expect(await sums(ordinal)).toEqual(truth);
    expect(await of().poke.workFolders(1)).toEqual([folder]);
  });

  it('discard, good: what a run left is gone; again, it is still gone', async () => {
    for (const ordinal of [0, 1, 2]) {
      const values = { WORK: work, WHAT: 'all' };
      good(await carriedOut(of(), await onMember(of(), ordinal, 'discard', 'discard', values, { besideMember: true })));
      expect(await of().poke.workFolders(ordinal)).toEqual([]);
    }
    good(
      await carriedOut(
        of(),
        await onMember(of(), 0, 'discard-again', 'discard', { WORK: work, WHAT: 'all' }, { besideMember: true }),
      ),
    );
    await synced(of());
  });

  it('remove, good: a backup and what is left of others are gone; ids that are none are refused', async () => {
    bad(await carriedOut(of(), await onBackups(of(), 'remove-foreign', 'remove', { IDS: '../elsewhere' })), /ids/);
    const left = (await list('list-left'))
      .map((line) => line.split(' ')[0] ?? '')
      .filter((id) => id.startsWith('20260101T'));
    expect(left).toContain(copied().id);
    good(await carriedOut(of(), await onBackups(of(), 'remove', 'remove', { IDS: left.join(' ') })));
    expect((await list('list-end')).filter((line) => line.startsWith('20260101T'))).toEqual([]);
  });

  it('a Job started twice is one Job; one that is removed is absent', async () => {
    const spec = await onBackups(of(), 'list-twice', 'list');
    const first = await carriedOut(of(), spec);
    await of().ports.jobs.start(spec);
    const second = await endOf(of(), spec);
    expect(second.uid).toBe(first.uid);
    await of().ports.jobs.remove(of().config.namespace, spec.name);
    await until(
      of(),
      'no Job',
      async () => (await of().ports.jobs.report(of().config.namespace, spec.name)) === undefined,
    );
  });

  async function ended(name: string): Promise<boolean> {
    const report = await of().ports.jobs.report(of().config.namespace, name);
    return report?.phase === 'succeeded' || report?.phase === 'failed';
  }
}
