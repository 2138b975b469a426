import { beforeEach, describe, expect, test } from 'vitest';
import { fail } from '../../src/base/failure.ts';
import { ClusterMirror, mirroredRuns, type RememberedMirrors, readMirrors } from '../../src/commands/cluster-mirror.ts';
import { Remembered } from '../../src/commands/remembered.ts';
import { failureFrom } from '../actions/fail.ts';
import { FakeTarget } from '../actions/fake-target.ts';
import { backupRun } from '../record/canned-runs.ts';

let target: FakeTarget;
beforeEach(() => {
  target = new FakeTarget();
});

const mirror = () => new ClusterMirror(target.kube, 'openstack', 'q8d4w6', '# A runbook');
const mirrored = async () => (await mirroredRuns(target.kube, 'openstack'))[0]?.events.length;

describe('the mirror of a run', () => {
  test('is written, written over, and left alone where nothing is new', async () => {
    const ours = mirror();
    for (const count of [2, 3, 3]) await ours.push(backupRun.slice(0, count));
    expect(target.writes).toEqual([
      'create ConfigMap galera-runbook-run-q8d4w6',
      'patch ConfigMap galera-runbook-run-q8d4w6',
    ]);
    expect(await mirrored()).toBe(3);
  });

  test('takes effects that are begun in parallel one after the other', async () => {
    const ours = mirror();
    await Promise.all([2, 3, 4].map((count) => ours.push(backupRun.slice(0, count))));
    expect(await mirrored()).toBe(4);
  });

  test('of a run that another process has taken over is not written over', async () => {
    const stale = mirror();
    await stale.push(backupRun.slice(0, 2));
    await mirror().push(backupRun.slice(0, 4));
    const failed = await failureFrom(stale.push(backupRun.slice(0, 3)));
    expect(failed).toMatchObject({ kind: 'held', found: 'another process has written it since' });
    expect(await mirrored()).toBe(4);
  });

  test('that somebody has deleted is not made anew', async () => {
    const ours = mirror();
    await ours.push(backupRun.slice(0, 2));
    target.objects.delete('ConfigMap/openstack/galera-runbook-run-q8d4w6');
    expect((await failureFrom(ours.push(backupRun.slice(0, 3)))).found).toBe('somebody has deleted it');
  });

  test('goes on after answers that were lost, whether or not they took effect', async () => {
    const ours = mirror();
    const { create, patch } = target.kube;
    const lost = () => fail('unknown', 'an answer', 'the connection was dropped', 'ask again');
    target.kube.create = async (object) => {
      await create(object);
      return lost();
    };
    await failureFrom(ours.push(backupRun.slice(0, 2)));
    target.kube.patch = async (...args) => {
      await patch(...args);
      return lost();
    };
    await failureFrom(ours.push(backupRun.slice(0, 3)));
    target.kube.patch = async () => lost();
    await failureFrom(ours.push(backupRun.slice(0, 4)));
    target.kube.patch = patch;
    await ours.push(backupRun.slice(0, 5));
    expect(await mirrored()).toBe(5);
  });

  test('is unpacked once by who remembers it, and again when it was written since', async () => {
    const remembered: RememberedMirrors = new Remembered();
    const read = async () => (await readMirrors(target.kube, 'openstack', remembered))[0];
    const ours = mirror();
    await ours.push(backupRun.slice(0, 2));
    const first = await read();
    expect(await read()).toBe(first);
    await ours.push(backupRun.slice(0, 3));
    expect(await read()).toMatchObject({ events: { length: 3 } });
  });

  test('is forgotten by who remembers it when it is gone', async () => {
    const remembered: RememberedMirrors = new Remembered();
    await mirror().push(backupRun.slice(0, 2));
    const [first] = await readMirrors(target.kube, 'openstack', remembered);
    const { list } = target.kube;
    target.kube.list = async () => [];
    expect(await readMirrors(target.kube, 'openstack', remembered)).toEqual([]);
    target.kube.list = list;
    const [again] = await readMirrors(target.kube, 'openstack', remembered);
    expect(again).toEqual(first);
    expect(again).not.toBe(first);
  });

  test('bears a label that somebody else puts on it', async () => {
    const ours = mirror();
    await ours.push(backupRun.slice(0, 2));
    target.change('ConfigMap', 'galera-runbook-run-q8d4w6', (map) => ({
      ...map,
      metadata: { ...map.metadata, annotations: { seen: 'yes' } },
    }));
    await ours.push(backupRun.slice(0, 3));
    expect(await mirrored()).toBe(3);
  });
});
