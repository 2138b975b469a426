import { type Failure, FailureError, failure } from '../base/failure.ts';
import type { Check } from '../engine/action.ts';
import { dataPathsOf, outsideDataDir } from '../galera/data-paths.ts';
import { compareVersions, parseServerVersion } from '../galera/version.ts';
import { isSynced, type MemberStatus } from '../galera/wsrep-status.ts';
import type { Look } from '../target/look.ts';
import type { AccountRights } from '../target/sql.ts';
import { type ClusterView, viewCluster } from './cluster-view.ts';
import { isBelow, trimmed } from './data-mount.ts';
import { known, textField } from './fields.ts';
import { otherRunners } from './runner-jobs.ts';

const fields = { member: textField.required };

/** The server lets the tool finish: rights, version, where its files are, nothing else at work on the same data. */
export const mariadbBackupTool: Check = {
  kind: 'check',
  name: 'mariadb.backup-tool',
  summary: 'Rights, version and paths suit mariadb-backup, and no other backup or state transfer runs.',
  inputs: fields,
  outputs: ['version'],
  async observe(input, look) {
    const member = known(fields, input).member ?? '';
    const [status, rights, view] = await Promise.all([
      look.sql.status(member),
      rightsOf(look, member),
      viewCluster(look),
    ]);
    const problem =
      refuseServerVersion(member, status) ??
      (rights && refuseRights(rights)) ??
      refusePaths(member, status, view) ??
      refuseState(member, status) ??
      (await refuseRunners(look, view));
    if (problem) return { is: problem.kind === 'unknown' ? 'unknown' : 'not-so', failure: problem };
    const version = status.settings.version ?? '';
    const { user } = look.config.account;
    const has = rights
      ? `${rights.account} has the rights`
      : `rights of ${user} not read with this Kubernetes account: the Job checks them`;
    return {
      is: 'so',
      output: { version },
      says: `${member}: ${version}, ${has}, all paths under the data directory, no other backup`,
      facts: { version, account: rights?.account ?? user, rightsRead: rights !== undefined },
    };
  },
};

/** Undefined: a plan made with a reader's Kubernetes account, which may not read the acting account's Secret (design §6.1). */
async function rightsOf(look: Look, member: string): Promise<AccountRights | undefined> {
  try {
    return await look.sql.rights(member);
  } catch (thrown) {
    const reading = look.config.reader !== undefined && isRefused(thrown);
    if (reading && !(await mayReadSecret(look))) return undefined;
    throw thrown;
  }
}

/** Asked only after a refusal: a wrong password is one too, and must not pass. What is in the Secret is not looked at. */
async function mayReadSecret({ kube, config }: Look): Promise<boolean> {
  const ref = { apiVersion: 'v1', kind: 'Secret', namespace: config.namespace, name: config.account.secret };
  try {
    await kube.get(ref);
    return true;
  } catch (thrown) {
    if (isRefused(thrown)) return false;
    throw thrown;
  }
}

function isRefused(thrown: unknown): boolean {
  return thrown instanceof FailureError && thrown.failure.kind === 'refused';
}

const oldest = { major: 10, minor: 5, patch: 0 };

function refuseServerVersion(member: string, { settings }: MemberStatus): Failure | undefined {
  const version = settings.version === undefined ? undefined : parseServerVersion(settings.version);
  if (version && compareVersions(version, oldest) >= 0) return undefined;
  const found = settings.version === undefined ? 'no version read' : `'${settings.version}'`;
  return failure(
    'refused',
    `MariaDB 10.5 or later on ${member}`,
    found,
    'this program backs up MariaDB 10.5 and later',
  );
}

/** What the tool asks for, each with the names of privileges that will do; `SUPER` for wsrep_desync. */
const wanted: readonly (readonly string[])[] = [
  ['RELOAD'],
  ['PROCESS'],
  ['LOCK TABLES'],
  ['BINLOG MONITOR', 'REPLICATION CLIENT', 'SUPER'],
  ['SLAVE MONITOR', 'REPLICA MONITOR'],
  ['SUPER'],
];

function refuseRights({ account, global }: AccountRights): Failure | undefined {
  const has = new Set(global.map((right) => right.toUpperCase()));
  if (has.has('ALL PRIVILEGES') || has.has('ALL')) return undefined;
  const missing = wanted.filter((names) => !names.some((name) => has.has(name))).flatMap(([name]) => name ?? []);
  if (missing.length === 0) return undefined;
  const list = missing.join(', ');
  const next = `GRANT ${list} ON *.* TO ${quoted(account)}, or configure another account`;
  return failure(
    'refused',
    `${account} has the rights that mariadb-backup and wsrep_desync need`,
    `missing: ${list}`,
    next,
  );
}

/** `backup@%` as a statement takes it: `'backup'@'%'`. */
function quoted(account: string): string {
  const match = /^'?(.*?)'?@'?(.*?)'?$/.exec(account);
  return match ? `'${match[1]}'@'${match[2]}'` : account;
}

function refusePaths(member: string, { settings }: MemberStatus, view: ClusterView): Failure | undefined {
  const paths = dataPathsOf(settings);
  const next = 'this program backs up members whose files are all on one claim; move them, or use another procedure';
  const { path, dataDirectory } = view.mount;
  if (!paths)
    return failure(
      'unknown',
      `the data directory of ${member}`,
      'not read',
      'check that the account may read variables',
    );
  const found = trimmed(paths.dataDir);
  if (found !== trimmed(dataDirectory)) {
    return failure(
      'refused',
      `the data directory of ${member} at ${dataDirectory}, on its claim`,
      paths.dataDir,
      isBelow(found, path) ? `put "data-directory: ${found}" into the configuration` : next,
    );
  }
  const outside = outsideDataDir(paths);
  if (outside.length === 0) return undefined;
  const there = outside.map((each) => `${each.name} ${each.path}`).join('; ');
  return failure('refused', `all files of ${member} under ${paths.dataDir}`, there, next);
}

function refuseState(member: string, status: MemberStatus): Failure | undefined {
  if (isSynced(status) && status.desyncCount === 0) return undefined;
  const found = `${status.localStateComment ?? 'unknown state'}, desync count ${status.desyncCount ?? 'unknown'}`;
  return failure(
    'unsafe',
    `${member} Synced with desync count 0`,
    found,
    'wait until the other backup or state transfer is over',
  );
}

async function refuseRunners(look: Look, view: ClusterView): Promise<Failure | undefined> {
  const claims = view.members.map((member) => member.data.claim);
  const others = await otherRunners(look, claims);
  if (others.length === 0) return undefined;
  const next = 'wait for that run, or end it: galera-runbook runs list, runs repair RUN';
  return failure('refused', "no runner of another run on a member's volume", `active: ${others.join(', ')}`, next);
}
