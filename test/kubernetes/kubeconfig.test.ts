import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { loadYaml } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Failure, FailureError } from '../../src/base/failure.ts';
import { type KubeconfigOptions, readKubeconfig } from '../../src/kubernetes/kubeconfig.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(text: string): string {
  const path = join(folder, `config-${files++}`);
  writeFileSync(path, text);
  return path;
}

function config(contexts: readonly string[], current?: string, server = 'https://10.0.0.1:6443/'): string {
  return [
    'apiVersion: v1',
    'kind: Config',
    ...(current === undefined ? [] : [`current-context: ${current}`]),
    `clusters: [{name: c, cluster: {server: "${server}"}}]`,
    'users: [{name: u, user: {token: t}}]',
    `contexts: [${contexts.map((name) => `{name: ${name}, context: {cluster: c, user: u, namespace: openstack}}`).join(', ')}]`,
  ].join('\n');
}

function read(options: Partial<KubeconfigOptions>) {
  return readKubeconfig(
    { env: { HOME: join(folder, 'nobody') }, serviceAccountFolder: join(folder, 'no-account'), ...options },
    loadYaml,
  );
}

function failure(options: Partial<KubeconfigOptions>): Failure {
  try {
    read(options);
  } catch (thrown) {
    if (thrown instanceof FailureError) return thrown.failure;
    throw thrown;
  }
  throw new Error('no failure');
}

// biome-ignore lint/suspicious/noExplicitAny: a kubeconfig is loose
const frozenJson = (path: string): any => JSON.parse(read({ kubeconfigPath: path }).json);

