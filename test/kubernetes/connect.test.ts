/** TLS and credentials as a kubeconfig has them, against a server with a certificate of its own. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Failure, FailureError } from '../../src/base/failure.ts';
import { type Connection, connectKubernetes } from '../../src/kubernetes/connect.ts';

let folder: string;
let server: https.Server;
let address: string;
let authorizations: (string | undefined)[] = [];
let accepted: (token: string | undefined) => boolean = () => true;
let connection: Connection | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'connect-'));
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const out = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...out], {
    stdio: 'ignore',
  });
  const options = { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) };
  server = https.createServer(options, (request, response) => {
    authorizations.push(request.headers.authorization);
    if (!accepted(request.headers.authorization)) {
      response.writeHead(401).end(JSON.stringify({ kind: 'Status', reason: 'Unauthorized', message: 'Unauthorized' }));
      return;
    }
    response.end(JSON.stringify({ kind: 'Node', apiVersion: 'v1', metadata: { name: 'n' } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  authorizations = [];
  accepted = () => true;
});
afterEach(() => connection?.close());

const node = { apiVersion: 'v1', kind: 'Node', name: 'n' };

function kubeconfig(user: object, cluster: object = { 'certificate-authority': 'cert.pem' }): string {
  const path = join(folder, 'config');
  const text = {
    'current-context': 'a',
    clusters: [{ name: 'c', cluster: { server: address, ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'a', context: { cluster: 'c', user: 'u' } }],
  };
  writeFileSync(path, JSON.stringify(text));
  return path;
}

async function connect(user: object, cluster?: object): Promise<Connection> {
  connection = await connectKubernetes({ kubeconfigPath: kubeconfig(user, cluster), env: {} });
  return connection;
}

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const thrown = await work.catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(FailureError);
  return (thrown as FailureError).failure;
}

function plugin(script: string): object {
  const path = join(folder, 'plugin');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: './plugin' } };
}

describe('connecting', () => {
  it("trusts the kubeconfig's own authority, and sends the token", async () => {
    const { objects, context, server: at } = await connect({ token: 'abc' });
    expect(await objects.get(node)).toMatchObject({ kind: 'Node' });
    expect(authorizations).toEqual(['Bearer abc']);
    expect([context, at]).toEqual(['a', address]);
  });

  it('refuses a certificate that the kubeconfig does not trust, at once', async () => {
    const { objects } = await connect({ token: 'abc' }, {});
    expect(await failureOf(objects.get(node))).toMatchObject({
      kind: 'refused',
      expected: expect.stringContaining('certificate'),
    });
    expect(authorizations).toEqual([]);
  });

  it('takes it where the kubeconfig says not to look', async () => {
    const { objects } = await connect({ token: 'abc' }, { 'insecure-skip-tls-verify': true });
    expect(await objects.get(node)).toBeDefined();
  });

  it('sends user and password', async () => {
    const { objects } = await connect({ username: 'me', password: 'pw' });
    await objects.get(node);
    expect(authorizations).toEqual([`Basic ${Buffer.from('me:pw').toString('base64')}`]);
  });

  it('reads a token file, newline or not, and again after a 401', async () => {
    writeFileSync(join(folder, 'token'), 'old\n');
    const { objects } = await connect({ tokenFile: 'token' });
    await objects.get(node);
    writeFileSync(join(folder, 'token'), 'new\n');
    accepted = (given) => given === 'Bearer new';
    expect(await objects.get(node)).toBeDefined();
    expect(authorizations).toEqual(['Bearer old', 'Bearer old', 'Bearer new']);
  });

  it('runs a credential plugin once for many calls, and again after a 401', async () => {
    const runs = join(folder, 'runs');
    const script = `echo x >> ${runs}; echo '{"kind":"ExecCredential","status":{"token":"t'$(grep -c . ${runs})'"}}'`;
    const { objects } = await connect(plugin(script));
    await Promise.all([objects.get(node), objects.get(node), objects.get(node)]);
    expect(new Set(authorizations)).toEqual(new Set(['Bearer t1']));
    accepted = (given) => given === 'Bearer t2';
    expect(await objects.get(node)).toBeDefined();
  });

  it('names a credential plugin that is not installed', async () => {
    expect(await failureOf(connect({ exec: { command: 'no-such-plugin-anywhere' } }))).toEqual({
      kind: 'refused',
      expected: 'the credential plugin no-such-plugin-anywhere of user u of context a',
      found: 'it is not installed, or not in PATH',
      next: 'install it, or use a context that does without',
    });
  });

  it('shows the last line of a credential plugin that fails', async () => {
    const user = plugin('echo warming up >&2; echo "token expired, log in" >&2; exit 1');
    expect(await failureOf(connect(user))).toMatchObject({ kind: 'refused', found: 'token expired, log in' });
  });
});
