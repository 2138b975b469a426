/**
 * The lab for tests: a real Kubernetes with a real Galera, and what a bad day needs (README.md). With GALERA_E2E_OUTSIDE=1 the same
 * functions serve a cluster that KUBECONFIG names; those that reach under Kubernetes then throw `notOutside`.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Exec, type V1PersistentVolume, type V1Status } from '@kubernetes/client-node';
import { apply, clients, outside, remove, resetClients } from './cluster.ts';
import {
  accounts,
  type BackupClaim,
  backupClaimName,
  foundations,
  type GaleraOptions,
  labPlatform,
  names,
  ownLabel,
  type Platform,
  statefulSet,
} from './galera.ts';
import { labFolder, type RunOptions, script, until } from './shell.ts';
import { volumes } from './volumes.ts';

export { apply, clients, isNotFound, kubeconfig, outside, remove } from './cluster.ts';
export { accounts, type BackupClaim, backupClaimName, type GaleraOptions, type Layout, names } from './galera.ts';
export { labFolder, until } from './shell.ts';

const run = join(labFolder, 'run');
const nodes = [0, 1, 2] as const;

/** What a lab-only function throws on an outside cluster; a test skips on its message. */
export const notOutside = 'not on an outside cluster';

function labOnly(): void {
  if (outside) throw new Error(notOutside);
}

// ---- the lab ---------------------------------------------------------------------------------------------------------------------

/** Up with three Ready Kubernetes nodes and fresh volumes; builds what is missing. An existing lab is repaired and kept, or replaced. */
export async function labUp(options: { fresh?: boolean; show?: boolean } = {}): Promise<void> {
  if (outside) return;
  await script('up.sh', options.fresh === true ? ['--fresh'] : [], {
    show: options.show ?? false,
    timeoutMs: 3_600_000,
  });
  resetClients();
  await script('repair.sh');
  for (const i of nodes) await until(`node${i} to be Ready`, 60_000, () => nodeReady(i));
  await apply(volumes);
}

export async function labDown(): Promise<void> {
  if (!outside) await script('down.sh');
}

/** Undoes cutLink, apiServerStop and nodeDown, whichever there are. */
export async function repair(): Promise<void> {
  if (outside) return;
  const begin = Date.now();
  const restarted = await script('repair.sh');
  for (const i of nodes) {
    await until(`node${i} to be Ready`, 60_000, () => nodeReady(i, restarted.includes(`node${i}`) ? begin : 0));
  }
}

// ---- Galera ----------------------------------------------------------------------------------------------------------------------

function platform(): Platform {
  if (!outside) return labPlatform;
  const image = process.env.GALERA_E2E_IMAGE;
  const memberClass = process.env.GALERA_E2E_STORAGE_CLASS;
  const shared = process.env.GALERA_E2E_BACKUP_STORAGE_CLASS ?? memberClass;
  if (image === undefined || memberClass === undefined || shared === undefined) {
    throw new Error('GALERA_E2E_OUTSIDE=1 needs GALERA_E2E_IMAGE and GALERA_E2E_STORAGE_CLASS');
  }
  const once = { storageClass: memberClass, accessMode: 'ReadWriteOnce', size: '3Gi' };
  const many = { storageClass: shared, accessMode: 'ReadWriteMany' };
  return {
    image,
    memberClass,
    backupClass: {
      shared: { ...many, size: '5Gi' },
      small: { ...many, size: '300Mi' },
      local: once,
      moves: once,
      unbound: once,
    },
  };
}

/** A new Galera cluster of three Synced members, in place of the one that is there. */
export async function galeraUp(options: GaleraOptions = {}): Promise<void> {
  const namespace = options.namespace ?? names.namespace;
  await galeraDown({ namespace });
  const { core, apps } = clients();
  await apply(foundations(options, platform()));
  for (const claim of outside ? [] : (options.backups ?? ['shared'])) {
    if (claim === 'unbound') continue;
    const name = backupClaimName(claim);
    await until(`claim ${name} to be bound`, 20_000, async () => {
      const found = await core.readNamespacedPersistentVolumeClaim({ namespace, name });
      return found.status?.phase === 'Bound';
    });
  }
  await apply([statefulSet(options, platform())]);
  await waitSynced(namespace, 180_000);
  await core.deleteNamespacedConfigMap({ namespace, name: names.newDatabase });
  const { spec } = await apps.readNamespacedStatefulSet({ namespace, name: names.statefulSet });
  for (let member = 0; member < (spec?.replicas ?? 0); member++) {
    const [row] = await sql(member, "show status like 'wsrep_cluster_size'", { namespace });
    if (row?.[1] !== String(names.replicas)) throw new Error(`member ${member} counts ${row?.[1]} members`);
  }
}

