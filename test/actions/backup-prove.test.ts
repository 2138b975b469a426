import { gunzipSync } from 'node:zlib';
import { beforeEach, expect, test } from 'vitest';
import { readIndex } from '../../src/actions/backup-index.ts';
import { backupProve } from '../../src/actions/backup-prove.ts';
import { invariant } from '../../src/base/failure.ts';
import { isFailure, pending } from '../../src/engine/action.ts';
import { FakeTarget, manifestOf, refusal, sha256, yes } from './fake-target.ts';

const id = '20261121T050007Z';
const {
  positionAt,
  startedAt,
  serverVersion,
  toolVersion,
  image,
  imageId,
  donor,
  compression,
  dataBytes,
  lsn,
  paths,
  position,
  tables,
} = manifestOf(id);
const backup = {
  id,
  kind: 'full',
  bytes: 30_000_000,
  sha256,
  file: 'backup.mbstream.zst',
  compression,
  dataBytes,
  position: { ...position },
  positionAt,
  lsn: { ...lsn },
  serverVersion,
  toolVersion,
  image,
  imageId,
  donor: { ...donor },
  startedAt,
  endedAt: positionAt,
  tables: { shop: [...(tables.shop ?? [])] },
  paths: { ...paths },
};

let target: FakeTarget;
beforeEach(() => {
  target = new FakeTarget();
  target.at = { run: 'q8d4w6', step: 'prove', attempt: 1 };
  target.outcomes = {
    prove: (spec) => ({ result: { sha256: spec.values.SHA256 ?? '', bytes: 30_000_000, readMs: 113_000 } }),
  };
});

const entry = async () => (await readIndex(target)).entries.find((each) => each.id === id);

test('a new backup is listed only after it was read back', async () => {
  expect(refusal(await backupProve.observe({ backup }, target, {})).is).toBe('not-so');
  await backupProve.apply({ backup }, target, {});
  expect(target.writes).toEqual([
    'start prove galera-runbook-q8d4w6-prove-1',
    `create ConfigMap galera-backup-lab-${id.toLowerCase()}`,
  ]);
  const { output, says } = yes(await backupProve.observe({ backup }, target, {}));
  expect(output).toEqual({ id, level: 'checksums', sha256 });
  expect(says).toBe(`${id} read back, checksums match, level =, took 1:53`);
  expect(await entry()).toMatchObject({
    claim: 'galera-backups',
    proof: { level: 'checksums', run: 'q8d4w6' },
    manifest: { run: 'q8d4w6', identity: { cluster: 'lab' } },
  });
});

test('the runner gets the manifest that the index gets', async () => {
  await backupProve.apply({ backup }, target, {});
  const packed = target.started[0]?.values.MANIFEST ?? '';
  expect(JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString())).toEqual((await entry())?.manifest);
});

test('a new backup that reads back otherwise is not listed', async () => {
  target.outcomes = { prove: { result: { sha256: 'cd'.repeat(32), bytes: 1 } } };
  await expect(backupProve.apply({ backup }, target, {})).rejects.toThrow('SHA-256');
  expect(await entry()).toBeUndefined();
});

test('an archive without what a manifest needs is refused before a Job starts', async () => {
  await expect(
    backupProve.apply({ backup: { ...backup, position: { uuid: 'x', seqno: '1' } } }, target, {}),
  ).rejects.toThrow('position.uuid');
  expect(target.writes).toEqual([]);
});

test('a second start after the Job only writes the index', async () => {
  await backupProve.apply({ backup }, target, {});
  target.objects.delete(`ConfigMap/openstack/galera-backup-lab-${id.toLowerCase()}`);
  await backupProve.apply({ backup }, target, {});
  expect(target.started).toHaveLength(1);
  yes(await backupProve.observe({ backup }, target, {}));
});

test('a backup of the index is proven again by its id alone', async () => {
  target.index(id);
  const plan = await backupProve.plan({ backup: { id } }, target);
  invariant(!isFailure(plan), 'refused');
  expect(plan.effects[1]).toMatchObject({ field: 'proof.json', from: 'checksums', to: 'checksums' });
  expect(refusal(await backupProve.observe({ backup: { id } }, target, {})).text).toContain('earlie');
  await backupProve.apply({ backup: { id } }, target, {});
  yes(await backupProve.observe({ backup: { id } }, target, {}));
  expect((await entry())?.proof).toMatchObject({ level: 'checksums', run: 'q8d4w6' });
});

test('what was restored and compared stays so when it still reads the same', async () => {
  target.index(id, { level: 'restored' });
  await backupProve.apply({ backup: { id } }, target, {});
  expect((await entry())?.proof).toMatchObject({ level: 'restored', run: 'q8d4w6' });
});

test('a re-proof that fails marks the backup as failed', async () => {
  target.index(id);
  target.outcomes = {
    prove: {
      phase: 'failed',
      log: '@@galera-runbook failed {}\n',
      failure: { expected: 'the hash', found: 'another', next: 'choose another' },
    },
  };
  await expect(backupProve.apply({ backup: { id } }, target, {})).rejects.toThrow('another');
  expect((await entry())?.proof.level).toBe('failed');
  expect(refusal(await backupProve.observe({ backup: { id } }, target, {})).text).toContain('level failed');
});

test('a Job that never ran says nothing about the backup', async () => {
  target.index(id);
  target.outcomes = {
    prove: { phase: 'failed', failure: { expected: 'a pod', found: 'ImagePullBackOff', next: 'look' } },
  };
  await expect(backupProve.apply({ backup: { id } }, target, {})).rejects.toThrow('ImagePullBackOff');
  expect((await entry())?.proof.level).toBe('checksums');
});

test('a Job that was ended says nothing about the backup', async () => {
  target.index(id);
  const ended = { expected: 'prove to end by itself', found: 'stopped after 9 s', next: 'run the step again' };
  target.outcomes = { prove: { phase: 'failed', log: '@@galera-runbook failed {}\n', failure: ended } };
  await expect(backupProve.apply({ backup: { id } }, target, {})).rejects.toThrow('stopped after 9 s');
  expect((await entry())?.proof.level).toBe('checksums');
});

test('names of tables are left out where there are too many for one Job', async () => {
  const name = (n: number) => `t${Math.imul(n, 2654435761) >>> 0}${Math.imul(n, 40503) >>> 0}`;
  const many = { shop: Array.from({ length: 20_000 }, (_, n) => name(n)) };
  await backupProve.apply({ backup: { ...backup, tables: many } }, target, {});
  expect((await entry())?.manifest.tables).toEqual({});
});

test('an id that is not in the index is refused in the plan', async () => {
  const plan = await backupProve.plan({ backup: { id: '20200101T000000Z' } }, target);
  expect(isFailure(plan) && plan.found).toBe('no such backup');
});

test('the plan of a backup still to be made reads no index entry', async () => {
  for (const value of [pending, { id, kind: 'full', sha256: pending }]) {
    const plan = await backupProve.plan({ backup: value }, target);
    expect(isFailure(plan)).toBe(false);
  }
  expect(target.writes).toEqual([]);
});
