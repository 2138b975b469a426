import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { fail } from '../base/failure.ts';
import { nearest } from '../base/nearest.ts';
import { proxyFor } from './proxy.ts';

export interface KubeconfigOptions {
  /** `--kubeconfig`: only this file, which must be there. */
  readonly kubeconfigPath?: string;
  /** `--context`, or the target's; absent: the current one. */
  readonly context?: string;
  readonly env: { readonly [name: string]: string | undefined };
  /** Where a pod finds its service account; for tests. */
  readonly serviceAccountFolder?: string;
}

/** One context of the kubeconfig, read once: later changes of the files lead this program nowhere else (design §5, identity). */
export interface Frozen {
  readonly context: string;
  readonly server: string;
  readonly user: string;
  /** The context's default namespace. */
  readonly namespace?: string;
  /** A kubeconfig of just this context, with absolute paths and the CA's bytes; holds secrets. */
  readonly json: string;
  /** Headers of impersonation that client-node does not know. */
  readonly headers: { readonly [name: string]: string | readonly string[] };
  /** Where it was read, for messages. */
  readonly source: string;
}

const text = z.string().min(1);
const clusterSchema = z.looseObject({ server: text, 'certificate-authority': text.optional() });
const userSchema = z.looseObject({
  'client-certificate': z.string().optional(),
  'client-certificate-data': z.string().optional(),
  'client-key': z.string().optional(),
  'client-key-data': z.string().optional(),
  tokenFile: z.string().optional(),
  'as-uid': z.string().optional(),
  'as-groups': z.array(z.string()).optional(),
  exec: z
    .looseObject({
      apiVersion: z.string().optional(),
      command: text,
      env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
      provideClusterInfo: z.boolean().optional(),
    })
    .nullish(),
});
const contextSchema = z.looseObject({ cluster: text, user: z.string().optional(), namespace: z.string().optional() });
const fileSchema = z.looseObject({
  'current-context': z.string().nullish(),
  clusters: z.array(z.object({ name: text, cluster: clusterSchema })).nullish(),
  users: z.array(z.object({ name: text, user: userSchema.nullish() })).nullish(),
  contexts: z.array(z.object({ name: text, context: contextSchema })).nullish(),
});

type Cluster = z.infer<typeof clusterSchema>;
type User = z.infer<typeof userSchema>;
type Context = z.infer<typeof contextSchema>;

interface Merged {
  readonly current: string | undefined;
  readonly contexts: ReadonlyMap<string, Context>;
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly users: ReadonlyMap<string, User>;
  readonly source: string;
}

/** Finds, reads and freezes what kubectl would take: `--kubeconfig`, KUBECONFIG, `~/.kube/config`, or the pod's service account. */
export function readKubeconfig(options: KubeconfigOptions, parseYaml: (text: string) => unknown): Frozen {
  const files = filesOf(options);
  if (files === undefined) return inCluster(options);
  return freeze(choose(merge(files, parseYaml), options), options.env);
}

/** Absent: no file, but this is a pod with a service account. */
function filesOf(options: KubeconfigOptions): readonly string[] | undefined {
  const { kubeconfigPath: named, env } = options;
  if (named !== undefined) {
    if (existsSync(named)) return [named];
    fail('usage', `a kubeconfig at ${named}`, 'no such file', 'correct --kubeconfig');
  }
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  if (listed.length > 0) {
    const there = listed.filter((path) => existsSync(path));
    if (there.length > 0) return there;
    fail(
      'usage',
      `a kubeconfig at ${listed.join(' or ')} (KUBECONFIG)`,
      'no such file',
      'correct KUBECONFIG, or name a file with --kubeconfig',
    );
  }
  const usual = join(env.HOME || homedir(), '.kube', 'config');
  if (existsSync(usual)) return [usual];
  const account = accountFolder(options);
  if (env.KUBERNETES_SERVICE_HOST && existsSync(join(account, 'token'))) return undefined;
  fail(
    'usage',
    'a kubeconfig',
    `none: --kubeconfig and KUBECONFIG are not set, there is no ${usual}, and this is no pod with a service account`,
    'name one with --kubeconfig or KUBECONFIG',
  );
}

function accountFolder(options: KubeconfigOptions): string {
  return options.serviceAccountFolder ?? '/var/run/secrets/kubernetes.io/serviceaccount';
}

