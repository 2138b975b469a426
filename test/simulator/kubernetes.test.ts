import { expect, test } from 'vitest';
import { Conflict, type Ref } from '../../src/target/kubernetes.ts';
import { Bench, backupVolume, memberClaim, memberNames, namespace } from './bench.ts';

const map = (name: string, data: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
});
const mapRef = (name: string): Ref => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name });
const setRef: Ref = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name: 'mariadb-server' };
const pods = (bench: Bench) =>
  Object.values(bench.world.objects)
    .filter(({ kind }) => kind === 'Pod')
    .map(({ metadata }) => metadata.name)
    .toSorted();

test('an object that is made has a uid, a resourceVersion and a time, and its name is taken', async () => {
  const { kube } = new Bench().ports;
  const made = await kube.create(map('one'));
  expect(made.metadata).toMatchObject({ uid: expect.any(String), generation: 1, resourceVersion: expect.any(String) });
  await expect(kube.create(map('one'))).rejects.toThrow(Conflict);
  await expect(kube.create(map('one'))).rejects.toThrow('already exists');
});

test('a patch merges, null removes, and the guard is held', async () => {
  const { kube } = new Bench().ports;
  const { metadata } = await kube.create(map('one', { a: '1', b: '2' }));
  const uid = metadata.uid ?? '';
  const patched = await kube.patch(mapRef('one'), { data: { a: null, c: '3' } }, { uid });
  expect(patched.data).toEqual({ b: '2', c: '3' });
  expect(patched.metadata.resourceVersion).not.toBe(metadata.resourceVersion);
  const old = { uid, resourceVersion: metadata.resourceVersion ?? '' };
  await expect(kube.patch(mapRef('one'), { data: { d: '4' } }, old)).rejects.toThrow('has been modified');
  await expect(kube.patch(mapRef('one'), {}, { uid: 'another' })).rejects.toThrow(Conflict);
  await expect(kube.patch(mapRef('two'), {}, { uid })).rejects.toThrow('it is gone');
});

