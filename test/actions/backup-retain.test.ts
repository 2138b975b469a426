import { beforeEach, expect, test } from 'vitest';
import { readIndex } from '../../src/actions/backup-index.ts';
import { backupRetain } from '../../src/actions/backup-retain.ts';
import { invariant } from '../../src/base/failure.ts';
import { isFailure } from '../../src/engine/action.ts';
import { FakeTarget, manifestOf, refusal, yes } from './fake-target.ts';

const [oldest, older, newest, coming] = [
  '20261118T050000Z',
  '20261119T050000Z',
  '20261120T050000Z',
  '20261121T050007Z',
] as const;

let target: FakeTarget;
beforeEach(() => {
  target = new FakeTarget();
  target.at = { run: 'q8d4w6', step: 'retain', attempt: 1 };
  target.outcomes = {
    remove: (spec) => ({ result: { rows: (spec.values.IDS ?? '').split(' ').map((id) => ({ id, bytes: 1 })) } }),
  };
});

async function memoOf(input = {}) {
  const plan = await backupRetain.plan(input, target);
  invariant(!isFailure(plan), 'refused');
  return plan.memo;
}

const ids = async () => (await readIndex(target)).entries.map((entry) => entry.id);

test('the plan names exact ids, counting the backup to come', async () => {
  for (const id of [older, newest]) target.index(id);
  expect(await memoOf()).toEqual({ remove: [older] });
  expect(await memoOf({ 'after-backup': false })).toEqual({ remove: [] });
});

test('takes them out of what can be restored, then from the volume, then from the index', async () => {
  for (const id of [oldest, older, newest]) target.index(id);
  const memo = await memoOf();
  target.index(coming);
  expect(refusal(await backupRetain.observe({}, target, memo)).text).toContain(older);
  await backupRetain.apply({}, target, memo);
  expect(target.started[0]).toMatchObject({
    verb: 'remove',
    values: { BACKUPS: '/backups/lab', IDS: `${oldest} ${older}` },
  });
  const kinds = target.writes.map((write) => write.split(' ')[0]);
  expect(kinds).toEqual(['patch', 'patch', 'start', 'remove', 'remove']);
  expect(await ids()).toEqual([coming, newest]);
  const { output, says } = yes(await backupRetain.observe({}, target, memo));
  expect(output).toEqual({ removed: [oldest, older], kept: 2 });
  expect(says).toBe(`removed ${oldest}, ${older}, kept 2`);
});

test('nothing to remove needs no Job', async () => {
  target.index(newest);
  const memo = await memoOf();
  target.index(coming);
  expect(yes(await backupRetain.observe({}, target, memo)).says).toBe('kept 2, nothing to remove');
});

test('keeps everything when the backup that was counted on is not there', async () => {
  for (const id of [older, newest]) target.index(id);
  const memo = await memoOf();
  yes(await backupRetain.observe({}, target, memo));
  await backupRetain.apply({}, target, memo);
  expect(await ids()).toEqual([newest, older]);
  expect(target.writes).toEqual([]);
});

test('removes nothing that the plan did not name', async () => {
  target.index(newest);
  const memo = await memoOf();
  for (const id of [oldest, older, coming]) target.index(id);
  yes(await backupRetain.observe({}, target, memo));
});

test('never touches backups of other clusters, of other claims, or broken entries', async () => {
  const identity = { ...manifestOf(oldest).identity, cluster: 'other' };
  target.index(oldest, { manifest: { identity } });
  target.index(older, { claim: 'another' });
  target.put({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'galera-backup-lab-x',
      namespace: 'openstack',
      labels: { 'app.kubernetes.io/managed-by': 'galera-runbook', 'galera-runbook/kind': 'backup' },
    },
    data: {},
  });
  for (const id of ['20261119T060000Z', newest]) target.index(id);
  expect(await memoOf()).toEqual({ remove: ['20261119T060000Z'] });
});

test('the index keeps its entries when the runner fails', async () => {
  for (const id of [older, newest]) target.index(id);
  const memo = await memoOf();
  target.index(coming);
  target.outcomes = {};
  await expect(backupRetain.apply({}, target, memo)).rejects.toThrow();
  expect(await ids()).toEqual([coming, newest, older]);
});

test.each([
  ['that nobody has read again', 'none', {}],
  ['whose archive was not there for a while', 'failed', { gone: true }],
])('keeps backups %s until enough good ones are there', async (_what, level, more) => {
  for (const id of [oldest, older]) {
    target.index(id, { level });
    target.change('ConfigMap', `galera-backup-lab-${id.toLowerCase()}`, (map) => {
      const proof = { ...JSON.parse(map.data['proof.json']), ...more };
      return { ...map, data: { ...map.data, 'proof.json': JSON.stringify(proof) } };
    });
  }
  target.index(newest);
  expect(await memoOf({ 'after-backup': false })).toEqual({ remove: [] });
  expect(await memoOf()).toEqual({ remove: [oldest, older] });
});

test('removes what was read and found broken as soon as a newer one is good', async () => {
  target.index(oldest, { level: 'failed' });
  target.index(newest);
  expect(await memoOf({ 'after-backup': false })).toEqual({ remove: [oldest] });
});
