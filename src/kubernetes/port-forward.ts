import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { fail } from '../base/failure.ts';
import type { Access } from './access.ts';
import { refuse, saysNotFound, statusOf } from './answers.ts';
import { type Answer, addressOf, networkError, seconds, usualDeadlineMs } from './http.ts';
import { pathOf } from './kinds.ts';

export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** The way to the pod is gone. `fatal` tells mysql2 that the connection is; the code lets the port's users know whose error it is. */
class PortForwardClosed extends Error {
  override readonly name = 'PortForwardClosed';
  readonly code = 'PF_CLOSED';
  readonly fatal = true;
}

const protocol = 'v4.channel.k8s.io';
const dataChannel = 0;
const pingMs = 5_000;

/**
 * A connection to a port of a pod, without a listening port here. Closed by the other side, or silent for two pings, it is
 * destroyed at once with an error: client-node's own PortForward leaves its reader waiting for ever.
 */
export async function openPortForward(access: Access, to: PodPort, deadlineMs = usualDeadlineMs): Promise<Duplex> {
  let opened = await dial(access, to, deadlineMs);
  if (!(opened instanceof Duplex) && opened.status === 401) {
    access.renew();
    opened = await dial(access, to, deadlineMs);
  }
  if (!(opened instanceof Duplex)) turnedAway(access, to, opened);
  // Broken before anybody could listen: whoever gets it would wait for an event that is over.
  if (opened.destroyed) unreachable(access, to, opened.errored?.message ?? 'closed at once', opened.errored);
  return opened;
}

function unreachable(access: Access, to: PodPort, found: string, cause?: unknown): never {
  fail(
    'unknown',
    `a connection to ${nameOf(to)} through ${access.frozen.server}`,
    found,
    'ask again; if it stays so, look at the pod and at the connection to the API server',
    cause,
  );
}

/** The open connection, or the HTTP answer that came instead. */
async function dial(access: Access, to: PodPort, deadlineMs: number): Promise<PodStream | Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<PodStream | Answer>();
  let socket: WebSocket | undefined;
  const silence = (found: string, cause?: unknown): void => {
    socket?.terminate();
    try {
      unreachable(access, to, found, cause);
    } catch (failed) {
      reject(failed);
    }
  };
  const timer = setTimeout(() => silence(`none within ${seconds(deadlineMs)}`), deadlineMs);
  try {
    const { headers, agent, auth } = await Promise.race([
      access.credentials(),
      promise.then(() => access.credentials()),
    ]);
    const path = `${pathOf({ apiVersion: 'v1', kind: 'Pod', namespace: to.namespace, name: to.pod })}/portforward`;
    const url = addressOf(access.frozen.server, { path, query: { ports: to.port } });
    url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
    const dialled = new WebSocket(url, protocol, {
      agent,
      headers: { ...headers, 'user-agent': 'galera-runbook' } as { [name: string]: string },
      ...(auth === undefined ? {} : { auth }),
      perMessageDeflate: false,
    });
    socket = dialled;
    dialled.on('error', (error) => silence(networkError(error), error));
    // Here and now: the first frames come with the answer, and a listener that is added later misses them.
    dialled.once('open', () => resolve(new PodStream(dialled, to)));
    dialled.once('unexpected-response', async (_request, response) => {
      resolve(await readShort(response));
      dialled.terminate();
    });
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

function turnedAway(access: Access, to: PodPort, answer: Answer): never {
  const what = `connect to ${nameOf(to)}`;
  if (saysNotFound(answer)) {
    fail('unknown', what, 'there is no such pod', 'look at the pods of the StatefulSet');
  }
  if (answer.status === 400 && statusOf(answer) !== undefined) {
    // "pod … is not running", "does not have a host assigned".
    fail('unknown', what, statusOf(answer)?.message ?? 'it is not running', 'look at the pod');
  }
  refuse(answer, access, what, `get and create pods/portforward in namespace ${to.namespace}`);
}

async function readShort(response: IncomingMessage): Promise<Answer> {
  let body = '';
  try {
    for await (const chunk of response) {
      body += String(chunk);
      if (body.length > 8192) break;
    }
  } catch {
    // The status says enough.
  }
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

function nameOf(to: PodPort): string {
  return `port ${to.port} of pod ${to.namespace}/${to.pod}`;
}

/** The kubelet tells of namespaces, sandboxes and both address families before it comes to the point. */
function shortened(said: string): string {
  if (said.includes('connection refused')) return 'nothing listens there (connection refused)';
  return said.replaceAll(/\s+/g, ' ').trim().slice(-300);
}

class PodStream extends Duplex {
  readonly #socket: WebSocket;
  readonly #ping: NodeJS.Timeout;
  /** Channels whose first frame, the number of the port, has come. */
  readonly #begun = new Set<number>();
  #pings = 0;

  constructor(socket: WebSocket, to: PodPort) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    // An error that nobody listens for would end the program.
    this.on('error', () => undefined);
    const closed = (found: string) => this.destroy(new PortForwardClosed(`${nameOf(to)}: ${found}`));
    this.#ping = setInterval(() => {
      // A paused socket does not read its pongs either.
      if (socket.isPaused) return;
      if (this.#pings >= 2) return void closed('no sign of life for 10 s');
      this.#pings++;
      socket.ping();
    }, pingMs);
    this.#ping.unref();
    socket.on('pong', () => {
      this.#pings = 0;
    });
    socket.on('message', (data: Buffer) => {
      this.#pings = 0;
      const [channel = -1] = data;
      if (!this.#begun.has(channel)) {
        this.#begun.add(channel);
        return;
      }
      if (channel !== dataChannel) return void closed(shortened(data.toString('utf8', 1)));
      if (data.length > 1 && !this.push(data.subarray(1))) socket.pause();
    });
    socket.removeAllListeners('error');
    socket.on('error', (error) => closed(networkError(error)));
    socket.on('close', (code) => {
      if (code === 1000 || code === 1005) this.push(null);
      else closed('the connection broke');
    });
  }

  override _read(): void {
    if (this.#socket.isPaused) this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#socket.readyState === WebSocket.OPEN) {
      this.#socket.send(Buffer.concat([Buffer.from([dataChannel]), chunk]), (error) => done(error ?? null));
    } else done(new PortForwardClosed('the connection is closed'));
  }

  override _final(done: () => void): void {
    this.#socket.close(1000);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearInterval(this.#ping);
    this.#socket.terminate();
    done(error);
  }

  // mysql2 asks its sockets for these two; below a websocket there is nothing to set.
  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }
}
