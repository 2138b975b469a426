import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Failure, FailureError } from '../../src/base/failure.ts';
import { openPortForward } from '../../src/kubernetes/port-forward.ts';
import { accessTo, type FakeApi, fakeApi, frozenOf } from './fake-api.ts';

const to = { namespace: 'openstack', pod: 'db-0', port: 3306 };

let api: FakeApi;
let kubelet: (socket: WebSocket) => void;
let turnAway: string | undefined;
let requested: string | undefined;

beforeEach(async () => {
  kubelet = () => undefined;
  turnAway = undefined;
  api = await fakeApi(() => 'drop');
  const sockets = new WebSocketServer({ noServer: true });
  api.onUpgrade((request, socket, head) => {
    requested = request.url;
    if (turnAway === 'hang') return;
    if (turnAway !== undefined) return void socket.end(turnAway);
    sockets.handleUpgrade(request, socket, head, (ws) => {
      // As the kubelet: first of each channel, the port's number.
      for (const channel of [0, 1]) ws.send(Buffer.from([channel, 3306 & 0xff, 3306 >> 8]));
      kubelet(ws);
    });
  });
});
afterEach(() => api.close());

/** The two channels joined to what a server at the port would be. */
function echo(ws: WebSocket): void {
  ws.on('message', (data: Buffer) => ws.send(data));
}

const refused = Buffer.concat([
  Buffer.from([1]),
  Buffer.from('error forwarding port 3306 to pod 4191, uid : dial tcp4 127.0.0.1:3306: connect: connection refused\n'),
]);
const data = (text: string) => Buffer.concat([Buffer.from([0]), Buffer.from(text)]);

async function errorOf(stream: Duplex): Promise<Error & { code?: string; fatal?: boolean }> {
  const [error] = (await once(stream, 'error')) as [Error];
  return error;
}

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const thrown = await work.catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(FailureError);
  return (thrown as FailureError).failure;
}

const answer = (status: string, json: object) => {
  const body = JSON.stringify(json);
  return `HTTP/1.1 ${status}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
};

describe('a port-forward', () => {
  it('carries bytes both ways, without the numbers of the port', async () => {
    kubelet = echo;
    const stream = await openPortForward(api.access, to);
    expect(requested).toBe('/api/v1/namespaces/openstack/pods/db-0/portforward?ports=3306');
    stream.write('hello ');
    stream.write('world');
    let got = '';
    for await (const chunk of stream) {
      got += String(chunk);
      if (got === 'hello world') break;
    }
    expect(got).toBe('hello world');
  });

  it('ends when the other side closes well', async () => {
    kubelet = (ws) => {
      ws.send(data('bye'));
      ws.close(1000);
    };
    expect(await text(await openPortForward(api.access, to))).toBe('bye');
  });

  it('is destroyed at once with PF_CLOSED when the connection breaks', async () => {
    kubelet = (ws) => ws.terminate();
    const error = await errorOf(await openPortForward(api.access, to));
    expect(error).toMatchObject({
      code: 'PF_CLOSED',
      fatal: true,
      message: 'port 3306 of pod openstack/db-0: the connection broke',
    });
  });

  it("is destroyed with the error channel's words", async () => {
    kubelet = (ws) => ws.once('message', () => ws.send(refused));
    const stream = await openPortForward(api.access, to);
    stream.write('hello');
    expect(await errorOf(stream)).toMatchObject({
      code: 'PF_CLOSED',
      message: 'port 3306 of pod openstack/db-0: nothing listens there (connection refused)',
    });
  });

  it('that breaks before anybody listens neither ends the program nor leaves anybody waiting', async () => {
    kubelet = (ws) => ws.send(refused);
    const said = await openPortForward(api.access, to).then(
      async (stream) => (await errorOf(stream)).message,
      (thrown: FailureError) => thrown.failure.found,
    );
    expect(said).toBe('port 3306 of pod openstack/db-0: nothing listens there (connection refused)');
  });

  it('holds the sender back while nobody reads, and loses nothing', async () => {
    const chunk = Buffer.concat([Buffer.from([0]), Buffer.alloc(1024 * 1024, 'x')]);
    let sent = 0;
    let server: WebSocket | undefined;
    kubelet = async (ws) => {
      server = ws;
      for (; sent < 40; sent++) await new Promise((resolve) => ws.send(chunk, resolve));
      ws.close(1000);
    };
    const stream = await openPortForward(api.access, to);
    // The socket buffers of two kernels and a little: nowhere near 40 MiB.
    await vi.waitFor(() => expect(server?.bufferedAmount).toBeGreaterThan(0));
    expect(sent).toBeLessThan(30);
    expect(stream.readableLength).toBeLessThan(4 * 1024 * 1024);
    expect((await buffer(stream)).length).toBe(40 * 1024 * 1024);
  });

  it('holds its writer back while the other side does not read', async () => {
    kubelet = (ws) => ws.pause();
    const stream = await openPortForward(api.access, to);
    let written = 0;
    while (stream.write(Buffer.alloc(1024 * 1024))) written++;
    expect(written).toBeLessThan(4);
    stream.destroy();
  });

  it('closes the connection when it is destroyed, and says nothing', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    kubelet = (ws) => ws.on('close', () => resolve());
    const stream = await openPortForward(api.access, to);
    stream.destroy();
    await promise;
  });

  it('is destroyed when two pings were not answered', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      kubelet = (ws) => {
        ws.pong = () => undefined;
        // biome-ignore lint/suspicious/noExplicitAny: ws answers pings inside its receiver
        (ws as any)._autoPong = false;
      };
      const stream = await openPortForward(api.access, to);
      const error = errorOf(stream);
      await vi.advanceTimersByTimeAsync(15_000);
      expect(await error).toMatchObject({ code: 'PF_CLOSED', message: expect.stringContaining('no sign of life') });
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a port-forward that does not come about', () => {
  it('is refused without the right', async () => {
    turnAway = answer('403 Forbidden', {
      kind: 'Status',
      reason: 'Forbidden',
      message: 'User "tester" cannot create resource "pods/portforward"',
    });
    expect(await failureOf(openPortForward(api.access, to))).toMatchObject({
      kind: 'refused',
      expected: 'the right to get and create pods/portforward in namespace openstack for user tester (context fake)',
    });
  });

  it('is unknown when there is no such pod, or it does not run', async () => {
    turnAway = answer('404 Not Found', { kind: 'Status', reason: 'NotFound', message: 'pods "db-0" not found' });
    expect(await failureOf(openPortForward(api.access, to))).toMatchObject({
      kind: 'unknown',
      found: 'there is no such pod',
    });
    turnAway = answer('400 Bad Request', {
      kind: 'Status',
      reason: 'BadRequest',
      message: 'pod db-0 does not have a host assigned',
    });
    expect(await failureOf(openPortForward(api.access, to))).toMatchObject({
      kind: 'unknown',
      found: 'pod db-0 does not have a host assigned',
    });
  });

  it('is unknown at its deadline, and when nothing listens', async () => {
    turnAway = 'hang';
    expect(await failureOf(openPortForward(api.access, to, 50))).toMatchObject({
      kind: 'unknown',
      found: 'none within 50 ms',
    });
    const nowhere = accessTo(frozenOf('http://127.0.0.1:9'));
    expect(await failureOf(openPortForward(nowhere, to))).toMatchObject({
      kind: 'unknown',
      found: 'the connection was refused',
    });
  });
});
