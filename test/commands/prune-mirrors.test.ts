import { expect, test } from 'vitest';
import { ClusterMirror, mirroredRuns } from '../../src/commands/cluster-mirror.ts';
import { mirrorsKept, pruneMirrors } from '../../src/commands/prune-mirrors.ts';
import type { RunEvent } from '../../src/engine/event.ts';
import { FakeTarget } from '../actions/fake-target.ts';
import { backupRun, failedRun, restoreRun } from '../record/canned-runs.ts';

/** The same events as another run, so many days later. */
function as(run: string, events: readonly RunEvent[], days: number): readonly RunEvent[] {
  return events.map((event): RunEvent => {
    const later = { ...event, at: event.at + days * 86_400_000 };
    return later.type === 'run-started' ? { ...later, plan: { ...later.plan, run } } : later;
  });
}

test('mirrors of runs that are over are removed but for the newest; of an open run never, however old', async () => {
  const target = new FakeTarget();
  const push = (run: string, events: readonly RunEvent[]) =>
    new ClusterMirror(target.kube, 'openstack', run, '# A runbook').push(events);
  await push('owes', as('owes', failedRun, 0));
  await push('keeps', as('keeps', restoreRun, 0));
  await push('cutoff', as('cutoff', backupRun.slice(0, 11), 0));
  const over = Array.from({ length: mirrorsKept + 3 }, (_, day) => `over${day}`);
  for (const [day, run] of over.entries()) await push(run, as(run, backupRun, day + 1));
  const left = async () => (await mirroredRuns(target.kube, 'openstack')).map(({ run }) => run).toSorted();
  await pruneMirrors(target.kube, 'openstack', 'openstack/other');
  expect(await left()).toHaveLength(over.length + 3);
  await pruneMirrors(target.kube, 'openstack', 'openstack/lab');
  expect(await left()).toEqual(['owes', 'keeps', 'cutoff', ...over.slice(3)].toSorted());
});
