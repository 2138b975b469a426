import { afterEach, describe, expect, it } from 'vitest';
import type { Failure } from '../../src/base/failure.ts';
import { KubeJobs } from '../../src/kubernetes/jobs.ts';
import { KubeObjects } from '../../src/kubernetes/objects.ts';
import type { JobReport, RunnerSpec } from '../../src/target/jobs.ts';
import { Conflict } from '../../src/target/kubernetes.ts';
import { type Asked, type FakeApi, fakeApi, type Reply, statusReply } from './fake-api.ts';

const spec: RunnerSpec = {
  name: 'galera-runbook-r1-copy-1',
  run: 'r1',
  step: 'copy',
  attempt: 1,
  verb: 'copy',
  values: {},
  place: {
    namespace: 'openstack',
    image: 'galera',
    imagePullPolicy: 'IfNotPresent',
    imagePullSecrets: [],
    supplementalGroups: [],
    tolerations: [],
    mounts: [],
  },
  deadlineMs: 60_000,
};
const { name } = spec;

/** What is in the cluster: one Job, its pods, a log, events. Pods are deleted when the Job is suspended, as its controller does. */
interface World {
  job?: object;
  pods: object[];
  log: Reply;
  events: Reply;
  /** The rest of the log, said while the pod ends. */
  lastWords?: string;
}

let api: FakeApi | undefined;
afterEach(async () => {
  await api?.close();
});

async function cluster(world: Partial<World>): Promise<{ jobs: KubeJobs; world: World; asked: Asked[] }> {
  const all: World = {
    pods: [],
    log: { status: 200, text: '' },
    events: { status: 200, json: { items: [] } },
    ...world,
  };
  api = await fakeApi(async ({ method, path, query, body }) => {
    if (path.endsWith('/log')) {
      if (query.follow === undefined) return all.log;
      while (all.pods.length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      return { status: 200, text: all.lastWords ?? '' };
    }
    if (path.endsWith('/events')) return all.events;
    if (path.endsWith('/pods')) return { status: 200, json: { items: all.pods } };
    if (method === 'POST') {
      if (all.job) return statusReply(409, 'AlreadyExists', `jobs.batch "${name}" already exists`);
      all.job = body;
    }
    if (method === 'PATCH') {
      all.job = { ...all.job, spec: { ...body.spec } };
      setTimeout(() => all.pods.splice(0), 20);
    }
    if (method === 'DELETE') {
      all.job = undefined as unknown as object;
      all.pods.splice(0);
    }
    return all.job ? { status: 200, json: all.job } : statusReply(404, 'NotFound', 'no such job');
  });
  return { jobs: new KubeJobs(new KubeObjects(api.http), { pollMs: 2 }), world: all, asked: api.asked };
}

async function reportOf(world: Partial<World>): Promise<JobReport> {
  const { jobs } = await cluster(world);
  const report = await jobs.report('openstack', name);
  if (report === undefined) throw new Error('no report');
  return report;
}

const job = (status: object = {}, spec: object = {}) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'openstack', uid: 'j1' },
  spec,
  status,
});
const ended = (type: 'Complete' | 'Failed', reason = '', message = '') =>
  job({ conditions: [{ type, status: 'True', reason, message }] }, { activeDeadlineSeconds: 60 });
const pod = (status: object, created = '2026-11-21T05:00:00Z') => ({
  metadata: {
    name: `pod-${created.slice(17, 19)}`,
    namespace: 'openstack',
    uid: 'p1',
    creationTimestamp: created,
    ownerReferences: [{ uid: 'j1' }],
  },
  spec: { nodeName: 'node1', containers: [{ name: 'runner' }] },
  status,
});
const state = (phase: string, containerState: object, more: object = {}) => ({
  phase,
  containerStatuses: [{ state: containerState }],
  ...more,
});
const running = pod(state('Running', { running: {} }));
const exited = (exitCode: number, more: object = {}) =>
  pod(state(exitCode === 0 ? 'Succeeded' : 'Failed', { terminated: { exitCode, ...more } }));
const text = (log: string): Reply => ({ status: 200, text: log });
const result = '@@galera-runbook result {"bytes":7,"rowCount":0}\n';

