import { beforeEach, describe, expect, test } from 'vitest';
import { readIndex } from '../../src/actions/backup-index.ts';
import { backupReconcile } from '../../src/actions/backup-reconcile.ts';
import { resolveBackup } from '../../src/actions/resolve-backup.ts';
import { lastReading } from '../../src/actions/volume-reading.ts';
import { failureFrom, planned, refused } from './fail.ts';
import { FakeTarget, manifestOf, refusal, sha256, yes } from './fake-target.ts';
import { broken, complete, copying, partial, volumeHas } from './fake-volume.ts';

const [older, newer] = ['20261119T050000Z', '20261120T050000Z'] as const;

let target: FakeTarget;
beforeEach(() => {
  target = new FakeTarget();
  target.at = { run: 'q8d4w6', step: 'reconcile', attempt: 1 };
});

async function reconcile() {
  await backupReconcile.apply({}, target, {});
  return yes(await backupReconcile.observe({}, target, {}));
}

/** The volume is read again by another run. */
async function reconcileAgain() {
  target.at = { ...target.at, run: 'z3x5c7' };
  return await reconcile();
}

const proofs = async () =>
  Object.fromEntries((await readIndex(target)).entries.map(({ id, proof }) => [id, proof.gone ? 'gone' : proof.level]));