/** Waits until every replica is Ready, which is Synced; says where each pod stands when that takes too long. */
export async function waitSynced(namespace: string = names.namespace, timeoutMs = 120_000): Promise<void> {
  const { core, apps } = clients();
  const synced = async () => {
    const { spec, status } = await apps.readNamespacedStatefulSet({ namespace, name: names.statefulSet });
    return spec?.replicas !== undefined && status?.readyReplicas === spec.replicas && status.replicas === spec.replicas;
  };
  try {
    await until(`${names.statefulSet} to be Synced`, timeoutMs, synced);
  } catch (error) {
    const { items } = await core.listNamespacedPod({ namespace });
    const pods = items.map(({ metadata, status }) => {
      const state = status?.containerStatuses?.[0]?.state;
      return `${metadata?.name}: ${status?.phase} ${JSON.stringify(state ?? status?.conditions)}`;
    });
    throw new Error([error instanceof Error ? error.message : String(error), ...pods].join('\n'), { cause: error });
  }
}

/**
 * Empties a namespace that galeraUp made, or each of them, and makes its volumes as new. Repairs the lab first. The namespace stays:
 * Kubernetes takes 12 s to delete one, 5 of them a fixed wait.
 */
export async function galeraDown(options: { namespace?: string } = {}): Promise<void> {
  await repair();
  const { items } = await clients().core.listNamespace();
  for (const { metadata } of items) {
    const name = metadata?.name ?? '';
    const ours = metadata?.labels?.[ownLabel] !== undefined;
    if (options.namespace === undefined ? !ours : options.namespace !== name) continue;
    // On a cluster that is somebody's, this is what keeps the tests from emptying a real database's namespace.
    if (!ours) throw new Error(`namespace ${name} is not the tests' own: it has no label ${ownLabel}`);
    await emptyNamespace(name);
  }
}

const emptied = [
  ['batch/v1', 'CronJob'],
  ['batch/v1', 'Job'],
  ['apps/v1', 'StatefulSet'],
  ['apps/v1', 'Deployment'],
  ['v1', 'Service'],
  ['v1', 'ConfigMap'],
  ['v1', 'Secret'],
  ['v1', 'PersistentVolumeClaim'],
  ['v1', 'ServiceAccount'],
  ['coordination.k8s.io/v1', 'Lease'],
  ['policy/v1', 'PodDisruptionBudget'],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
  ['rbac.authorization.k8s.io/v1', 'Role'],
] as const;
/** Every namespace has these from Kubernetes itself. */
const kept = ['kube-root-ca.crt', 'default'];

async function emptyNamespace(namespace: string): Promise<void> {
  const { core, objects } = clients();
  await until(`namespace ${namespace} to be empty`, 90_000, async () => {
    let left = 0;
    for (const [apiVersion, kind] of emptied) {
      const { items } = await objects.list(apiVersion, kind, namespace);
      const found = items.filter(({ metadata }) => !kept.includes(metadata?.name ?? ''));
      left += found.length;
      // In every round: a controller that has not seen its object go makes a pod or a claim once more.
      const fresh = found.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
      await remove(fresh.map((item) => ({ ...item, apiVersion, kind })));
    }
    const { items: pods } = await core.listNamespacedPod({ namespace });
    // With next to no grace: nothing of their data is kept.
    const slow = pods.filter(({ metadata }) => metadata?.deletionGracePeriodSeconds !== 1);
    if (slow.length > 0) await core.deleteCollectionNamespacedPod({ namespace, gracePeriodSeconds: 1 });
    // mariadbd that waits for a Primary ignores SIGTERM, and kubelet may stay with the grace period that it was told first.
    if (pods.length > 0 && !outside) await script('kill-members.sh', [namespace]);
    return left + pods.length === 0;
  });
  if (!outside) await renewVolumes(namespace);
}

/** Empties the volumes whose claims were in this namespace and makes their objects anew, so that they bind again. */
async function renewVolumes(namespace: string): Promise<void> {
  const { items } = await clients().core.listPersistentVolume();
  const used = items.filter(({ spec }) => spec?.claimRef?.namespace === namespace);
  const claimed = volumes.filter(({ metadata }) => used.some((volume) => volume.metadata?.name === metadata?.name));
  const paths = used.map(volumePath);
  const wipe =
    'for path; do find "$path" -mindepth 1 -maxdepth 1 ! -name lost+found -exec rm -rf {} +; chown root: "$path"; done';
  await script('in-lab.sh', ['bash', '-c', wipe, 'wipe', ...paths]);
  await remove(claimed);
  await until('the volumes to be gone', 20_000, async () => {
    const left = await clients().core.listPersistentVolume();
    return !left.items.some(({ spec }) => spec?.claimRef?.namespace === namespace);
  });
  await apply(claimed);
}