describe('report', () => {
  it('of a Job that is not there is absent', async () => {
    const { jobs } = await cluster({});
    expect(await jobs.report('openstack', name)).toBeUndefined();
  });

  it('of one at work: its progress, from the last lines only', async () => {
    const { jobs, asked } = await cluster({
      job: job({ active: 1 }),
      pods: [running],
      log: text('begins\n@@galera-runbook progress {"phase":"copy","bytes":1,"total":2}\n'),
    });
    expect(await jobs.report('openstack', name)).toMatchObject({
      name,
      uid: 'j1',
      phase: 'running',
      progress: { phase: 'copy', bytes: 1, total: 2 },
      tail: ['begins'],
    });
    expect(asked.find(({ path }) => path.endsWith('/log'))?.query).toMatchObject({
      container: 'runner',
      tailLines: '60',
    });
    expect(asked.find(({ path }) => path.endsWith('/pods'))?.query.labelSelector).toBe(`job-name=${name}`);
  });

  it('of one that ended well: its result, from the whole log', async () => {
    const { jobs, asked } = await cluster({ job: ended('Complete'), pods: [exited(0)], log: text(`done\n${result}`) });
    expect(await jobs.report('openstack', name)).toMatchObject({
      phase: 'succeeded',
      result: { bytes: 7 },
      log: `done\n${result}`,
    });
    expect(asked.find(({ path }) => path.endsWith('/log'))?.query.tailLines).toBeUndefined();
  });

  it('has no result when the log has no trailer: the exit code alone is no success', async () => {
    const report = await reportOf({ job: ended('Complete'), pods: [exited(0)], log: text('done\n') });
    expect(report).toMatchObject({ phase: 'succeeded' });
    expect(report.result).toBeUndefined();
  });

  it('is unknown, not "no result", when the log of a success cannot be read now', async () => {
    const { jobs } = await cluster({ job: ended('Complete'), pods: [exited(0)], log: 'drop' });
    await expect(jobs.report('openstack', name)).rejects.toMatchObject({ failure: { kind: 'unknown' } });
  });

  it('goes without a log while it runs, and when it failed: the node may be lost', async () => {
    expect(await reportOf({ job: job(), pods: [running], log: 'drop' })).toMatchObject({
      phase: 'running',
      log: '',
      waiting: 'its log cannot be read (Kubernetes node node1): the connection broke',
    });
    expect(await reportOf({ job: ended('Failed'), pods: [exited(1)], log: 'drop' })).toMatchObject({ phase: 'failed' });
  });

  it('tells that the right to read logs is missing', async () => {
    const { jobs } = await cluster({
      job: job(),
      pods: [running],
      log: statusReply(403, 'Forbidden', 'User "x" cannot get resource "pods/log"'),
    });
    await expect(jobs.report('openstack', name)).rejects.toMatchObject({ failure: { kind: 'refused' } });
  });

  it("counts only the Job's own pods, and the newest first", async () => {
    const stranger = { ...running, metadata: { ...running.metadata, ownerReferences: [{ uid: 'other' }] } };
    expect(await reportOf({ job: job(), pods: [stranger] })).toMatchObject({ phase: 'pending' });
    const older = pod(state('Failed', { terminated: { exitCode: 1 } }), '2026-11-21T04:00:00Z');
    expect(await reportOf({ job: job(), pods: [older, running] })).toMatchObject({ phase: 'running' });
  });
});

describe('a runner that has ended before its Job is told so', () => {
  const atWork = job({ active: 1 }, { backoffLimit: 0 });
  const said = '@@galera-runbook failed {"expected":"a","found":"b","next":"c"}\n';
  const done = (exitCode: number) => pod(state('Running', { terminated: { exitCode } }));

  it('has succeeded with exit code 0 and its trailer, from the whole log', async () => {
    const { jobs, asked } = await cluster({ job: atWork, pods: [done(0)], log: text(result) });
    expect(await jobs.report('openstack', name)).toMatchObject({ phase: 'succeeded', result: { bytes: 7 } });
    expect(asked.find(({ path }) => path.endsWith('/log'))?.query.tailLines).toBeUndefined();
  });

  it('has failed with another exit code and its own sentences', async () => {
    const report = await reportOf({ job: atWork, pods: [done(1)], log: text(said) });
    expect(report).toMatchObject({ phase: 'failed', failure: { expected: 'a', found: 'b', next: 'c' } });
  });

  it.each([
    ['no trailer', 0, ''],
    ['no sentences', 1, ''],
    ['sentences but exit code 0', 0, said],
    ['a trailer but another exit code', 1, result],
  ])('has not ended yet with %s', async (_, exitCode, log) => {
    expect((await reportOf({ job: atWork, pods: [done(exitCode)], log: text(log) })).phase).toBe('running');
  });

  it('has not ended yet where its pod may be replaced', async () => {
    const job6 = job({ active: 1 }, { backoffLimit: 6 });
    expect((await reportOf({ job: job6, pods: [done(0)], log: text(result) })).phase).toBe('running');
  });
});