describe('backup.reconcile', () => {
  test('lists the backup volume alone, and may not write on it', async () => {
    volumeHas(target);
    await reconcile();
    expect(target.started[0]).toMatchObject({
      verb: 'list',
      values: { BACKUPS: '/backups/lab' },
      place: { mounts: [{ claim: 'galera-backups', readOnly: true }] },
    });
    expect(target.started[0]?.place.node).toBeUndefined();
  });

  test('writes nothing where the index says what the volume has, except when it was read', async () => {
    target.index(older);
    volumeHas(target, complete(older));
    const { output, says, warnings } = await reconcile();
    expect(output).toEqual({ found: [older], added: [], missing: [], broken: [] });
    expect(says).toBe('1 on claim galera-backups, 0 added to the index, 0 missing, 0 partial or broken');
    expect(warnings).toBeUndefined();
    expect(target.writes.filter((write) => write.includes('galera-backup-lab'))).toEqual([]);
    expect(await lastReading(target)).toMatchObject({ run: 'q8d4w6', found: [older], at: target.now });
  });

  test('adds what only the volume has, as not verified', async () => {
    volumeHas(target, complete(older), complete(newer));
    const { output, warnings } = await reconcile();
    expect(output).toEqual({ found: [older, newer], added: [older, newer], missing: [], broken: [] });
    expect(warnings).toBeUndefined();
    expect(await proofs()).toEqual({ [older]: 'none', [newer]: 'none' });
    expect((await readIndex(target)).entries[0]).toMatchObject({
      claim: 'galera-backups',
      manifest: manifestOf(newer),
    });
  });

  test('marks what only the index has as failed, and keeps it', async () => {
    target.index(older, { level: 'restored' });
    target.index(newer);
    volumeHas(target, complete(newer));
    const { output, warnings } = await reconcile();
    expect(output.missing).toEqual([older]);
    expect(warnings).toEqual([
      `${older}: in the index, not on claim galera-backups; it counts as failed until a reading finds it again`,
    ]);
    expect(await proofs()).toEqual({ [older]: 'gone', [newer]: 'checksums' });
    expect(await resolveBackup(target, 'latest')).toMatchObject({ record: { id: newer } });
  });

  test('takes back what was gone, as not verified', async () => {
    target.index(older);
    volumeHas(target);
    await reconcile();
    volumeHas(target, complete(older));
    const { output } = await reconcileAgain();
    expect(output).toMatchObject({ added: [older], missing: [] });
    expect(await proofs()).toEqual({ [older]: 'none' });
  });

  test('keeps what a proof found broken as that', async () => {
    target.index(older, { level: 'failed' });
    volumeHas(target, complete(older));
    expect((await reconcile()).warnings).toBeUndefined();
    expect(await proofs()).toEqual({ [older]: 'failed' });
  });

  test('corrects an index that says otherwise; what was proven counts for the same files only', async () => {
    for (const id of [older, newer]) target.index(id, { level: 'restored' });
    const files = [{ name: 'backup.mbstream.zst', bytes: 5, sha256: sha256.replaceAll('ab', 'cd') }];
    volumeHas(target, complete(older, { image: 'another' }), complete(newer, { files }));
    const { warnings } = await reconcile();
    expect(warnings).toEqual([
      `${older}: the index had another image; the index follows the volume now`,
      `${newer}: the index had another files; the index follows the volume now`,
    ]);
    expect(await proofs()).toEqual({ [older]: 'restored', [newer]: 'none' });
    expect((await readIndex(target)).entries[0]?.manifest.files).toEqual(files);
  });

  test('repairs an entry that cannot be read, and names one that no archive repairs', async () => {
    for (const id of [older, newer]) {
      target.index(id);
      target.change('ConfigMap', `galera-backup-lab-${id.toLowerCase()}`, (map) => ({ ...map, data: {} }));
    }
    volumeHas(target, complete(older));
    const { output, warnings } = await reconcile();
    expect(output.added).toEqual([older]);
    expect(warnings).toHaveLength(1);
    expect(warnings?.[0]).toContain(`delete configmap galera-backup-lab-${newer.toLowerCase()}`);
  });

  test('takes over archives that were moved to this claim', async () => {
    target.index(older, { claim: 'old-backups' });
    volumeHas(target, complete(older));
    expect((await reconcile()).output).toMatchObject({ added: [older], missing: [] });
    expect((await readIndex(target)).entries).toMatchObject([{ claim: 'galera-backups', proof: { level: 'none' } }]);
  });

  test('leaves entries of other claims and of other clusters alone', async () => {
    const { identity } = manifestOf(older);
    target.index(older, { claim: 'old-backups' });
    target.index(newer, { manifest: { identity: { ...identity, cluster: 'lab-2' } } });
    volumeHas(target);
    expect((await reconcile()).output.missing).toEqual([]);
    expect(await proofs()).toEqual({ [older]: 'checksums', [newer]: 'checksums' });
  });

  test('tells of partial and broken folders and touches none', async () => {
    volumeHas(target, partial(older), broken(newer), broken('2026'));
    const { output, warnings } = await reconcile();
    expect(output).toMatchObject({ found: [], broken: [older, newer, '2026'] });
    expect(warnings).toEqual([
      `${older}: partial, 4.77 MiB: a copy that did not end; galera-runbook backups prune removes it a day after its start`,
      `${newer}: broken, 0 B: without archive or manifest, or half removed; galera-runbook backups prune removes it a day after its start`,
      '2026: unclear, 0 B: its name is no id of a backup; look at its folder by hand',
    ]);
    expect(target.started.map(({ verb }) => verb)).toEqual(['list']);
  });

  test('does not take a copy that is at work for a leftover', async () => {
    copying(target, newer);
    volumeHas(target, partial(newer));
    expect((await reconcile()).output.broken).toEqual([]);
  });

  test.each([
    ['no manifest', { id: newer, state: 'complete', bytes: 1, manifest: 'bm90IGd6aXA=' }, 'it cannot be unpacked'],
    ['that of another backup', { ...complete(older), id: newer }, `that of backup ${older}`],
    [
      'that of another cluster',
      complete(newer, { identity: { ...manifestOf(newer).identity, cluster: 'x' } }),
      'of cluster x',
    ],
    ['that of a later program', complete(newer, { format: 2 as 1 }), 'format'],
  ])('lists no folder whose manifest is %s', async (_what, row, why) => {
    volumeHas(target, row);
    const { output, warnings } = await reconcile();
    expect(output).toMatchObject({ found: [], added: [], broken: [newer] });
    expect(warnings?.[0]).toContain(why);
    expect(warnings?.[0]).toContain('look at its folder by hand');
  });

  test('a second start after a cut finishes the work and still tells all of it', async () => {
    volumeHas(target, complete(older), complete(newer));
    const { create } = target.kube;
    let left = 2;
    target.kube.create = async (object) => {
      if (left-- === 0) throw new Error('killed');
      return await create(object);
    };
    await expect(backupReconcile.apply({}, target, {})).rejects.toThrow('killed');
    expect(refusal(await backupReconcile.observe({}, target, {})).text).toContain(`${newer} differ`);
    target.kube.create = create;
    expect((await reconcile()).output.added).toEqual([older, newer]);
    expect(target.started).toHaveLength(1);
  });

  test('what an earlier run has read says nothing about this one', async () => {
    volumeHas(target);
    await reconcile();
    target.at = { ...target.at, run: 'z3x5c7' };
    expect(refusal(await backupReconcile.observe({}, target, {})).text).toContain('not started');
  });

  test('a runner that fails changes no entry', async () => {
    target.index(older);
    const failure = { expected: 'the volume', found: 'Stale file handle', next: 'mount it again' };
    target.outcomes = { list: { phase: 'failed', failure } };
    expect((await failureFrom(backupReconcile.apply({}, target, {}))).found).toBe('Stale file handle');
    expect(await proofs()).toEqual({ [older]: 'checksums' });
  });

  test('a plan starts nothing and says that only the Job knows', async () => {
    target.index(older);
    const plan = planned(await backupReconcile.plan({}, target));
    expect(plan.unknowns).toEqual(['what is on claim galera-backups: the Job lists it']);
    expect(plan.effects[1]?.from).toBe('1 backups, not read yet');
    expect(target.writes).toEqual([]);
  });

  test('is refused for a claim that is not bound', async () => {
    target.change('PersistentVolumeClaim', 'galera-backups', (claim) => ({ ...claim, status: { phase: 'Pending' } }));
    expect(refused(await backupReconcile.plan({}, target)).found).toBe('it is not');
  });
});

describe('the last reading of the volume', () => {
  test('of another claim, or damaged, is none', async () => {
    volumeHas(target);
    await reconcile();
    target.config = { ...target.config, backups: { ...target.config.backups, claim: 'other' } };
    expect(await lastReading(target)).toBeUndefined();
    target.config = { ...target.config, backups: { ...target.config.backups, claim: 'galera-backups' } };
    target.change('ConfigMap', 'galera-runbook-backup-volume-lab', (map) => ({
      ...map,
      data: { 'reading.json': '{}' },
    }));
    expect(await lastReading(target)).toBeUndefined();
  });
});
