import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { readIndex } from '../../src/actions/backup-index.ts';
import { backupProve } from '../../src/actions/backup-prove.ts';
import { invariant } from '../../src/base/failure.ts';
import { isFailure, pending } from '../../src/engine/action.ts';
import { failureFrom, planned } from './fail.ts';
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
      failure: {
        expected: `/backups/lab/${id}/backup.mbstream.zst with sha256 ab`,
        found: 'another',
        next: 'choose another',
      },
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

describe('a backup named by its name', () => {
  const [older, newer] = ['20261119T050000Z', '20261120T050000Z'] as const;
  const latest = { backup: 'latest' };
  const says = (expected: string) => ({
    prove: {
      phase: 'failed' as const,
      log: '@@galera-runbook failed {}\n',
      failure: { expected, found: 'none', next: 'choose another' },
    },
  });
  const levels = async () =>
    Object.fromEntries((await readIndex(target)).entries.map((each) => [each.id, each.proof.level]));

  test('is looked up when it is read, not when it was planned', async () => {
    target.index(older);
    const { effects, unknowns, foretold } = planned(await backupProve.plan(latest, target));
    expect(effects[1]?.object).toContain(older.toLowerCase());
    expect(unknowns).toEqual([`whether latest is still ${older} once the volume was read`]);
    expect(foretold).toBeUndefined();
    target.index(newer, { level: 'none' });
    await backupProve.apply(latest, target, {});
    expect(yes(await backupProve.observe(latest, target, {})).output.id).toBe(newer);
    expect(await levels()).toEqual({ [newer]: 'checksums', [older]: 'checksums' });
  });

  test('is planned on an empty index too, since the volume may have it', async () => {
    for (const name of ['latest', newer, '202611']) {
      const { unknowns } = planned(await backupProve.plan({ backup: name }, target));
      expect(unknowns?.[0]).toContain(`which backup ${name} is: `);
    }
    expect((await failureFrom(backupProve.apply(latest, target, {}))).found).toBe('none in the index');
  });

  test('is refused at once where it can be no name', async () => {
    for (const name of ['lastest', 'production', '../2026']) {
      expect(isFailure(await backupProve.plan({ backup: name }, target))).toBe(true);
      expect(backupProve.inputs.backup?.accepts(name)).toBe(false);
    }
    for (const name of ['latest', newer, newer.toLowerCase(), '20261120T05']) {
      expect(backupProve.inputs.backup?.accepts(name)).toBe(true);
    }
  });

  test('latest is the newest that is not known to be broken, proven or not', async () => {
    target.index(older, { level: 'none' });
    target.index(newer, { level: 'failed' });
    await backupProve.apply(latest, target, {});
    expect(await levels()).toEqual({ [newer]: 'failed', [older]: 'checksums' });
  });

  test('latest stays what this run found broken, whatever is started again', async () => {
    for (const each of [older, newer]) target.index(each);
    target.outcomes = says(`/backups/lab/${newer}/backup.mbstream.zst readable`);
    await failureFrom(backupProve.apply(latest, target, {}));
    expect(refusal(await backupProve.observe(latest, target, {})).text).toContain(newer);
    await failureFrom(backupProve.apply(latest, target, {}));
    expect(await levels()).toEqual({ [newer]: 'failed', [older]: 'checksums' });
  });

  test("what a Job says of one backup is never another's proof", async () => {
    target.index(older);
    target.outcomes = says(`/backups/lab/${newer}/backup.mbstream.zst readable`);
    await failureFrom(backupProve.apply(latest, target, {}));
    expect(await levels()).toEqual({ [older]: 'checksums' });
  });

  test('an archive that is not there is gone, not broken, and is not read before the volume was', async () => {
    target.index(newer);
    target.outcomes = says(`an archive in /backups/lab/${newer}.partial`);
    await failureFrom(backupProve.apply({ backup: newer }, target, {}));
    expect((await readIndex(target)).entries[0]?.proof).toMatchObject({ level: 'failed', gone: true });
    target.at = { ...target.at, attempt: 2 };
    const { kind, next } = await failureFrom(backupProve.apply({ backup: newer }, target, {}));
    expect(kind).toBe('refused');
    expect(next).toContain('backups verify');
    expect(target.started).toHaveLength(1);
  });

  test("another cluster's backup is refused: its archive is in another folder", async () => {
    const identity = { ...manifestOf(newer).identity, cluster: 'other' };
    target.index(newer, { manifest: { identity } });
    const { found } = await failureFrom(backupProve.apply({ backup: newer }, target, {}));
    expect(found).toBe(`${newer} is of cluster other`);
    expect(target.started).toEqual([]);
  });
});
