import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { FailureError } from '../../src/base/failure.ts';
import { Http } from '../../src/kubernetes/http.ts';
import { KubeObjects } from '../../src/kubernetes/objects.ts';
import { Conflict } from '../../src/target/kubernetes.ts';
import { type Asked, accessTo, type FakeApi, fakeApi, frozenOf, type Reply, statusReply } from './fake-api.ts';

const pod = { apiVersion: 'v1', kind: 'Pod', namespace: 'openstack', name: 'db-0' };
const pods = { apiVersion: 'v1', kind: 'Pod', namespace: 'openstack' };
const podJson = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'db-0', namespace: 'openstack', uid: 'u1' } };
const forbidden =
  'pods "db-0" is forbidden: User "tester" cannot get resource "pods" in API group "" in the namespace "openstack"';

let api: FakeApi | undefined;
afterEach(async () => {
  await api?.close();
  api = undefined;
});

async function answering(reply: (asked: Asked, number: number) => Reply): Promise<KubeObjects> {
  api = await fakeApi(reply);
  return new KubeObjects(api.http);
}

function asked(): Asked[] {
  return api?.asked ?? [];
}

async function failureOf(work: Promise<unknown>) {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(FailureError);
  return (thrown as FailureError).failure;
}

describe('reading an object', () => {
  it('gives the JSON as it is: unknown fields stay, times stay text', async () => {
    const odd = { ...podJson, spec: { brandNew: { deep: [1, 'two'] } }, status: { startTime: '2026-11-21T05:00:07Z' } };
    const objects = await answering(() => ({ status: 200, json: odd }));
    expect(await objects.get(pod)).toEqual(odd);
    expect(asked()[0]).toMatchObject({ method: 'GET', path: '/api/v1/namespaces/openstack/pods/db-0' });
    expect(asked()[0]?.headers.authorization).toBe('Bearer secret-token');
  });

  it('takes 404 with a Status for "there is none"', async () => {
    const objects = await answering(() => statusReply(404, 'NotFound', 'pods "db-0" not found'));
    expect(await objects.get(pod)).toBeUndefined();
  });

  it("takes a proxy's 404 for no answer at all: it must never say that an object is gone", async () => {
    const objects = await answering(() => ({ status: 404, text: '<html>404 page not found</html>' }));
    expect(await failureOf(objects.get(pod))).toMatchObject({
      kind: 'unknown',
      found: expect.stringContaining('page not found'),
    });
  });

  it("takes a login page's 200 for unknown, without quoting it", async () => {
    const objects = await answering(() => ({ status: 200, text: '<html>password: hunter2</html>' }));
    const found = await failureOf(objects.get(pod));
    expect(found.kind).toBe('unknown');
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  it('takes an answer about another object for unknown', async () => {
    const objects = await answering(() => ({ status: 200, json: { ...podJson, metadata: { name: 'db-1' } } }));
    expect(await failureOf(objects.get(pod))).toMatchObject({ kind: 'unknown' });
  });

  it('refuses on 403 and names right, user and what the server said', async () => {
    const objects = await answering(() => statusReply(403, 'Forbidden', forbidden));
    expect(await failureOf(objects.get(pod))).toEqual({
      kind: 'refused',
      expected: 'the right to get pods in namespace openstack for user tester (context fake)',
      found: forbidden,
      next: 'ask for the right, or use another context',
    });
    expect(asked()).toHaveLength(1);
  });

  it('renews credentials once on 401, then refuses', async () => {
    const objects = await answering(() => statusReply(401, 'Unauthorized', 'Unauthorized'));
    expect(await failureOf(objects.get(pod))).toMatchObject({
      kind: 'refused',
      next: expect.stringContaining('expired'),
    });
    expect(asked()).toHaveLength(2);
  });

  it.each([429, 500, 502, 503, 504])(
    'asks again after %i, three times in all, and takes the answer that comes',
    async (status) => {
      const objects = await answering((_, number) =>
        number < 2 ? statusReply(status, 'Trouble', 'etcdserver: request timed out') : { status: 200, json: podJson },
      );
      expect(await objects.get(pod)).toEqual(podJson);
      expect(asked()).toHaveLength(3);
    },
  );

  it('gives up as unknown after three 500', async () => {
    const objects = await answering(() => statusReply(500, 'InternalError', 'etcdserver: request timed out'));
    expect(await failureOf(objects.get(pod))).toMatchObject({
      kind: 'unknown',
      found: '500 etcdserver: request timed out',
    });
    expect(asked()).toHaveLength(3);
  });

  it.each(['drop', 'half'] as const)(
    'asks again when the connection breaks (%s), and settles as unknown',
    async (how) => {
      const objects = await answering(() => how);
      expect(await failureOf(objects.get(pod))).toMatchObject({
        kind: 'unknown',
        found: expect.stringContaining('broke'),
      });
      expect(asked()).toHaveLength(3);
    },
  );

  it('settles as unknown at its deadline, and does not use the connection again', async () => {
    api = await fakeApi((_, number) => (number === 0 ? 'hang' : { status: 200, json: podJson }));
    const call = { method: 'GET', path: '/x', what: 'get Pod openstack/db-0', deadlineMs: 50 } as const;
    expect(await failureOf(api.http.call(call))).toEqual({
      kind: 'unknown',
      expected: `an answer of API server ${api.server} to: get Pod openstack/db-0`,
      found: 'none within 50 ms',
      next: 'ask again; if it stays so, look at the connection to the API server',
    });
    expect((await api.http.call({ ...call, deadlineMs: 10_000 })).status).toBe(200);
    expect(api.connections()).toBe(2);
  });

  it('that is late does not break another that is under way', async () => {
    const { promise: later, resolve } = Promise.withResolvers<Reply>();
    api = await fakeApi(({ path }) => (path === '/late' ? 'hang' : later));
    const other = api.http.call({ method: 'PATCH', path: '/other', what: 'patch', deadlineMs: 10_000 });
    await failureOf(api.http.call({ method: 'GET', path: '/late', what: 'get', deadlineMs: 50 }));
    resolve({ status: 200, json: podJson });
    expect((await other).status).toBe(200);
  });

  it('does not wait for a Retry-After beyond its deadline', async () => {
    const objects = await answering(
      () =>
        ({
          ...(statusReply(429, 'TooManyRequests', 'slow down') as object),
          headers: { 'retry-after': '60' },
        }) as Reply,
    );
    expect(await failureOf(objects.get(pod))).toMatchObject({ kind: 'unknown', found: '429 slow down' });
    expect(asked()).toHaveLength(1);
  });

  it('keeps its connection for the next call', async () => {
    const objects = await answering(() => ({ status: 200, json: podJson }));
    for (let i = 0; i < 5; i++) await objects.get(pod);
    expect(api?.connections()).toBe(1);
  });

  it('says unknown when nothing listens', async () => {
    const access = accessTo(frozenOf('http://127.0.0.1:9'));
    const objects = new KubeObjects(new Http(access, { backoffMs: 1 }));
    expect(await failureOf(objects.get(pod))).toMatchObject({ kind: 'unknown', found: 'the connection was refused' });
  });

  it('keeps a path before /api, as Rancher has one', async () => {
    api = await fakeApi(() => ({ status: 200, json: podJson }));
    await new KubeObjects(new Http(accessTo(frozenOf(`${api.server}/k8s/clusters/c-1`)))).get(pod);
    expect(asked()[0]?.path).toBe('/k8s/clusters/c-1/api/v1/namespaces/openstack/pods/db-0');
  });
});

describe('listing', () => {
  it('reads all pages, and gives every item its kind', async () => {
    const item = (name: string) => ({ metadata: { name }, spec: {} });
    const objects = await answering(({ query }) => ({
      status: 200,
      json:
        query.continue === undefined
          ? { kind: 'PodList', metadata: { continue: 'next' }, items: [item('a'), item('b')] }
          : { kind: 'PodList', metadata: {}, items: [item('c')] },
    }));
    const found = await objects.list(pods, 'app=db');
    expect(found.map(({ kind, apiVersion, metadata }) => [apiVersion, kind, metadata.name])).toEqual([
      ['v1', 'Pod', 'a'],
      ['v1', 'Pod', 'b'],
      ['v1', 'Pod', 'c'],
    ]);
    expect(asked().map(({ query }) => query)).toEqual([
      { limit: '500', labelSelector: 'app=db' },
      { limit: '500', labelSelector: 'app=db', continue: 'next' },
    ]);
  });

  it('begins again when the list ran out of date between two pages (410), and is unknown the second time', async () => {
    let gone = 1;
    const objects = await answering(({ query }) => {
      if (query.continue === undefined)
        return { status: 200, json: { metadata: { continue: 'next' }, items: [{ metadata: { name: 'a' } }] } };
      if (gone-- > 0) return statusReply(410, 'Expired', 'The provided continue parameter is too old');
      return { status: 200, json: { metadata: {}, items: [{ metadata: { name: 'b' } }] } };
    });
    expect((await objects.list(pods)).map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
    gone = 2;
    expect(await failureOf(objects.list(pods))).toMatchObject({ kind: 'unknown' });
  });

  it('unpacks a gzipped answer, and takes a cut one for unknown', async () => {
    const whole = gzipSync(JSON.stringify({ metadata: {}, items: [{ metadata: { name: 'a' } }] }));
    let bytes = whole;
    const objects = await answering(() => ({ status: 200, bytes, headers: { 'content-encoding': 'gzip' } }));
    expect(await objects.list(pods)).toHaveLength(1);
    bytes = whole.subarray(0, whole.length - 10);
    expect(await failureOf(objects.list(pods))).toMatchObject({
      kind: 'unknown',
      found: 'an answer that is not whole',
    });
  });

  it('is no empty list when the API server does not know the kind', async () => {
    const objects = await answering(() => ({ status: 404, text: '404 page not found' }));
    expect(await failureOf(objects.list(pods))).toMatchObject({ kind: 'unknown' });
  });

  it('lists over all namespaces, and cluster-scoped kinds', async () => {
    const objects = await answering(() => ({ status: 200, json: { items: [] } }));
    await objects.list({ apiVersion: 'v1', kind: 'Pod' });
    await objects.list({ apiVersion: 'v1', kind: 'Node' });
    await objects.list({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace: 'openstack' });
    expect(asked().map(({ path }) => path)).toEqual([
      '/api/v1/pods',
      '/api/v1/nodes',
      '/apis/discovery.k8s.io/v1/namespaces/openstack/endpointslices',
    ]);
  });
});

describe('writing', () => {
  const ref = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'openstack', name: 'db' };
  const set = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'openstack', uid: 'u1' },
  };

  it('patches with its guard in the patch, and keeps null for "remove"', async () => {
    const objects = await answering(() => ({ status: 200, json: set }));
    const patch = { metadata: { annotations: { 'galera-runbook/replicas': null } }, spec: { replicas: 0 } };
    expect(await objects.patch(ref, patch, { uid: 'u1', resourceVersion: '7' })).toEqual(set);
    expect(asked()[0]).toMatchObject({ method: 'PATCH', path: '/apis/apps/v1/namespaces/openstack/statefulsets/db' });
    expect(asked()[0]?.headers['content-type']).toBe('application/merge-patch+json');
    expect(asked()[0]?.body).toEqual({
      metadata: { annotations: { 'galera-runbook/replicas': null }, uid: 'u1', resourceVersion: '7' },
      spec: { replicas: 0 },
    });
  });

  it.each([
    [statusReply(409, 'Conflict', 'the object has been modified')],
    [statusReply(404, 'NotFound', 'statefulsets.apps "db" not found')],
    [
      {
        status: 422,
        json: {
          kind: 'Status',
          reason: 'Invalid',
          message: 'StatefulSet.apps "db" is invalid: metadata.uid: Invalid value: "u1": field is immutable',
          details: { causes: [{ reason: 'FieldValueInvalid', field: 'metadata.uid' }] },
        },
      },
    ],
  ])('throws a Conflict when the guard does not hold, or the object is gone', async (reply) => {
    const objects = await answering(() => reply);
    await expect(objects.patch(ref, { spec: {} }, { uid: 'u1' })).rejects.toBeInstanceOf(Conflict);
  });

  it('throws a Conflict when the name is taken', async () => {
    const objects = await answering(() => statusReply(409, 'AlreadyExists', 'jobs.batch "x" already exists'));
    await expect(objects.create(set)).rejects.toBeInstanceOf(Conflict);
    expect(asked()[0]).toMatchObject({
      method: 'POST',
      path: '/apis/apps/v1/namespaces/openstack/statefulsets',
      body: set,
    });
  });

  it.each([
    ['drop', 'unknown'],
    ['half', 'unknown'],
    [statusReply(500, 'InternalError', 'timeout'), 'unknown'],
    [statusReply(429, 'TooManyRequests', 'slow down'), 'unknown'],
    [statusReply(422, 'Invalid', 'spec.replicas: Invalid value'), 'failed'],
    [statusReply(403, 'Forbidden', 'exceeded quota: pods'), 'refused'],
  ] as const)('is sent only once, whatever comes of it (%j: %s)', async (reply, kind) => {
    const objects = await answering(() => reply);
    expect(await failureOf(objects.create(set))).toMatchObject({ kind });
    expect(asked()).toHaveLength(1);
  });

  it('tells a full quota from a missing right', async () => {
    const objects = await answering(() => statusReply(403, 'Forbidden', 'pods "x" is forbidden: exceeded quota: few'));
    expect(await failureOf(objects.create(set))).toMatchObject({
      expected: 'leave to: create StatefulSet openstack/db',
    });
  });

  it('removes exactly the object of this uid, in the background; gone already is fine', async () => {
    const objects = await answering((_, number) =>
      number === 0
        ? { status: 200, json: { kind: 'Status', status: 'Success' } }
        : statusReply(404, 'NotFound', 'gone'),
    );
    await objects.remove(ref, 'u1');
    await objects.remove(ref, 'u1');
    expect(asked()[0]).toMatchObject({
      method: 'DELETE',
      body: { preconditions: { uid: 'u1' }, propagationPolicy: 'Background' },
    });
  });

  it('does not take the removal of another object of that name for done', async () => {
    const objects = await answering(() =>
      statusReply(409, 'Conflict', 'Precondition failed: UID in precondition: u1, UID in object meta: u2'),
    );
    await expect(objects.remove(ref, 'u1')).rejects.toBeInstanceOf(Conflict);
  });
});