describe('a Job that waits says why', () => {
  const warning = (reason: string, message: string, lastTimestamp: string, type = 'Warning') => ({
    metadata: {},
    type,
    reason,
    message,
    lastTimestamp,
  });

  it('in the words of the scheduler', async () => {
    const conditions = [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: '0/3 nodes are available: 3 node(s) had volume node affinity conflict.',
      },
    ];
    expect(await reportOf({ job: job(), pods: [pod({ phase: 'Pending', conditions })] })).toMatchObject({
      phase: 'pending',
      waiting: 'Unschedulable: 0/3 nodes are available: 3 node(s) had volume node affinity conflict.',
    });
  });

  it('in the words of the kubelet', async () => {
    const waiting = { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "galera"' } };
    expect((await reportOf({ job: job(), pods: [pod(state('Pending', waiting))] })).waiting).toBe(
      'ImagePullBackOff: Back-off pulling image "galera"',
    );
  });

  it('from events where the state says nothing: volumes, quotas, policies', async () => {
    const events: Reply = {
      status: 200,
      json: {
        items: [
          warning('FailedMount', 'old', '2026-11-21T05:00:00Z'),
          warning('FailedAttachVolume', 'Multi-Attach error for volume "pvc-1"', '2026-11-21T05:01:00Z'),
          warning('Scheduled', 'fine', '2026-11-21T05:02:00Z', 'Normal'),
        ],
      },
    };
    const creating = pod(state('Pending', { waiting: { reason: 'ContainerCreating' } }));
    const { jobs, asked } = await cluster({ job: job(), pods: [creating], events });
    expect((await jobs.report('openstack', name))?.waiting).toBe(
      'FailedAttachVolume: Multi-Attach error for volume "pvc-1"',
    );
    expect(asked.at(-1)?.query.fieldSelector).toBe('involvedObject.uid=p1');
    expect(
      (
        await reportOf({
          job: job(),
          events: { status: 200, json: { items: [warning('FailedCreate', 'exceeded quota: few', '1')] } },
        })
      ).waiting,
    ).toBe('FailedCreate: exceeded quota: few');
  });

  it('as well as it can without the right to read events, asking once', async () => {
    const { jobs, asked } = await cluster({
      job: job(),
      events: statusReply(403, 'Forbidden', 'User "x" cannot list resource "events"'),
    });
    for (let i = 0; i < 3; i++)
      expect((await jobs.report('openstack', name))?.waiting).toBe('its pod is not there yet');
    expect(asked.filter(({ path }) => path.endsWith('/events'))).toHaveLength(1);
  });
});