test('a patch that changes nothing makes no new version, one that changes the spec a new generation', async () => {
  const { kube } = new Bench().ports;
  const before = await kube.get(setRef);
  const uid = before?.metadata.uid ?? '';
  const same = await kube.patch(setRef, { spec: { replicas: 3 } }, { uid });
  expect(same.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
  const labelled = await kube.patch(setRef, { metadata: { labels: { a: 'b' } } }, { uid });
  expect(labelled.metadata.generation).toBe(before?.metadata.generation);
  const scaled = await kube.patch(setRef, { spec: { replicas: 2 } }, { uid });
  expect(scaled.metadata.generation).toBe((before?.metadata.generation ?? 0) + 1);
});

test('removing is for exactly this object, and gone already is fine', async () => {
  const { kube } = new Bench().ports;
  const { metadata } = await kube.create(map('one'));
  await expect(kube.remove(mapRef('one'), 'another')).rejects.toThrow(Conflict);
  await kube.remove(mapRef('one'), metadata.uid ?? '');
  await kube.remove(mapRef('one'), metadata.uid ?? '');
  expect(await kube.get(mapRef('one'))).toBeUndefined();
});

test('a ConfigMap has its limit', async () => {
  const { kube } = new Bench().ports;
  await expect(kube.create(map('large', { a: 'x'.repeat(1024 * 1024 + 1) }))).rejects.toThrow('Too long');
});

test('a right that is missing is a refusal that names it, and changes nothing', async () => {
  const bench = new Bench().fault({ do: 'deny', right: 'create configmaps' });
  await expect(bench.ports.kube.create(map('one'))).rejects.toMatchObject({
    failure: { kind: 'refused', expected: expect.stringContaining('create configmaps in namespace openstack') },
  });
  bench.fault({ do: 'allow', right: 'create configmaps' });
  await expect(bench.ports.kube.create(map('one'))).resolves.toBeDefined();
});

test('without an API server nothing is known, and what runs in the cluster goes on', async () => {
  const bench = new Bench().fault({ do: 'api', up: false, forMs: 10_000 });
  const unknown = { failure: { kind: 'unknown' } };
  await expect(bench.ports.kube.get(setRef)).rejects.toMatchObject(unknown);
  await expect(bench.ports.kube.create(map('one'))).rejects.toMatchObject(unknown);
  await expect(bench.ports.sql.status(memberNames[0])).rejects.toMatchObject(unknown);
  const { seqno } = bench.dataset(0);
  bench.tick(11_000);
  expect(bench.dataset(0).seqno).toBeGreaterThan(seqno);
  await expect(bench.ports.kube.get(setRef)).resolves.toBeDefined();
});

test('an answer that is lost is unknown, and its write took place', async () => {
  const bench = new Bench().fault({ do: 'lose-answers', count: 1 });
  await expect(bench.ports.kube.create(map('one'))).rejects.toMatchObject({ failure: { kind: 'unknown' } });
  expect(await bench.ports.kube.get(mapRef('one'))).toBeDefined();
  await expect(bench.ports.kube.create(map('two'))).resolves.toBeDefined();
});

test('Parallel starts and stops all at once, OrderedReady one after the other', () => {
  const orders = (['Parallel', 'OrderedReady'] as const).map((podManagement) => {
    const bench = new Bench({ podManagement });
    bench.scale(0).tick(250);
    const going = Object.values(bench.world.objects).filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    bench.until(() => pods(bench).length === 0);
    bench.scale(3).tick(250);
    const begun = pods(bench).length;
    bench.until(() => bench.synced(0, 1, 2));
    return { going: going.length, begun };
  });
  expect(orders).toEqual([
    { going: 3, begun: 3 },
    { going: 1, begun: 1 },
  ]);
});

test('scaling keeps claims and volumes, and a member finds its data again', () => {
  const bench = new Bench({ writes: 0 });
  const before = bench.sums(1);
  bench.stop();
  expect(Object.keys(bench.world.objects).filter((key) => key.startsWith('PersistentVolumeClaim/'))).toHaveLength(4);
  bench.scale(3).until(() => bench.synced(0, 1, 2));
  expect(bench.sums(1)).toEqual(before);
});

test('scaling takes claims and volumes with it where the StatefulSet says so', () => {
  const bench = new Bench({ whenScaled: 'Delete' });
  bench.scale(2).until(() => Object.keys(bench.world.volumes).length === 3);
  expect(Object.keys(bench.world.objects)).not.toContain(`PersistentVolumeClaim/${namespace}/${memberClaim(2)}`);
  expect(bench.synced(0, 1)).toBe(true);
});

test('a container that ends again and again waits longer each time', () => {
  const bench = new Bench().fault({ do: 'crash-always', member: memberNames[1], on: true });
  bench.tick(60_000);
  const [status] = bench.world.objects[`Pod/${namespace}/${memberNames[1]}`]?.status.containerStatuses ?? [];
  expect(status.restartCount).toBeGreaterThan(2);
  expect(status.state.waiting.reason).toBe('CrashLoopBackOff');
  bench.fault({ do: 'crash-always', member: memberNames[1], on: false }).until(() => bench.synced(0, 1, 2));
});

test('a pod of a Kubernetes node without power stays as it was last seen, and its deletion does not end', () => {
  const bench = new Bench().fault({ do: 'node-down', node: 'node2' });
  bench.tick(10_000).scale(2).tick(60_000);
  const pod = bench.world.objects[`Pod/${namespace}/${memberNames[2]}`];
  expect(pod?.metadata.deletionTimestamp).toBeDefined();
  expect(bench.world.objects['Node//node2']?.status.conditions).toEqual([{ type: 'Ready', status: 'Unknown' }]);
  bench.fault({ do: 'node-up', node: 'node2' }).until(() => pods(bench).length === 2);
});

const backups = { claim: 'galera-backups', mountPath: '/backups', readOnly: true };
const list = { BACKUPS: '/backups/practice' };

test('a Job of this name that is there already is taken as found', async () => {
  const bench = new Bench();
  const more = { name: 'galera-runbook-t3s7t9-list-1', attempt: 1 };
  await bench.start('list', list, [backups], more);
  await bench.start('list', list, [backups], more);
  expect((await bench.ended(more.name)).phase).toBe('succeeded');
  await expect(bench.start('list', list, [backups], { ...more, step: 'other' })).rejects.toThrow(Conflict);
});

test('a Job goes from pending to running to its end, and says how', async () => {
  const bench = new Bench();
  const name = await bench.start('list', list, [backups]);
  expect(await bench.report(name)).toMatchObject({ phase: 'pending' });
  bench.stage('list', 'start');
  expect(await bench.report(name)).toMatchObject({ phase: 'running' });
  expect(await bench.ended(name)).toMatchObject({
    phase: 'succeeded',
    result: { rows: [], rowCount: 0 },
    volumes: [{ claim: 'galera-backups', totalBytes: bench.world.volumes[backupVolume]?.totalBytes }],
  });
  await bench.ports.jobs.remove(namespace, name);
  bench.tick(1000);
  expect(pods(bench)).toEqual([...memberNames]);
  expect(Object.keys(bench.world.logs)).toEqual([...memberNames]);
  expect(await bench.ports.jobs.report(namespace, name)).toBeUndefined();
});

test('a Job that is stopped runs its trap and is failed', async () => {
  const bench = new Bench();
  const name = await bench.start('list', list, [backups]);
  bench.stage('list', 'start');
  await bench.ports.jobs.stop(namespace, name, 60_000);
  const report = await bench.report(name);
  expect(report).toMatchObject({ phase: 'failed', failure: { found: 'it was stopped' } });
  expect(report.log).toContain('@@galera-runbook failed');
});

test('a Job past its deadline is ended', async () => {
  const bench = new Bench();
  const name = await bench.start('list', list, [backups], { deadlineMs: 1000 });
  bench.tick(5000);
  expect(await bench.report(name)).toMatchObject({
    phase: 'failed',
    failure: { found: 'it was still at work and was ended' },
  });
});

test('a Job whose pod was killed says so, and has no result', async () => {
  const bench = new Bench();
  const name = await bench.start('list', list, [backups]);
  bench.stage('list', 'start').fault({ do: 'kill-runners', verb: 'list' });
  const report = await bench.ended(name);
  expect(report.phase).toBe('failed');
  expect(report.failure?.found).toContain('exit code 137');
  expect(report.result).toBeUndefined();
});

test('a runner waits for a volume that another Kubernetes node holds', async () => {
  const bench = new Bench({ backupMode: 'ReadWriteOncePod' });
  const first = await bench.start('list', list, [backups]);
  bench.tick(750);
  const second = await bench.start('list', list, [backups]);
  bench.tick(500);
  expect((await bench.report(second)).waiting).toContain('ReadWriteOncePod');
  expect((await bench.ended(first)).phase).toBe('succeeded');
  expect((await bench.ended(second)).phase).toBe('succeeded');
});

test("a runner on a member's volume goes to that member's Kubernetes node, and nowhere when that is down", async () => {
  const bench = new Bench();
  const data = { claim: memberClaim(1), mountPath: '/data', readOnly: true };
  const name = await bench.start('measure', { DATADIR: '/data' }, [data]);
  bench.stage('measure', 'start');
  const pod = Object.values(bench.world.objects).find(
    ({ kind, metadata }) => kind === 'Pod' && metadata.name.startsWith(name),
  );
  expect(pod?.spec.nodeName).toBe('node1');
  await bench.ended(name);
  bench.fault({ do: 'node-down', node: 'node1' });
  const other = await bench.start('measure', { DATADIR: '/data' }, [data]);
  bench.tick(2000);
  expect(await bench.report(other)).toMatchObject({ phase: 'pending', waiting: expect.stringContaining('affinity') });
});

test("a lease is one holder's; it is renewed while time passes, and taken over only after silence", async () => {
  const bench = new Bench();
  const [mine, other] = [bench.ports.lease('a'), bench.ports.lease('b')];
  expect(await mine.acquire('sre1@a/1', 'k7m2q9')).toEqual({ got: true });
  expect(await other.acquire('sre2@b/2', 'x2y3z4')).toMatchObject({
    got: false,
    by: { holder: 'sre1@a/1', run: 'k7m2q9' },
  });
  const stop = mine.keep(() => undefined);
  expect(await other.takeOver('sre2@b/2', 'x2y3z4')).toMatchObject({ got: false });
  expect(await mine.verify()).toBe(true);
  stop();
  expect(await other.takeOver('sre2@b/2', 'x2y3z4')).toEqual({ got: true });
  expect(await mine.verify()).toBe(false);
});