// ---- members ---------------------------------------------------------------------------------------------------------------------

const pod = (member: number): string => `${names.statefulSet}-${member}`;

export interface MemberOptions extends RunOptions {
  readonly namespace?: string;
}

/** Output of a command in a member's container, whose mariadbd must run. The API server is not asked. */
export async function inMember(
  member: number,
  command: readonly string[],
  options: MemberOptions = {},
): Promise<string> {
  const namespace = options.namespace ?? names.namespace;
  if (outside) return execOutside(namespace, pod(member), command, options.stdin ?? '');
  return script('member.sh', [namespace, pod(member), 'exec', ...command], options);
}

/** The same by way of the API server. It does not end a command's input, so the command is told how long that is. */
async function execOutside(
  namespace: string,
  name: string,
  command: readonly string[],
  stdin: string,
): Promise<string> {
  const limited = ['bash', '-c', `head -c ${Buffer.byteLength(stdin)} | "$@"`, '-', ...command];
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const output = Promise.all([text(stdout), text(stderr)]);
  const status = await new Promise<V1Status>((resolve, reject) => {
    new Exec(clients().config)
      .exec(namespace, name, names.container, limited, stdout, stderr, Readable.from([stdin]), false, resolve)
      .then((socket) => socket.on('error', reject), reject);
  });
  stdout.end();
  stderr.end();
  const [out, err] = await output;
  if (status.status !== 'Success') throw new Error(`${name}: ${status.message}: ${err.trim()}`);
  return out;
}

export interface SqlOptions extends MemberOptions {
  readonly user?: string;
  /** Default: the one that the Secret has. */
  readonly password?: string;
}

const escapes: Record<string, string> = { n: '\n', t: '\t', '0': '\0', '\\': '\\' };
const unescaped = (value: string): string => value.replace(/\\(.)/g, (all, letter: string) => escapes[letter] ?? all);

/** Rows of one or more statements, run on this member over its socket; NULL is the text `NULL`. */
export async function sql(member: number, statements: string, options: SqlOptions = {}): Promise<string[][]> {
  const user = options.user ?? 'root';
  const password = options.password ?? Object.entries(accounts).find(([name]) => name === user)?.[1].password ?? '';
  const command = ['env', `MYSQL_PWD=${password}`, 'mariadb', `-u${user}`, '--batch', '--skip-column-names'];
  const output = await inMember(member, command, { ...options, stdin: statements });
  return output
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t').map(unescaped));
}

/** Sends a signal to a member's mariadbd, from outside of its container. */
export async function killMember(member: number, signal = 'KILL', namespace: string = names.namespace): Promise<void> {
  labOnly();
  await script('member.sh', [namespace, pod(member), 'kill', signal]);
}

/** The number of the Kubernetes node that a member is on. */
export async function memberNode(member: number, namespace: string = names.namespace): Promise<number> {
  labOnly();
  const { spec } = await clients().core.readNamespacedPod({ namespace, name: pod(member) });
  return Number(spec?.nodeName?.replace('node', ''));
}

// ---- under Kubernetes: disks, nodes, link, API server ------------------------------------------------------------------------------

/** Output of a shell command where the volumes are mounted and every process is seen. */
export async function inLab(command: string, options: RunOptions = {}): Promise<string> {
  labOnly();
  return script('in-lab.sh', ['bash', '-c', command], options);
}

/** Output of a shell command on a Kubernetes node. */
export async function onNode(node: number, command: string, options: RunOptions = {}): Promise<string> {
  labOnly();
  return script('in-node.sh', [String(node), 'bash', '-c', command], options);
}

function volumePath({ metadata, spec }: V1PersistentVolume): string {
  const path = spec?.local?.path ?? spec?.hostPath?.path;
  if (path === undefined) throw new Error(`volume ${metadata?.name} has no path`);
  return path;
}

async function claimPath(namespace: string, name: string): Promise<string> {
  labOnly();
  const { core } = clients();
  const claim = await core.readNamespacedPersistentVolumeClaim({ namespace, name });
  if (claim.spec?.volumeName === undefined) throw new Error(`claim ${name} is not bound`);
  return volumePath(await core.readPersistentVolume({ name: claim.spec.volumeName }));
}