describe('a Job that failed', () => {
  const foundOf = async (world: Partial<World>) => (await reportOf(world)).failure?.found;

  it("says the runner's own three sentences", async () => {
    const log = text('@@galera-runbook failed {"expected":"2 GiB free","found":"1 GiB","next":"make room"}\n');
    expect((await reportOf({ job: ended('Failed', 'BackoffLimitExceeded'), pods: [exited(1)], log })).failure).toEqual({
      expected: '2 GiB free',
      found: '1 GiB',
      next: 'make room',
    });
  });

  it('says the exit code and the last line', async () => {
    expect(
      await foundOf({ job: ended('Failed', 'BackoffLimitExceeded'), pods: [exited(3)], log: text('tar: no space\n') }),
    ).toBe('exit code 3: tar: no space');
    expect(await foundOf({ job: ended('Failed', 'BackoffLimitExceeded'), pods: [exited(143)] })).toBe(
      'exit code 143, signal 15',
    );
  });

  it('says that memory was short', async () => {
    expect(
      await foundOf({ job: ended('Failed', 'BackoffLimitExceeded'), pods: [exited(137, { reason: 'OOMKilled' })] }),
    ).toBe('its container was killed: out of memory (OOMKilled)');
  });

  it('says that its deadline is over', async () => {
    expect((await reportOf({ job: ended('Failed', 'DeadlineExceeded'), pods: [] })).failure?.expected).toBe(
      `Job ${name} to end within 60 s`,
    );
  });

  it('says that its pod was evicted', async () => {
    const evicted = pod({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' });
    expect(await foundOf({ job: ended('Failed', 'BackoffLimitExceeded'), pods: [evicted] })).toBe(
      'Evicted: The node was low on resource: memory.',
    );
    const drained = pod({
      phase: 'Failed',
      conditions: [
        { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API' },
      ],
    });
    expect(await foundOf({ job: ended('Failed', 'BackoffLimitExceeded'), pods: [drained] })).toBe(
      'EvictionByEvictionAPI: Eviction API',
    );
  });

  it('says that its pod is gone', async () => {
    expect(await foundOf({ job: ended('Failed', 'BackoffLimitExceeded', 'too often'), pods: [] })).toBe(
      'its pod is gone (BackoffLimitExceeded: too often)',
    );
  });

  it('does not wait again when its pod has gone and its controller has not finished counting', async () => {
    const ending = job({ conditions: [{ type: 'FailureTarget', status: 'True', reason: 'DeadlineExceeded' }] });
    expect((await reportOf({ job: ending })).phase).toBe('running');
  });

  it("does not take the kubelet's excuse for its log", async () => {
    const { jobs, world } = await cluster({ job: job(), pods: [running], log: text('half way\n') });
    await jobs.report('openstack', name);
    world.log = text('unable to retrieve container logs for containerd://452c9a98ec96');
    expect(await jobs.report('openstack', name)).toMatchObject({ log: 'half way\n' });
  });

  it('warns of a pod that may still be at work', async () => {
    const lost = pod(state('Running', { running: {} }));
    expect(await foundOf({ job: ended('Failed', 'DeadlineExceeded'), pods: [lost] })).toContain(
      'pod pod-00 is still there, on Kubernetes node node1',
    );
  });

  it('keeps what was last seen of its log when the pod is gone', async () => {
    const { jobs, world } = await cluster({ job: job(), pods: [running], log: text('half way\n') });
    await jobs.report('openstack', name);
    world.job = ended('Failed', 'DeadlineExceeded');
    world.pods = [];
    expect(await jobs.report('openstack', name)).toMatchObject({
      phase: 'failed',
      log: 'half way\n',
      tail: ['half way'],
    });
  });
});

describe('start', () => {
  it('creates the Job', async () => {
    const { jobs, asked } = await cluster({});
    await jobs.start(spec);
    expect(asked).toMatchObject([
      { method: 'POST', path: '/apis/batch/v1/namespaces/openstack/jobs', body: { metadata: { name } } },
    ]);
  });

  it('takes the work of an earlier start as found', async () => {
    const { jobs } = await cluster({});
    await jobs.start(spec);
    await jobs.start(spec);
  });

  it('does not take another Job of that name for it, nor one that goes away', async () => {
    const { jobs, world } = await cluster({ job: job() });
    await expect(jobs.start(spec)).rejects.toBeInstanceOf(Conflict);
    world.job = undefined as unknown as object;
    await jobs.start(spec);
    const there = world.job as { metadata: object };
    world.job = { ...there, metadata: { ...there.metadata, deletionTimestamp: '2026-11-21T05:00:00Z' } };
    await expect(jobs.start(spec)).rejects.toMatchObject({ failure: { found: 'it is being deleted' } });
  });
});

describe('stop', () => {
  it('suspends the Job, waits for its pods, and keeps what the trap said', async () => {
    const lastWords = 'half way\ntrap: resynced\n';
    const { jobs, asked } = await cluster({
      job: job({ active: 1 }),
      pods: [running],
      log: text('half way\n'),
      lastWords,
    });
    await jobs.stop('openstack', name, 5_000);
    expect(asked.find(({ method }) => method === 'PATCH')?.body).toEqual({
      spec: { suspend: true },
      metadata: { uid: 'j1' },
    });
    expect(await jobs.report('openstack', name)).toMatchObject({
      phase: 'failed',
      log: lastWords,
      failure: { found: 'it was stopped' } satisfies Partial<Failure>,
    });
  });

  it('does not say that a Job is stopped whose pod is still there after the grace, and names the pod', async () => {
    const { jobs, world } = await cluster({ job: job({ active: 1 }), pods: [running] });
    world.pods.splice = () => [];
    await expect(jobs.stop('openstack', name, 30)).rejects.toMatchObject({
      failure: { kind: 'unknown', found: 'pod pod-00 on Kubernetes node node1 is still there' },
    });
    expect((await jobs.report('openstack', name))?.phase).toBe('running');
  });

  it('leaves a Job that has ended as it is, and one that is not there', async () => {
    const { jobs, asked, world } = await cluster({ job: ended('Complete'), pods: [exited(0)] });
    await jobs.stop('openstack', name, 5_000);
    world.job = undefined as unknown as object;
    await jobs.stop('openstack', name, 5_000);
    expect(asked.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});

describe('remove', () => {
  it('deletes exactly this Job in the background, and waits for its pods', async () => {
    const { jobs, asked } = await cluster({ job: ended('Complete'), pods: [exited(0)] });
    await jobs.remove('openstack', name);
    await jobs.remove('openstack', name);
    expect(asked.filter(({ method }) => method === 'DELETE')).toMatchObject([
      { body: { preconditions: { uid: 'j1' }, propagationPolicy: 'Background' } },
    ]);
  });
});
