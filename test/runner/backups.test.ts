import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, chmodSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { commandFolder, harvest, plant, powerCutAt, rowsOf, runVerb, temporaryFolder } from './verb.ts';

const id = '20261121T050007Z';
const manifest = '{"format":1,"tables":{"shop":["a"]}}';
const packed = gzipSync(manifest).toString('base64');
const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * index) % 251));
const hasZstd = (() => {
  try {
    execFileSync('zstd', ['--version']);
    return true;
  } catch {
    return false;
  }
})();

interface Copied {
  readonly backups: string;
  readonly archive: string;
  readonly values: Readonly<Record<string, string>>;
}

/** What `copy` leaves. */
function copied(kind: 'gz' | 'zst' = 'gz'): Copied {
  const backups = temporaryFolder();
  const folder = join(backups, `${id}.partial`);
  plant(folder, { 'mariadb-backup.log': 'completed OK!' });
  const archive = join(folder, `backup.mbstream.${kind}`);
  const bytes = kind === 'gz' ? gzipSync(content) : execFileSync('zstd', ['-q'], { input: content });
  writeFileSync(archive, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const values = { BACKUPS: backups, ID: id, SHA256: sha256, BYTES: String(bytes.length), MANIFEST: packed };
  return { backups, archive, values };
}

describe('prove', () => {
  test.each(hasZstd ? (['gz', 'zst'] as const) : (['gz'] as const))(
    'gives a whole archive (%s) its manifest and its name',
    async (kind) => {
      const of = copied(kind);
      const { result } = await runVerb('prove', of.values);
      expect(result).toMatchObject({ sha256: of.values.SHA256, bytes: Number(of.values.BYTES) });
      expect(Object.keys(harvest(of.backups)).sort()).toEqual([
        `${id}/backup.mbstream.${kind}`,
        `${id}/manifest.json`,
        `${id}/mariadb-backup.log`,
      ]);
      expect(JSON.parse(readFileSync(join(of.backups, id, 'manifest.json'), 'utf8'))).toEqual(JSON.parse(manifest));
    },
  );

  test('of one that has its name reads it again and writes nothing', async () => {
    const of = copied();
    await runVerb('prove', of.values);
    const before = harvest(of.backups);
    const { result } = await runVerb('prove', { ...of.values, MANIFEST: '' });
    expect(result).toMatchObject({ sha256: of.values.SHA256 });
    expect(harvest(of.backups)).toEqual(before);
  });

  test.each([
    [
      'a flipped byte',
      (archive: string) => {
        const bytes = readFileSync(archive);
        bytes[1000] = (bytes[1000] ?? 0) ^ 1;
        writeFileSync(archive, bytes);
      },
      /^sha256 [0-9a-f]{64}$/,
    ],
    ['a missing byte', (archive: string) => truncateSync(archive, readFileSync(archive).length - 1), /^\d+ bytes$/],
    ['a byte too many', (archive: string) => appendFileSync(archive, 'x'), /^\d+ bytes$/],
    ['nothing', (archive: string) => writeFileSync(archive, ''), /^0 bytes$/],
  ])('with %s it fails and leaves it partial', async (_, damage, found) => {
    const of = copied();
    damage(of.archive);
    const { failure, result } = await runVerb('prove', of.values);
    expect(failure?.found).toMatch(found);
    expect(result).toBeUndefined();
    expect(Object.keys(harvest(of.backups))).toEqual([
      `${id}.partial/backup.mbstream.gz`,
      `${id}.partial/mariadb-backup.log`,
    ]);
  });

  test('an archive that was cut before it was hashed is found by its own end', async () => {
    const of = copied();
    truncateSync(of.archive, 1000);
    const sha256 = createHash('sha256').update(readFileSync(of.archive)).digest('hex');
    const { failure } = await runVerb('prove', { ...of.values, SHA256: sha256, BYTES: '1000' });
    expect(failure?.expected).toContain('to be whole');
  });

  test('after a power cut at any rename, prove again ends it', async () => {
    for (const at of [1, 2]) {
      for (const when of ['before', 'after'] as const) {
        const of = copied();
        await runVerb('prove', of.values, { commands: powerCutAt(at, when) });
        expect((await runVerb('prove', of.values)).result).toMatchObject({ sha256: of.values.SHA256 });
        expect((await runVerb('list', of.values)).result).toMatchObject({ rows: [{ id, state: 'complete' }] });
        expect(Object.keys(harvest(of.backups)).filter((path) => path.includes('tmp'))).toEqual([]);
      }
    }
  });
});

describe('list', () => {
  test('tells complete, partial and broken apart, and leaves other names alone', async () => {
    const of = copied();
    await runVerb('prove', of.values);
    plant(of.backups, {
      '20261122T050007Z.partial/backup.mbstream.zst': 'x',
      '20261123T050007Z/backup.mbstream.zst': 'no manifest',
      '20261124T050007Z/manifest.json': 'no archive',
      '20261125T050007Z': null,
      '20261126T050007Z.removing/manifest.json': 'x',
      '20261127T050007Z/backup.mbstream.zst': 'x',
      '20261127T050007Z/manifest.json': 'not JSON "\n',
      '20261128T050007Z': null,
      'lost+found': null,
      '2026 x': null,
      '20261121T050007Z.partial.x': null,
      '.20261121T050007Z/manifest.json': 'x',
      '20261120T050007Z': 'a file',
    });
    mkdirSync(join(of.backups, '20261128T050007Z/manifest.json'));
    chmodSync(join(of.backups, '20261128T050007Z'), 0);
    const rows = rowsOf(await runVerb('list', { BACKUPS: of.backups }));
    expect(rows.map((row) => `${row.id} ${row.state}`)).toEqual([
      '20261121T050007Z complete',
      '20261122T050007Z partial',
      '20261123T050007Z broken',
      '20261124T050007Z broken',
      '20261125T050007Z broken',
      '20261126T050007Z broken',
      '20261127T050007Z complete',
      '20261128T050007Z broken',
    ]);
    const manifests = rows.flatMap((row) =>
      row.manifest
        ? [
            gunzipSync(Buffer.from(String(row.manifest), 'base64'))
              .toString()
              .trim(),
          ]
        : [],
    );
    expect(manifests).toEqual([manifest, 'not JSON "']);
    expect(rows[0]?.bytes).toBeGreaterThan(100);
  });

  test('of a folder that is not there is empty', async () => {
    expect((await runVerb('list', { BACKUPS: '/nonexistent' })).result).toEqual({ rowCount: 0, rows: [] });
  });
});

describe('remove', () => {
  const all = {
    '20261121T050007Z/manifest.json': 'x',
    '20261122T050007Z.partial/backup.mbstream.zst': 'x',
    '20261123T050007Z.removing/backup.mbstream.zst': 'x',
    '20261124T050007Z/manifest.json': 'stays',
  };
  const ids = ['20261121T050007Z', '20261122T050007Z', '20261123T050007Z', '20261130T050007Z'];

  test('removes these ids in whatever state, and no other', async () => {
    const backups = temporaryFolder();
    plant(backups, all);
    const rows = rowsOf(await runVerb('remove', { BACKUPS: backups, IDS: ids.join(' ') }));
    expect(rows.map((row) => [row.id, Number(row.bytes) > 0])).toEqual(ids.map((each, index) => [each, index < 3]));
    expect(harvest(backups)).toEqual({ '20261124T050007Z/manifest.json': 'stays' });
  });

  test('that was killed half-way never leaves one that looks complete', async () => {
    const backups = temporaryFolder();
    plant(backups, all);
    await runVerb(
      'remove',
      { BACKUPS: backups, IDS: ids.join(' ') },
      { commands: commandFolder({ rm: 'kill -9 $PPID' }) },
    );
    const listed = await runVerb('list', { BACKUPS: backups });
    expect(rowsOf(listed)[0]?.state).toBe('broken');
    await runVerb('remove', { BACKUPS: backups, IDS: ids.join(' ') });
    expect(harvest(backups)).toEqual({ '20261124T050007Z/manifest.json': 'stays' });
  });

  test.each(['..', '../x', '20261124T050007Z/..', '*', '2026'])(
    'refuses %s before it removes anything',
    async (odd) => {
      const backups = temporaryFolder();
      plant(backups, all);
      const { failure } = await runVerb('remove', { BACKUPS: backups, IDS: `${ids[0]} ${odd}` });
      expect(failure?.expected).toBe('ids of backups');
      expect(harvest(backups)).toEqual(all);
    },
  );
});

test('measure leaves out what is not copied, and tells the volume', async () => {
  const data = temporaryFolder();
  const big = 'x'.repeat(1_000_000);
  plant(data, { ibdata1: 'x', 'shop/t.ibd': 'x' });
  const small = await runVerb('measure', { DATADIR: data });
  plant(data, {
    'galera.cache': big,
    'gcache.page.000001': big,
    ib_logfile0: big,
    ibtmp1: big,
    'mysql-bin.000012': big,
    'galera_runbook_x/old/ibdata1': big,
    'lost+found/x': big,
  });
  const { result, volumes } = await runVerb(
    'measure',
    { DATADIR: data },
    { claims: `${data}=mysql-data-0 /nonexistent=x` },
  );
  expect(result).toEqual(small.result);
  expect(volumes).toMatchObject([{ claim: 'mysql-data-0' }]);
});
