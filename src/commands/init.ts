import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail } from '../base/failure.ts';
import { configPath } from '../host/config-file.ts';
import { fileProblem } from '../host/file-problem.ts';
import { connectKubernetes } from '../kubernetes/connect.ts';
import type { KubeReads, Obj } from '../target/kubernetes.ts';
import type { Globals } from './globals.ts';
import { data, talk } from './output.ts';

interface Found {
  readonly namespace: string;
  readonly statefulset: string;
  readonly container: string;
  readonly cluster?: string;
  readonly service?: string;
  readonly secret?: { readonly name: string; readonly key: string };
  readonly claims: readonly string[];
}

/** Writes a commented configuration from the StatefulSets in the cluster that look like Galera. Reads only; what it could not find out is marked. */
export async function init(globals: Globals, options: { readonly force?: boolean }): Promise<number> {
  if (globals.practice)
    fail(
      'usage',
      'a real cluster to find targets in',
      '--practice',
      'leave it out: the practice cluster needs no configuration',
    );
  const path = configPath(process.env, globals.config);
  const connection = await connectKubernetes({
    env: process.env,
    ...(globals.kubeconfig === undefined ? {} : { kubeconfigPath: globals.kubeconfig }),
    ...(globals.context === undefined ? {} : { context: globals.context }),
  });
  try {
    const found = await discover(connection.objects, globals.namespace);
    if (found.length === 0) {
      fail(
        'refused',
        'a StatefulSet that looks like Galera (a claim template, and "mariadb", "mysql" or "galera" in a container)',
        `none in ${globals.namespace ?? 'any namespace'} of context ${connection.context}`,
        'name the namespace with -n, or write the configuration by hand: docs/runbooks and the README show one',
      );
    }
    const text = configuration(found, connection.context);
    await write(path, text, options.force === true);
    data(path);
    talk(
      `wrote ${found.length} ${found.length === 1 ? 'target' : 'targets'}: read it, correct what is marked CHECK, then galera-runbook status`,
    );
    return 0;
  } finally {
    connection.close();
  }
}

async function write(path: string, text: string, force: boolean): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: force ? 'w' : 'wx', mode: 0o600 });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST')
      fail('usage', `no file at ${path} yet`, 'there is one', 'keep it, or replace it with --force');
    throw fileProblem(thrown, `to write ${path}`);
  }
}

async function discover(kube: KubeReads, namespace: string | undefined): Promise<readonly Found[]> {
  const where = namespace === undefined ? {} : { namespace };
  const sets = await kube.list({ apiVersion: 'apps/v1', kind: 'StatefulSet', ...where });
  const likely = sets.filter(
    (set) => containerOf(set) !== undefined && (set.spec.volumeClaimTemplates ?? []).length > 0,
  );
  return await Promise.all(likely.map((set) => describe(kube, set)));
}

const looksLikeGalera = /mariadb|mysql|galera/i;

function containerOf(
  set: Obj,
): { name: string; env?: readonly EnvVar[]; args?: readonly string[]; command?: readonly string[] } | undefined {
  const containers: readonly { name: string; image?: string }[] = set.spec.template.spec.containers;
  return containers.find((container) => looksLikeGalera.test(`${container.name} ${container.image ?? ''}`));
}

interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } };
}

async function describe(kube: KubeReads, set: Obj): Promise<Found> {
  const namespace = set.metadata.namespace ?? '';
  const container = containerOf(set);
  const services = await kube.list({ apiVersion: 'v1', kind: 'Service', namespace });
  const claims = await kube.list({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace });
  const labels: { readonly [key: string]: string } = set.spec.template.metadata?.labels ?? {};
  // The clients' Service: selects these pods and has an address of its own; the headless one is the members' own.
  const service = services.find(
    (s) =>
      s.spec.clusterIP !== 'None' &&
      Object.keys(s.spec.selector ?? {}).length > 0 &&
      Object.entries(s.spec.selector as Record<string, string>).every(([k, v]) => labels[k] === v),
  );
  const password = (container?.env ?? []).find((env) => /ROOT_PASSWORD$/.test(env.name))?.valueFrom?.secretKeyRef;
  const words = [
    ...(container?.command ?? []),
    ...(container?.args ?? []),
    ...(container?.env ?? []).map((env) => `${env.name}=${env.value ?? ''}`),
  ].join(' ');
  const cluster = /wsrep[-_]cluster[-_]name[= ]["']?([\w.-]+)|GALERA_CLUSTER_NAME=([\w.-]+)/i.exec(words);
  const templates: readonly string[] = set.spec.volumeClaimTemplates.map((t: Obj) => t.metadata.name);
  const own = (name: string) => templates.some((template) => name.startsWith(`${template}-${set.metadata.name}-`));
  const name = cluster?.[1] ?? cluster?.[2];
  return {
    namespace,
    statefulset: set.metadata.name,
    container: container?.name ?? '',
    ...(name === undefined ? {} : { cluster: name }),
    ...(service ? { service: service.metadata.name } : {}),
    ...(password ? { secret: { name: password.name, key: password.key } } : {}),
    claims: claims.map((claim) => claim.metadata.name).filter((claim) => !own(claim)),
  };
}

function configuration(found: readonly Found[], context: string): string {
  return `# galera-runbook: which Galera clusters, and where their backups go. Unknown keys are refused.
targets:
${found.map((one) => target(one, context)).join('\n')}`;
}

function target(of: Found, context: string): string {
  const check = (value: string | undefined, otherwise: string, why: string) =>
    value === undefined ? `${otherwise}   # CHECK: ${why}` : value;
  const [claim] = of.claims.filter((name) => /backup/i.test(name));
  return `  ${of.statefulset}:
    flavour: statefulset
    context: ${context}
    namespace: ${of.namespace}
    cluster: ${check(of.cluster, 'galera', 'wsrep_cluster_name; "show variables like \'wsrep_cluster_name\'" says it')}
    statefulset: ${of.statefulset}
    container: ${of.container}
    # data-directory: /bitnami/mariadb/data   # in that container, where it is a folder below the claim's mount and not the mount itself
    service: ${check(of.service, of.statefulset, "the clients' Service: its selector is what traffic means")}
    # leaves-service-when-desynced: true   # where the readiness probe is a script or a URL: whether a desynced member stops being Ready
    account: {user: root, secret: ${of.secret?.name ?? of.statefulset}, key: ${of.secret?.key ?? 'password'}}${of.secret ? '' : '   # CHECK: an account with all privileges, from any pod'}
    # reader: {user: status, secret: mariadb-status, key: password}   # for status, plans and dry runs, where there is one
    bootstrap: grastate   # a member whose grastate.dat says safe_to_bootstrap: 1 starts a new Primary Component
    backups:
      claim: ${check(claim, 'galera-backups', 'a claim for backups, best one that every Kubernetes node reaches')}
      keep: 7
      # reserve: 5Gi   # stays free on every volume; default: the larger of 5 % and 256 MiB
`;
}
