import { beforeEach, describe, expect, test } from 'vitest';
import { statefulsetStop } from '../../src/actions/statefulset-stop.ts';
import { failureFrom, planned, refused } from './fail.ts';
import { FakeCluster } from './fake-restore.ts';
import { refusal, yes } from './fake-target.ts';

let target: FakeCluster;
const scales: number[] = [];

beforeEach(() => {
  target = new FakeCluster();
  scales.length = 0;
  const patch = target.kube.patch;
  target.kube.patch = async (ref, change, guard) => {
    scales.push((change as { spec: { replicas: number } }).spec.replicas);
    return await patch(ref, change, guard);
  };
});

async function stop() {
  const { memo } = planned(await statefulsetStop.plan({}, target));
  await statefulsetStop.apply({}, target, memo);
  return await statefulsetStop.observe({}, target, memo);
}

describe('statefulset.stop', () => {
  test('stops one after the other, so that ordinal 0 keeps its quorum and has the highest position', async () => {
    const seen = yes(await stop());
    expect(scales).toEqual([2, 1, 0]);
    expect(target.volumes.map(({ seqno }) => Number(seqno))).toEqual([102, 101, 100]);
    expect(seen.says).toBe("replicas 3 -> 0, no pod mounts a member's volume");
    expect(seen.output).toEqual({ replicas: 3, members: ['mariadb-server-0', 'mariadb-server-1', 'mariadb-server-2'] });
    expect(target.annotations).toEqual({ 'galera-runbook/replicas': '3' });
  });

  test('owes the start of as many members as there were', async () => {
    const [debt] = planned(await statefulsetStop.plan({}, target)).debts;
    expect(debt?.payWith).toEqual({
      action: 'galera.start',
      input: { replicas: 3, 'state-dump': 'refuse', run: 'n5g1s7', generation: 1 },
    });
  });

  test('stops a cluster that is down at once', async () => {
    target.meanwhile = () => undefined;
    for (const name of target.members) target.silence(name);
    target.members.clear();
    target.meanwhile = () => target.settle();
    yes(await stop());
    expect(scales).toEqual([0]);
  });

  test('goes on where a first start was cut short, with the members that there were', async () => {
    const { memo } = planned(await statefulsetStop.plan({}, target));
    target.change('StatefulSet', 'mariadb-server', (set) => ({
      ...set,
      metadata: { ...set.metadata, annotations: { 'galera-runbook/replicas': '3' } },
    }));
    target.scaleTo(1);
    await statefulsetStop.apply({}, target, memo);
    expect(scales).toEqual([0]);
    expect(yes(await statefulsetStop.observe({}, target, memo)).output.replicas).toBe(3);
  });

  test('is so already when all are stopped', async () => {
    target.stopped();
    const { memo, debts } = planned(await statefulsetStop.plan({}, target));
    yes(await statefulsetStop.observe({}, target, memo));
    expect(debts).toHaveLength(1);
  });

  test('is refused where scaling down would delete the claims', async () => {
    target.change('StatefulSet', 'mariadb-server', (set) => ({
      ...set,
      spec: { ...set.spec, persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } },
    }));
    expect(refused(await statefulsetStop.plan({}, target)).found).toContain('whenScaled is Delete');
  });

  test('stops nothing when somebody has scaled it since the plan', async () => {
    const { memo } = planned(await statefulsetStop.plan({}, target));
    target.change('StatefulSet', 'mariadb-server', (set) => ({ ...set, spec: { ...set.spec, replicas: 5 } }));
    expect(await failureFrom(statefulsetStop.apply({}, target, memo))).toMatchObject({
      kind: 'refused',
      expected: 'StatefulSet mariadb-server with replicas 3, as it was planned',
      found: 'replicas 5: somebody has scaled it since',
    });
    expect(scales).toEqual([]);
  });

  test('stops nothing when somebody has put the selector back that this run has cut', async () => {
    const { memo } = planned(await statefulsetStop.plan({}, target));
    target.at = { ...target.at, owes: ['traffic:mariadb'] };
    const failure = await failureFrom(statefulsetStop.apply({}, target, memo));
    expect(failure).toMatchObject({ kind: 'refused', expected: 'Service mariadb cut by run n5g1s7, as it left it' });
    expect(failure.next).toContain(`{"spec":{"selector":{"galera-runbook/cut":"n5g1s7"}}}`);
    expect(scales).toEqual([]);
  });

  test('is refused where something else owns the StatefulSet', async () => {
    target.change('StatefulSet', 'mariadb-server', (set) => ({
      ...set,
      metadata: { ...set.metadata, ownerReferences: [{ kind: 'Galera', name: 'db', uid: 'x' }] },
    }));
    expect(refused(await statefulsetStop.plan({}, target)).found).toContain('Galera db');
  });

  test.each([
    [
      'an autoscaler',
      () =>
        target.put({
          apiVersion: 'autoscaling/v2',
          kind: 'HorizontalPodAutoscaler',
          metadata: { name: 'scaler', namespace: 'openstack' },
          spec: { scaleTargetRef: { kind: 'StatefulSet', name: 'mariadb-server' } },
        }),
      'HorizontalPodAutoscaler scaler',
    ],
    [
      'Argo CD',
      () =>
        target.change('StatefulSet', 'mariadb-server', (set) => ({
          ...set,
          metadata: { ...set.metadata, annotations: { 'argocd.argoproj.io/tracking-id': 'x' } },
        })),
      'argocd.argoproj.io/tracking-id',
    ],
    [
      'a retention policy that deletes',
      () =>
        target.change('StatefulSet', 'mariadb-server', (set) => ({
          ...set,
          spec: { ...set.spec, persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } },
        })),
      'whenScaled is Delete',
    ],
  ])('stops nothing when %s has come since the plan', async (_what, come, says) => {
    const { memo } = planned(await statefulsetStop.plan({}, target));
    come();
    const failed = await failureFrom(statefulsetStop.apply({}, target, memo));
    expect(failed.kind).toBe('refused');
    expect(failed.found).toContain(says);
    expect(scales).toEqual([]);
  });

  test('with serving: refuse stops nothing of a cluster that came back while the gate was open', async () => {
    const { memo, says } = planned(await statefulsetStop.plan({ serving: 'refuse' }, target));
    expect(says.join(' ')).toContain('when a member is Primary by then');
    const failed = await failureFrom(statefulsetStop.apply({ serving: 'refuse' }, target, memo));
    expect(failed).toMatchObject({ kind: 'refused', found: expect.stringContaining('the cluster serves') });
    expect(scales).toEqual([]);
  });

  test('with serving: refuse stops nothing while a member is Ready and does not say what it is', async () => {
    target.meanwhile = () => undefined;
    for (const name of target.members) target.silence(name);
    const failed = await failureFrom(statefulsetStop.apply({ serving: 'refuse' }, target, { replicas: 3 }));
    expect(failed.kind).toBe('unknown');
    expect(scales).toEqual([]);
  });

  test('with serving: refuse stops a cluster that is down', async () => {
    target.crashed(['100', '100', '100']);
    target.scaleTo(3);
    await statefulsetStop.apply({ serving: 'refuse' }, target, { replicas: 3 });
    expect(scales).toEqual([0]);
  });

  test('ends when somebody scales it meanwhile', async () => {
    target.meanwhile = () => target.scaleTo(3);
    const failure = await failureFrom(stop());
    expect(failure.found).toContain('somebody scales it');
  });

  test('waits for a pod that stays Terminating, names it, and gives up at its deadline', async () => {
    target.stuck.add('mariadb-server-2');
    const { memo } = planned(await statefulsetStop.plan({}, target));
    const failure = await failureFrom(statefulsetStop.apply({}, target, memo));
    expect(failure.found).toContain('mariadb-server-2 (Terminating on node2)');
    expect(refusal(await statefulsetStop.observe({}, target, memo)).is).toBe('not-so');
  });

  test('a runner that still mounts a volume is waited for', async () => {
    target.stopped();
    target.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'old-runner', namespace: 'openstack' },
      spec: { volumes: [{ persistentVolumeClaim: { claimName: 'mysql-data-mariadb-server-1' } }] },
      status: { phase: 'Running' },
    });
    expect(refusal(await statefulsetStop.observe({}, target, { replicas: 3 })).text).toContain(
      'pod old-runner mounts mysql-data-mariadb-server-1',
    );
  });
});
