/** An API server of scripted answers: plain HTTP on loopback, with every way to fail that a network has. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { KubeConfig } from '@kubernetes/client-node';
import { Access } from '../../src/kubernetes/access.ts';
import { Http } from '../../src/kubernetes/http.ts';
import type { Frozen } from '../../src/kubernetes/kubeconfig.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: { readonly [name: string]: string };
  readonly headers: http.IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: tests read it as they wrote it
  readonly body: any;
}

export type Reply =
  | { readonly status: number; readonly json: object; readonly headers?: http.OutgoingHttpHeaders }
  | { readonly status: number; readonly text: string; readonly headers?: http.OutgoingHttpHeaders }
  | { readonly status: number; readonly bytes: Buffer; readonly headers?: http.OutgoingHttpHeaders }
  /** The connection is cut, before the answer or in the middle of it. */
  | 'drop'
  | 'half'
  /** No answer, ever. */
  | 'hang';

export interface FakeApi {
  readonly asked: Asked[];
  readonly server: string;
  readonly access: Access;
  readonly http: Http;
  /** How many connections were made. */
  connections(): number;
  onUpgrade(handler: (request: http.IncomingMessage, socket: Duplex, head: Buffer) => void): void;
  close(): Promise<void>;
}

export function statusReply(code: number, reason: string, message: string): Reply {
  return { status: code, json: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message } };
}

export function frozenOf(server: string): Frozen {
  const json = {
    'current-context': 'fake',
    clusters: [{ name: 'fake', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'tester', user: { token: 'secret-token' } }],
    contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'tester' } }],
  };
  return { context: 'fake', server, user: 'tester', json: JSON.stringify(json), headers: {}, source: 'a test' };
}

export function accessTo(frozen: Frozen): Access {
  return new Access(frozen, () => {
    const config = new KubeConfig();
    config.loadFromString(frozen.json);
    return config;
  });
}

/** `reply` is asked for each request, with its number from 0. */
export async function fakeApi(reply: (asked: Asked, number: number) => Reply | Promise<Reply>): Promise<FakeApi> {
  const asked: Asked[] = [];
  let connections = 0;
  const server = http.createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const url = new URL(request.url ?? '/', 'http://fake');
    const one: Asked = {
      method: request.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body: body === '' ? undefined : JSON.parse(body),
    };
    asked.push(one);
    const answer = await reply(one, asked.length - 1);
    if (answer === 'hang') return;
    if (answer === 'drop') return void request.socket.destroy();
    if (answer === 'half') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
      response.write('{"kind":"Pod","metadata":{', () => request.socket.destroy());
      return;
    }
    response.writeHead(answer.status, answer.headers);
    response.end('json' in answer ? JSON.stringify(answer.json) : 'text' in answer ? answer.text : answer.bytes);
  });
  const sockets = new Set<Duplex>();
  server.on('connection', (socket) => {
    connections++;
    sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const access = accessTo(frozenOf(address));
  return {
    asked,
    server: address,
    access,
    http: new Http(access, { backoffMs: 5 }),
    connections: () => connections,
    onUpgrade: (handler) => server.on('upgrade', handler),
    close: async () => {
      access.close();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
