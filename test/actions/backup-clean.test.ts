import { beforeEach, expect, test } from 'vitest';
import { backupClean } from '../../src/actions/backup-clean.ts';
import { backupReconcile } from '../../src/actions/backup-reconcile.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { failureFrom, planned } from './fail.ts';
import { FakeTarget, manifestOf, refusal, yes } from './fake-target.ts';
import { broken, complete, copying, partial, volumeHas } from './fake-volume.ts';

/** Two days and more old, and younger than one. */
const [first, second, fresh] = ['20261118T050000Z', '20261119T050000Z', '20261121T010000Z'] as const;

let target: FakeTarget;
beforeEach(() => {
  target = new FakeTarget();
  target.outcomes = {
    remove: (spec) => ({ result: { rows: (spec.values.IDS ?? '').split(' ').map((id) => ({ id, bytes: 1024 })) } }),
  };
});

async function read(run: string, ...rows: readonly JsonObject[]): Promise<void> {
  volumeHas(target, ...rows);
  target.at = { run, step: 'reconcile', attempt: 1 };
  await backupReconcile.apply({}, target, {});
  target.at = { run, step: 'clean', attempt: 1 };
}

const plan = async () => planned(await backupClean.plan({}, target));

async function clean(memo: JsonObject) {
  await backupClean.apply({}, target, memo);
  return yes(await backupClean.observe({}, target, memo));
}

const removals = () => target.started.filter(({ verb }) => verb === 'remove').map(({ values }) => values.IDS);

test('removes what an earlier reading found and this run has found again', async () => {
  await read('earlie', partial(first), broken(second));
  const { memo, effects, says } = await plan();
  expect(says).toEqual([`removes ${first}, ${second}, as of 0 s ago`]);
  expect(effects[0]).toEqual({
    object: 'claim galera-backups',
    field: `lab/${first}`,
    from: 'partial, 4.77 MiB',
    to: 'removed: a copy that did not end',
  });
  await read('q8d4w6', partial(first), broken(second));
  expect(refusal(await backupClean.observe({}, target, memo)).text).toContain(`${first}, ${second} still there`);
  const { output, warnings } = await clean(memo);
  expect(output).toEqual({ removed: [first, second], bytes: 2048 });
  expect(warnings).toBeUndefined();
  expect(removals()).toEqual([`${first} ${second}`]);
});

test('leaves what became a backup since the plan, and tells what only this run has found', async () => {
  await read('earlie', partial(first));
  const { memo } = await plan();
  await read('q8d4w6', complete(first), partial(second));
  const { output, says, warnings } = await clean(memo);
  expect(output).toEqual({ removed: [], bytes: 0 });
  expect(says).toBe('nothing to remove');
  expect(warnings).toEqual([
    `${second}: found by this run, so not in its plan: galera-runbook backups prune once more`,
  ]);
  expect(removals()).toEqual([]);
});

test('plans nothing on a volume that was never read', async () => {
  expect(await plan()).toMatchObject({
    memo: { remove: [] },
    says: ['nothing to remove, the volume was not read yet'],
  });
});

test('refuses to act on what another run has read', async () => {
  await read('earlie', partial(first));
  const { memo } = await plan();
  target.at = { run: 'q8d4w6', step: 'clean', attempt: 1 };
  const failure = await failureFrom(backupClean.apply({}, target, memo));
  expect(failure).toMatchObject({ kind: 'refused', found: 'the last reading is of run earlie' });
  expect(removals()).toEqual([]);
});

test.each([
  ['younger than a day', () => [partial(fresh)]],
  ['with a whole backup of the same id beside it', () => [partial(first), complete(first)]],
  [
    'that the index knows',
    () => {
      target.index(first);
      return [broken(first)];
    },
  ],
  [
    'that a damaged entry of the index is named for',
    () => {
      target.index(first);
      target.change('ConfigMap', `galera-backup-lab-${first.toLowerCase()}`, (map) => ({ ...map, data: {} }));
      return [broken(first)];
    },
  ],
  ['of another cluster', () => [complete(first, { identity: { ...manifestOf(first).identity, cluster: 'other' } })]],
  ['whose name is no id', () => [broken('2026')]],
])('never removes a folder %s', async (_what, rows) => {
  await read('earlie', ...rows());
  expect((await plan()).memo).toEqual({ remove: [] });
});

test('never removes what a runner has begun to work on since', async () => {
  await read('earlie', partial(first));
  const { memo } = await plan();
  await read('q8d4w6', partial(first));
  copying(target, first);
  expect((await clean(memo)).output.removed).toEqual([]);
});

test('a second start after the Job only writes down that they are gone', async () => {
  await read('earlie', partial(first));
  const { memo } = await plan();
  await read('q8d4w6', partial(first));
  const { patch } = target.kube;
  target.kube.patch = async () => {
    throw new Error('killed');
  };
  await expect(backupClean.apply({}, target, memo)).rejects.toThrow('killed');
  target.kube.patch = patch;
  expect((await clean(memo)).output.removed).toEqual([first]);
  expect(removals()).toHaveLength(1);
});