function merge(files: readonly string[], parseYaml: (text: string) => unknown): Merged {
  const clusters = new Map<string, Cluster>();
  const users = new Map<string, User>();
  const contexts = new Map<string, Context>();
  let current: string | undefined;
  for (const file of files) {
    const found = parse(file, parseYaml);
    const from = (path: string) => (isAbsolute(path) ? path : resolve(dirname(file), path));
    current ||= found['current-context'] || undefined;
    // As kubectl: of two entries with one name the first file's counts.
    for (const { name, cluster } of found.clusters ?? []) {
      if (!clusters.has(name)) clusters.set(name, absolute(cluster, ['certificate-authority'], from));
    }
    for (const { name, user } of found.users ?? []) {
      if (!users.has(name)) users.set(name, absoluteUser(user ?? {}, from));
    }
    for (const { name, context } of found.contexts ?? []) if (!contexts.has(name)) contexts.set(name, context);
  }
  return { current, clusters, users, contexts, source: files.join(', ') };
}

function parse(file: string, parseYaml: (text: string) => unknown): z.infer<typeof fileSchema> {
  let raw: string;
  try {
    raw = readFileSync(file, 'utf8');
  } catch (thrown) {
    fail(
      'usage',
      `kubeconfig ${file} to be a readable file`,
      `it cannot be read (${codeOf(thrown)})`,
      'look at its path and permissions',
    );
  }
  let value: unknown;
  try {
    value = parseYaml(raw) ?? {};
  } catch (thrown) {
    // Not the parser's whole message: it quotes lines of the file, and those may be keys or tokens.
    const { reason, mark } = thrown as { reason?: string; mark?: { line?: number } };
    const where = mark?.line === undefined ? '' : `, line ${mark.line + 1}`;
    fail(
      'usage',
      `kubeconfig ${file} to be YAML`,
      `${reason ?? 'something else'}${where}`,
      'mend the file, or name another with --kubeconfig',
    );
  }
  const checked = fileSchema.safeParse(value);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  fail(
    'usage',
    `kubeconfig ${file} to hold clusters, users and contexts`,
    issue === undefined || issue.path.length === 0 ? 'something else' : `${issue.path.join('.')}: ${issue.message}`,
    'mend the file, or name another with --kubeconfig',
  );
}

function absolute<T extends { [key: string]: unknown }>(
  of: T,
  keys: readonly string[],
  from: (path: string) => string,
): T {
  const changed = keys.flatMap((key) => (typeof of[key] === 'string' && of[key] !== '' ? [[key, from(of[key])]] : []));
  return { ...of, ...Object.fromEntries(changed) };
}

function absoluteUser(user: User, from: (path: string) => string): User {
  const out = absolute(user, ['client-certificate', 'client-key', 'tokenFile'], from);
  if (!out.exec) return out;
  // As client-go: a command with a slash is relative to the kubeconfig, one without is looked up in PATH.
  const command = out.exec.command.includes('/') ? from(out.exec.command) : out.exec.command;
  return { ...out, exec: { ...out.exec, command } };
}

interface Chosen {
  readonly name: string;
  readonly context: Context;
  readonly cluster: Cluster;
  readonly user: User;
  readonly source: string;
}

function choose(all: Merged, options: KubeconfigOptions): Chosen {
  const names = [...all.contexts.keys()];
  if (names.length === 0)
    fail('usage', `a context in ${all.source}`, 'none', 'name another kubeconfig with --kubeconfig');
  const only = names.length === 1 ? names[0] : undefined;
  const name = options.context ?? all.current ?? only;
  if (name === undefined) {
    fail(
      'usage',
      `a current context in ${all.source}`,
      `none, and contexts ${names.join(', ')}`,
      'name one with --context',
    );
  }
  const context = all.contexts.get(name);
  if (context === undefined) {
    const near = nearest(name, names);
    const next = options.context === undefined ? 'name one with --context' : 'correct the name';
    fail(
      'usage',
      `context ${name} in ${all.source}`,
      `contexts ${names.join(', ')}`,
      near === undefined ? next : `${next}: did you mean ${near}?`,
    );
  }
  const cluster = all.clusters.get(context.cluster);
  if (cluster === undefined) {
    fail(
      'usage',
      `cluster ${context.cluster} of context ${name} in ${all.source}`,
      'no such entry',
      'mend the kubeconfig',
    );
  }
  const user = context.user ? all.users.get(context.user) : {};
  if (user === undefined) {
    fail('usage', `user ${context.user} of context ${name} in ${all.source}`, 'no such entry', 'mend the kubeconfig');
  }
  return { name, context, cluster, user, source: all.source };
}