describe('logs', () => {
  const of = { namespace: 'openstack', name: 'db-0', container: 'mariadb' };

  it('asks for a container, a number of lines, the one before', async () => {
    const objects = await answering(() => ({ status: 200, text: 'one\ntwo\n' }));
    expect(await objects.logs(of, { tailLines: 2, previous: true })).toBe('one\ntwo\n');
    expect(asked()[0]).toMatchObject({
      path: '/api/v1/namespaces/openstack/pods/db-0/log',
      query: { container: 'mariadb', tailLines: '2', previous: 'true', limitBytes: String(16 * 1024 * 1024) },
    });
  });

  it('of a log beyond the limit gives the end, and says so', async () => {
    const objects = await answering(({ query }) => ({
      status: 200,
      text: query.tailLines === undefined ? 'x'.repeat(16 * 1024 * 1024) : 'the end\n',
    }));
    expect(await objects.logs(of)).toMatch(/^\[the log is longer .*\]\nthe end\n$/);
  });

  it('says what the server says when the container has not begun', async () => {
    const objects = await answering(() =>
      statusReply(400, 'BadRequest', 'container "mariadb" in pod "db-0" is waiting to start'),
    );
    expect(await failureOf(objects.logs(of))).toMatchObject({
      kind: 'failed',
      found: expect.stringContaining('waiting to start'),
    });
  });
});