/** Where the root of a member's volume is, for inLab. With layout `folder` the data directory is `mysql` below it. */
export const memberVolumePath = (member: number, namespace: string = names.namespace): Promise<string> =>
  claimPath(namespace, `${names.volumeClaim}-${pod(member)}`);

export const backupVolumePath = (claim: BackupClaim = 'shared', namespace: string = names.namespace): Promise<string> =>
  claimPath(namespace, backupClaimName(claim));

/** The node loses power. Kubernetes notices some 16 s later. */
export async function nodeDown(node: number): Promise<void> {
  labOnly();
  await script('node-down.sh', [String(node)]);
}

/** The node starts again; resolves when it is Ready. Its containers are started anew by then or soon after. */
export async function nodeUp(node: number): Promise<void> {
  labOnly();
  const begin = Date.now();
  await script('node-up.sh', [String(node)]);
  await until(`node${node} to be Ready`, 60_000, () => nodeReady(node, begin));
}

/** Whether Kubernetes says Ready, on the word of a kubelet heard of since: shortly after a fall it still says so of a dead node. */
export async function nodeReady(node: number, since = 0): Promise<boolean> {
  labOnly();
  const { core, leases } = clients();
  const name = `node${node}`;
  const { status } = await core.readNode({ name });
  const ready = status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  if (!ready || since === 0) return ready;
  const lease = await leases.readNamespacedLease({ namespace: 'kube-node-lease', name });
  return new Date(lease.spec?.renewTime ?? 0).getTime() > since;
}

/**
 * The host loses its connection to the lab, as a bastion may. `silent`: packets vanish and connections hang; `down`: the host's own
 * interface is gone and errors come at once.
 */
export async function cutLink(how: 'silent' | 'down' = 'silent'): Promise<void> {
  labOnly();
  await script('link.sh', [how === 'silent' ? 'cut' : 'down']);
}

export async function restoreLink(): Promise<void> {
  labOnly();
  await script('link.sh', ['restore']);
}

export async function apiServerStop(): Promise<void> {
  labOnly();
  await script('apiserver.sh', ['stop']);
}

/** Resolves when it answers again. */
export async function apiServerStart(): Promise<void> {
  labOnly();
  await script('apiserver.sh', ['start']);
}

// ---- who did what ------------------------------------------------------------------------------------------------------------------

/** Path of the kubeconfig of a user with a client certificate; what the user may do is RBAC's, and the audit log has this name. */
export async function makeUser(name: string, groups: readonly string[] = []): Promise<string> {
  labOnly();
  return (await script('user.sh', [join(run, 'users'), name, ...groups])).trim();
}

export interface AuditLine {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  readonly requestReceivedTimestamp: string;
}

/** The API server's own record of requests, oldest first: whose, and from when. A watch or an exec has a line when it starts and another at its end. */
export async function auditLines(filter: { user?: string; since?: Date } = {}): Promise<AuditLine[]> {
  labOnly();
  // A line is written when its request has been answered, perhaps a moment after the answer. A request of ours comes after all of them.
  const marker = randomUUID();
  await clients().core.listNamespacedConfigMap({ namespace: 'default', labelSelector: `audit-marker=${marker}` });
  const log = await until('the audit log', 10_000, async () => {
    const written = await readFile(join(run, 'log', 'audit.log'), 'utf8');
    return written.includes(marker) ? written : false;
  });
  return log
    .split('\n')
    .filter((line) => line !== '' && !line.includes(marker))
    .map((line) => JSON.parse(line) as AuditLine)
    .filter(({ user }) => filter.user === undefined || user.username === filter.user)
    .filter(({ requestReceivedTimestamp: at }) => filter.since === undefined || new Date(at) >= filter.since);
}

// ---- status ------------------------------------------------------------------------------------------------------------------------

/** One line a fact, for a person. */
export async function labStatus(): Promise<string[]> {
  if (!outside) {
    const pid = await script('status.sh');
    if (pid === '') return [`The lab in ${labFolder} is down.`];
  }
  const { core } = clients();
  const lines: string[] = outside ? [] : [`The lab in ${labFolder} is up.`];
  for (const { metadata, status } of (await core.listNode()).items) {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    lines.push(`${metadata?.name}  Ready: ${ready}`);
  }
  const pods = await core.listPodForAllNamespaces({ labelSelector: 'application=mariadb,component=server' });
  for (const { metadata, spec, status } of pods.items) {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    lines.push(`${metadata?.namespace}/${metadata?.name}  ${spec?.nodeName}  ${status?.phase}  Synced: ${ready}`);
  }
  return lines;
}