function freeze(chosen: Chosen, env: KubeconfigOptions['env']): Frozen {
  const { name, context, source } = chosen;
  const cluster = frozenCluster(chosen, env);
  const user = frozenUser(chosen, cluster);
  const userName = context.user || 'anonymous';
  const groups = chosen.user['as-groups'];
  const uid = chosen.user['as-uid'];
  return {
    context: name,
    server: chosen.cluster.server.replace(/\/+$/, ''),
    user: userName,
    ...(context.namespace ? { namespace: context.namespace } : {}),
    source,
    headers: { ...(groups?.length ? { 'Impersonate-Group': groups } : {}), ...(uid ? { 'Impersonate-Uid': uid } : {}) },
    json: JSON.stringify({
      'current-context': name,
      clusters: [{ name: context.cluster, cluster }],
      users: [{ name: userName, user }],
      contexts: [{ name, context: { cluster: context.cluster, user: userName } }],
    }),
  };
}

function frozenCluster({ cluster, source }: Chosen, env: KubeconfigOptions['env']): Cluster {
  if (!URL.canParse(cluster.server) || !/^https?:/.test(cluster.server)) {
    fail('usage', `the address of an API server in ${source}`, cluster.server, 'mend the kubeconfig');
  }
  const { 'certificate-authority': file, ...rest } = cluster;
  const proxy = cluster['proxy-url'] ?? proxyFor(cluster.server, env);
  return {
    ...rest,
    ...(file && !cluster['certificate-authority-data'] ? { 'certificate-authority-data': readCa(file) } : {}),
    ...(proxy ? { 'proxy-url': proxy } : {}),
    // There is nothing to verify on plain HTTP, and client-node wants to be told so.
    ...(cluster.server.startsWith('http:') ? { 'insecure-skip-tls-verify': true } : {}),
  };
}

function readCa(file: string): string {
  try {
    return readFileSync(file).toString('base64');
  } catch (thrown) {
    fail(
      'usage',
      `certificate authority ${file}`,
      `it cannot be read (${codeOf(thrown)})`,
      'look at its path and permissions',
    );
  }
}

/** Certificates, keys and tokens in files stay there: they are renewed on disk. Only that they can be read is checked. */
function frozenUser({ user }: Chosen, cluster: Cluster): { [key: string]: unknown } {
  const out: { [key: string]: unknown } = { ...user };
  for (const key of ['client-certificate', 'client-key']) if (user[`${key}-data`]) delete out[key];
  for (const key of ['client-certificate', 'client-key', 'tokenFile']) {
    const file = out[key];
    if (typeof file !== 'string' || file === '') continue;
    try {
      accessSync(file, constants.R_OK);
    } catch (thrown) {
      fail(
        'usage',
        `the kubeconfig's ${key} ${file}`,
        `it cannot be read (${codeOf(thrown)})`,
        'look at its path and permissions',
      );
    }
  }
  if (user.tokenFile) {
    // client-node reads this one again every minute; `token` beside it would win there, and must not.
    out['auth-provider'] = { name: 'tokenFile', config: { tokenFile: user.tokenFile } };
    delete out.token;
    delete out.tokenFile;
  }
  if (user.exec) out.exec = { ...user.exec, env: pluginEnv(user.exec, cluster) };
  return out;
}

/** What client-go tells a credential plugin, and client-node does not. */
function pluginEnv(exec: NonNullable<User['exec']>, cluster: Cluster): { name: string; value: string }[] {
  const env = [...(exec.env ?? [])];
  if (env.some(({ name }) => name === 'KUBERNETES_EXEC_INFO')) return env;
  const info = {
    kind: 'ExecCredential',
    apiVersion: exec.apiVersion ?? 'client.authentication.k8s.io/v1',
    spec: { interactive: false, ...(exec.provideClusterInfo ? { cluster } : {}) },
  };
  return [...env, { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }];
}

function inCluster(options: KubeconfigOptions): Frozen {
  const { env, context } = options;
  if (context !== undefined && context !== 'in-cluster') {
    fail(
      'usage',
      `context ${context}`,
      'no kubeconfig, only this pod\'s service account (context "in-cluster")',
      'leave the context out, or name a kubeconfig',
    );
  }
  const folder = accountFolder(options);
  const host = env.KUBERNETES_SERVICE_HOST ?? '';
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${env.KUBERNETES_SERVICE_PORT ?? '443'}`;
  const namespaceFile = join(folder, 'namespace');
  const namespace = existsSync(namespaceFile) ? readFileSync(namespaceFile, 'utf8').trim() : undefined;
  const chosen: Chosen = {
    name: 'in-cluster',
    context: { cluster: 'in-cluster', user: 'service-account', ...(namespace ? { namespace } : {}) },
    cluster: { server, 'certificate-authority': join(folder, 'ca.crt') },
    user: { tokenFile: join(folder, 'token') },
    source: `the service account in ${folder}`,
  };
  return freeze(chosen, {});
}

function codeOf(thrown: unknown): string {
  return (thrown as NodeJS.ErrnoException).code ?? String(thrown);
}
