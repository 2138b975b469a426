import { expect, test } from 'vitest';
import { galeraReadPositions } from '../../src/actions/galera-read-positions.ts';
import { failureFrom } from './fail.ts';
import { FakeCluster } from './fake-restore.ts';
import { refusal, yes } from './fake-target.ts';

test("every stopped member's position is read from its volume, with one state UUID", async () => {
  const target = new FakeCluster().stopped();
  expect(refusal(await galeraReadPositions.observe({}, target, {})).is).toBe('not-so');
  await galeraReadPositions.apply({}, target, {});
  const seen = yes(await galeraReadPositions.observe({}, target, {}));
  expect(seen.says).toBe('known on 3 of 3, one state UUID 36553af3');
  expect(seen.output.positions).toHaveLength(3);
});

test('a position that is not known is a warning, and never a number', async () => {
  const target = new FakeCluster().stopped();
  Object.assign(target.volumes[1] ?? {}, { source: 'empty' });
  await galeraReadPositions.apply({}, target, {});
  const seen = yes(await galeraReadPositions.observe({}, target, {}));
  expect(seen.says).toContain('known on 2 of 3');
  expect(seen.warnings?.[0]).toContain('mariadb-server-1 unknown');
  expect((seen.output.positions as { seqno: unknown }[])[1]?.seqno).toBeNull();
});

test('nothing is read while a member runs', async () => {
  const failed = await failureFrom(galeraReadPositions.apply({}, new FakeCluster(), {}));
  expect(failed).toMatchObject({ kind: 'unsafe', found: '3 replicas' });
});
