import { FailureError, failure } from '../base/failure.ts';
import type { TableSum } from '../galera/data-truth.ts';
import type { MemberStatus } from '../galera/wsrep-status.ts';
import type { Account } from '../target/config.ts';
import type { AccountRights, TableInfo } from '../target/sql.ts';
import type { Dataset } from './dataset.ts';
import { change, groupOf, queueOf, runningData } from './groups.ts';
import { context } from './objects.ts';
import { type Member, namespace, type World } from './world.ts';

/** What a member answers to the named queries, with the sentences of src/mariadb. */

const version = '10.11.19-MariaDB-log';

function unknown(
  member: string,
  what: string,
  found: string,
  next = "ask again; if it stays so, look at the member's pod",
): never {
  throw new FailureError(failure('unknown', `an answer of ${member} to: ${what}`, found, next));
}

/** The way to a member: the API server's port-forward, its pod, its process, its account. */
export function reachable(
  world: World,
  pod: string,
  what: string,
  account: Account,
): { readonly member: Member; readonly data: Dataset } {
  if (world.faults.apiGone)
    unknown(pod, what, 'connect ECONNREFUSED', 'ask again; if it stays so, look at the API server');
  const member = world.members[pod];
  const object = world.objects[`Pod/${namespace}/${pod}`];
  if (object === undefined) unknown(pod, what, `pods "${pod}" not found`);
  const down = world.faults.nodesDown.includes(object.spec.nodeName);
  if (down || world.faults.silent.includes(pod)) unknown(pod, what, 'none within 5 s');
  const data = member && runningData(world, member);
  if (member?.phase !== 'up' || data === undefined) unknown(pod, what, 'connection refused');
  const secret = world.objects[`Secret/${namespace}/${account.secret}`];
  const encoded: string | undefined = secret?.data?.[account.key];
  const expected = `the password of account ${account.user} in Secret ${namespace}/${account.secret}, key ${account.key}`;
  if (world.faults.denied.includes('get secrets')) {
    throw new FailureError(
      failure(
        'refused',
        `the right to get secrets in namespace ${namespace} for user practice (context ${context})`,
        `secrets "${account.secret}" is forbidden: User "practice" cannot get resource "secrets"`,
        'ask for the right, or use another context',
      ),
    );
  }
  if (encoded === undefined)
    throw new FailureError(
      failure('refused', expected, 'no such Secret', 'create it, or correct "secret" in the configuration'),
    );
  if (data.passwords[account.user] !== Buffer.from(encoded, 'base64').toString('utf8')) {
    throw new FailureError(
      failure(
        'refused',
        `account ${account.user} to log in on ${pod} with the password in Secret ${account.secret}, key ${account.key}`,
        `Access denied for user '${account.user}'@'127.0.0.1' (using password: YES)`,
        "correct the Secret or the account's password",
      ),
    );
  }
  return { member, data };
}

const comments: { readonly [state: number]: string } = {
  0: 'Initialized',
  1: 'Joining',
  2: 'Donor/Desynced',
  3: 'Joined',
  4: 'Synced',
};

export function statusOf(world: World, pod: string, account: Account): MemberStatus {
  const { member, data } = reachable(world, pod, 'wsrep status', account);
  const group = groupOf(world, pod);
  const primary = group?.primary === true;
  return {
    connected: true,
    ready: primary,
    clusterStatus: primary ? 'Primary' : 'non-Primary',
    clusterSize: group?.members.length ?? 0,
    ...(primary ? { confId: String(group.confId) } : {}),
    ...(group ? { clusterUuid: group.uuid } : {}),
    localUuid: data.uuid,
    gcommUuid: member.gcommUuid,
    localState: member.state,
    localStateComment: comments[member.state] ?? 'Initialized',
    lastCommitted: String(data.seqno),
    recvQueue: primary ? queueOf(world, pod) : 0,
    desyncCount: member.desyncedBy + (member.desync ? 1 : 0),
    flowControlPausedNs: member.flowPausedNs,
    flowControlSent: member.flowSent,
    flowControlActive: group?.stalled === true,
    ...(member.cachedFrom === undefined ? {} : { localCachedDownto: String(member.cachedFrom) }),
    threadsConnected: world.clients.member === pod ? 12 : 2,
    uptime: Math.floor((world.now - member.startedAt) / 1000),
    settings: {
      version,
      clusterName: world.cluster,
      nodeName: pod,
      hostname: pod,
      dataDir: '/var/lib/mysql/',
      logBin: false,
      desync: member.desync,
      sstMethod: 'rsync',
      maxConnections: 151,
      fcLimit: 16,
      fcFactor: 1,
      fcSinglePrimary: false,
      gcacheSizeBytes: 128 * 1024 ** 2,
    },
  };
}

/** Queries need a Primary; only SHOW works without. */
function queryable(world: World, pod: string, what: string, account: Account): Dataset {
  const { data } = reachable(world, pod, what, account);
  if (groupOf(world, pod)?.primary !== true)
    unknown(pod, what, 'it is not ready: not Primary, or joining', 'look at its wsrep status');
  return data;
}

export function tablesOf(world: World, pod: string, account: Account): readonly TableInfo[] {
  const { tables } = queryable(world, pod, 'tables', account);
  return Object.values(tables).map(({ schema, table, bytes }) => ({ schema, table, engine: 'InnoDB', bytes }));
}

export function sumsOf(world: World, pod: string, account: Account): readonly TableSum[] {
  const { tables } = queryable(world, pod, 'checksums of all tables', account);
  return Object.keys(tables)
    .toSorted()
    .flatMap((name) => {
      const of = tables[name];
      return of ? [{ schema: of.schema, table: of.table, rows: of.rows, checksum: of.checksum }] : [];
    });
}

export function rightsOf(world: World, pod: string, account: Account): AccountRights {
  reachable(world, pod, 'the rights of the account', account);
  const global = account.user === 'root' ? ['ALL PRIVILEGES'] : ['BINLOG MONITOR', 'PROCESS', 'SELECT'];
  return { account: `${account.user}@%`, global };
}

/** A second ON is a warning and counts once; OFF of what is off is nothing. */
export function setDesync(world: World, pod: string, on: boolean): void {
  if (world.members[pod]) change(world, pod, { desync: on });
}