describe('which kubeconfig', () => {
  it('says what a path that is no file was expected to be', () => {
    expect(failure({ kubeconfigPath: folder })).toMatchObject({
      expected: `kubeconfig ${folder} to be a readable file`,
      found: 'it cannot be read (EISDIR)',
    });
  });

  it('prefers the flag to KUBECONFIG to ~/.kube/config', () => {
    const home = join(folder, 'home');
    mkdirSync(join(home, '.kube'), { recursive: true });
    writeFileSync(join(home, '.kube', 'config'), config(['home'], 'home'));
    const env = { HOME: home, KUBECONFIG: file(config(['listed'], 'listed')) };
    expect(read({ kubeconfigPath: file(config(['flag'], 'flag')), env }).context).toBe('flag');
    expect(read({ env }).context).toBe('listed');
    expect(read({ env: { HOME: home } }).context).toBe('home');
  });

  it('merges the files of KUBECONFIG: the first that says something counts, files that are not there do not', () => {
    const one = file(config(['a'], 'a', 'https://one'));
    const two = file(config(['a', 'b'], 'b', 'https://two'));
    const env = { KUBECONFIG: [join(folder, 'none'), one, two].join(delimiter) };
    expect(read({ env })).toMatchObject({ context: 'a', server: 'https://one' });
    expect(read({ env, context: 'b' })).toMatchObject({
      context: 'b',
      server: 'https://one',
      namespace: 'openstack',
      user: 'u',
    });
  });

  it('says where it looked', () => {
    expect(failure({}).found).toContain(join(folder, 'nobody', '.kube', 'config'));
    expect(failure({ env: { KUBECONFIG: '/no/such' } })).toMatchObject({
      kind: 'usage',
      expected: 'a kubeconfig at /no/such (KUBECONFIG)',
    });
    expect(failure({ kubeconfigPath: '/no/such' })).toMatchObject({ kind: 'usage', next: 'correct --kubeconfig' });
  });

  it("takes the pod's service account where there is no file", () => {
    const account = join(folder, 'account');
    mkdirSync(account);
    for (const name of ['token', 'ca.crt', 'namespace']) writeFileSync(join(account, name), name);
    const env = { HOME: '/nobody', KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    const found = read({ env, serviceAccountFolder: account });
    expect(found).toMatchObject({ context: 'in-cluster', server: 'https://[fd00::1]:443', namespace: 'namespace' });
    expect(JSON.parse(found.json).users[0].user['auth-provider'].config.tokenFile).toBe(join(account, 'token'));
    expect(JSON.parse(found.json).clusters[0].cluster['certificate-authority-data']).toBe(
      Buffer.from('ca.crt').toString('base64'),
    );
  });
});

describe('which context', () => {
  it('is the named one, the current one, or the only one', () => {
    const two = file(config(['a', 'b'], 'b'));
    expect(read({ kubeconfigPath: two }).context).toBe('b');
    expect(read({ kubeconfigPath: two, context: 'a' }).context).toBe('a');
    expect(read({ kubeconfigPath: file(config(['only'])) }).context).toBe('only');
  });

  it('is asked for when there are several and none is current', () => {
    expect(failure({ kubeconfigPath: file(config(['prod', 'stage'])) })).toMatchObject({
      kind: 'usage',
      found: 'none, and contexts prod, stage',
      next: 'name one with --context',
    });
  });

  it('that does not exist: lists what there is, and the nearest', () => {
    const found = failure({ kubeconfigPath: file(config(['production', 'stage'], 'stage')), context: 'prodution' });
    expect(found).toMatchObject({
      found: 'contexts production, stage',
      next: 'correct the name: did you mean production?',
    });
    expect(failure({ kubeconfigPath: file(config(['a'], 'gone')) })).toMatchObject({
      kind: 'usage',
      expected: expect.stringContaining('context gone'),
    });
  });

  it('with a cluster or user that is not there is refused', () => {
    const text = config(['a'], 'a').replace('cluster: c,', 'cluster: x,');
    expect(failure({ kubeconfigPath: file(text) }).expected).toContain('cluster x of context a');
  });
});

describe('a broken kubeconfig', () => {
  it('is refused with the line, and never quoted: it holds secrets', () => {
    const found = failure({ kubeconfigPath: file('users:\n- name: u\n  user: {token: hunter2\ncontexts: [') });
    expect(found.kind).toBe('usage');
    expect(found.found).toMatch(/line \d+/);
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  it.each(['just text', '- a\n- list', 'contexts: {a: b}', ''])('of another shape is refused: %j', (text) => {
    expect(failure({ kubeconfigPath: file(text) }).kind).toBe('usage');
  });

  it('that is a folder is refused', () => {
    expect(failure({ kubeconfigPath: folder }).found).toContain('EISDIR');
  });

  it('names files that cannot be read', () => {
    const text = config(['a'], 'a').replace('{token: t}', '{client-certificate: gone.crt, client-key-data: eA==}');
    expect(failure({ kubeconfigPath: file(text) }).expected).toBe(
      `the kubeconfig's client-certificate ${join(folder, 'gone.crt')}`,
    );
  });
});

describe('what is frozen', () => {
  it('the CA is read, paths are from the kubeconfig, the token is one line', () => {
    writeFileSync(join(folder, 'ca.crt'), 'CA');
    writeFileSync(join(folder, 'token'), 'tok\n');
    const path = file(
      config(['a'], 'a')
        .replace('{server:', '{certificate-authority: ca.crt, server:')
        .replace('{token: t}', '{tokenFile: token}'),
    );
    const { clusters, users } = frozenJson(path);
    expect(clusters[0].cluster).toMatchObject({ 'certificate-authority-data': Buffer.from('CA').toString('base64') });
    expect(users[0].user['auth-provider'].config.tokenFile).toBe(join(folder, 'token'));
  });

  it('a plugin beside the kubeconfig is found there, and told what client-go tells it', () => {
    const exec =
      '{exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, provideClusterInfo: true, env: [{name: A, value: b}]}}';
    const { users } = frozenJson(file(config(['a'], 'a').replace('{token: t}', exec)));
    expect(users[0].user.exec.command).toBe(join(folder, 'plugin'));
    const [given, info] = users[0].user.exec.env;
    expect(given).toEqual({ name: 'A', value: 'b' });
    expect(JSON.parse(info.value)).toMatchObject({
      kind: 'ExecCredential',
      apiVersion: 'client.authentication.k8s.io/v1',
      spec: { interactive: false, cluster: { server: 'https://10.0.0.1:6443/' } },
    });
  });

  it('impersonated groups become headers', () => {
    const text = config(['a'], 'a').replace('{token: t}', '{token: t, as: ops, as-groups: [dba, sre]}');
    expect(read({ kubeconfigPath: file(text) }).headers).toEqual({ 'Impersonate-Group': ['dba', 'sre'] });
  });

  it('later changes of the file lead nowhere else', () => {
    const path = file(config(['a'], 'a'));
    const before = read({ kubeconfigPath: path });
    writeFileSync(path, config(['a'], 'a', 'https://evil'));
    chmodSync(path, 0o600);
    expect(JSON.parse(before.json).clusters[0].cluster.server).toBe('https://10.0.0.1:6443/');
  });
});
