import { parseUuid } from './position.ts';
import { parseGaleraBoolean, parseGaleraSize, parseProviderOptions } from './provider-options.ts';
import { parseStatusSeqno, type Seqno, undefinedSeqno } from './seqno.ts';

export type ClusterStatus = 'Primary' | 'non-Primary' | 'Disconnected';

/**
 * What one member says of itself, from `SHOW GLOBAL STATUS` (sequences.md §3). A value that was not there or could not be read
 * is absent, never a default: absent is unknown, and unknown never counts as good.
 */
export interface MemberStatus {
  readonly connected?: boolean;
  /** False while the member refuses queries: not Primary, or still joining. */
  readonly ready?: boolean;
  readonly clusterStatus?: ClusterStatus;
  readonly clusterSize?: number;
  /** Number of the membership change, as text (it is 64 bits); the same everywhere in one Primary Component. Absent without one. */
  readonly confId?: string;
  readonly clusterUuid?: string;
  readonly localUuid?: string;
  /** This member's own id in the group; `my_uuid` of gvwstate.dat. New with every start. */
  readonly gcommUuid?: string;
  /** 1 joining, 2 donor or desynced, 3 joined and catching up, 4 synced; 0 none. */
  readonly localState?: number;
  /** As the server says it: `Synced`, `Donor/Desynced`, `Joining: receiving State Transfer` … */
  readonly localStateComment?: string;
  readonly lastCommitted?: Seqno;
  /** Its place in the membership, from 0. */
  readonly localIndex?: number;
  /** Write-sets waiting to be applied. */
  readonly recvQueue?: number;
  /** Write-sets waiting to be sent. */
  readonly sendQueue?: number;
  /** Transactions that lost to others since start: at certification, or by a forced rollback. */
  readonly conflicts?: number;
  /** Counts every cause: ours, a state transfer, and BACKUP STAGE from BLOCK_DDL on. */
  readonly desyncCount?: number;
  /** Nanoseconds since start or FLUSH STATUS. */
  readonly flowControlPausedNs?: number;
  readonly flowControlSent?: number;
  readonly flowControlActive?: boolean;
  /** Lowest seqno in the cache. Absent when the cache is empty. */
  readonly localCachedDownto?: Seqno;
  readonly threadsConnected?: number;
  /** Seconds. */
  readonly uptime?: number;
  readonly settings: MemberSettings;
}

/** What is set on a member, from `SHOW GLOBAL VARIABLES`. Each absent where it was not asked or not there. */
export interface MemberSettings {
  readonly version?: string;
  readonly clusterName?: string;
  readonly nodeName?: string;
  readonly hostname?: string;
  readonly dataDir?: string;
  readonly innodbDataHomeDir?: string;
  readonly innodbLogGroupHomeDir?: string;
  readonly innodbUndoDirectory?: string;
  readonly ariaLogDirPath?: string;
  readonly logBin?: boolean;
  readonly logBinBasename?: string;
  readonly desync?: boolean;
  readonly sstMethod?: string;
  readonly maxConnections?: number;
  readonly fcLimit?: number;
  readonly fcFactor?: number;
  /** `gcs.fc_single_primary`, or its old name `gcs.fc_master_slave`: the limit does not grow with the members. */
  readonly fcSinglePrimary?: boolean;
  readonly gcacheSizeBytes?: number;
}

type Rows = Readonly<Record<string, string>>;
type Loose<T> = { [K in keyof T]?: T[K] | undefined };

function withoutAbsent<T extends object>(values: Loose<T>): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

/** Servers and tools differ in the case of names, and of Primary. */
function reader(rows: Rows): (name: string) => string | undefined {
  const lower = new Map(Object.entries(rows).map(([name, value]) => [name.toLowerCase(), value]));
  return (name) => lower.get(name);
}

function text(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}

function number(value: string | undefined): number | undefined {
  if (value === undefined || !/^\d+(\.\d+)?$/.test(value)) return undefined;
  return Number(value);
}

function integer(value: string | undefined): number | undefined {
  const found = number(value);
  return Number.isSafeInteger(found) ? found : undefined;
}

function boolean(value: string | undefined): boolean | undefined {
  return value === undefined ? undefined : parseGaleraBoolean(value);
}

function sum(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one + other;
}

function uuid(value: string | undefined): string | undefined {
  return value === undefined ? undefined : parseUuid(value);
}

function seqno(value: string | undefined): Seqno | undefined {
  const found = value === undefined ? undefined : parseStatusSeqno(value);
  return found === undefinedSeqno ? undefined : found;
}

const clusterStatuses: readonly ClusterStatus[] = ['Primary', 'non-Primary', 'Disconnected'];

function clusterStatus(value: string | undefined): ClusterStatus | undefined {
  return clusterStatuses.find((known) => known.toLowerCase() === value?.toLowerCase());
}

function parseSettings(variables: Rows): MemberSettings {
  const get = reader(variables);
  const options = parseProviderOptions(get('wsrep_provider_options') ?? '');
  const gcache = options['gcache.size'];
  return withoutAbsent<MemberSettings>({
    version: text(get('version')),
    clusterName: text(get('wsrep_cluster_name')),
    nodeName: text(get('wsrep_node_name')),
    hostname: text(get('hostname')),
    dataDir: text(get('datadir')),
    innodbDataHomeDir: text(get('innodb_data_home_dir')),
    innodbLogGroupHomeDir: text(get('innodb_log_group_home_dir')),
    innodbUndoDirectory: text(get('innodb_undo_directory')),
    ariaLogDirPath: text(get('aria_log_dir_path')),
    logBin: boolean(get('log_bin')),
    logBinBasename: text(get('log_bin_basename')),
    desync: boolean(get('wsrep_desync')),
    sstMethod: text(get('wsrep_sst_method')),
    maxConnections: integer(get('max_connections')),
    fcLimit: integer(options['gcs.fc_limit']),
    fcFactor: number(options['gcs.fc_factor']),
    // The old name is still listed beside the new one, and still works: either switches it on.
    fcSinglePrimary: either(boolean(options['gcs.fc_single_primary']), boolean(options['gcs.fc_master_slave'])),
    gcacheSizeBytes: gcache === undefined ? undefined : parseGaleraSize(gcache),
  });
}

function either(one: boolean | undefined, other: boolean | undefined): boolean | undefined {
  return one === true || other === true ? true : (one ?? other);
}

/** Names and values as the server printed them, of `SHOW GLOBAL STATUS` and, where they were asked for, `SHOW GLOBAL VARIABLES`. */
export function parseMemberStatus(status: Rows, variables: Rows = {}): MemberStatus {
  const get = reader(status);
  return withoutAbsent<MemberStatus>({
    connected: boolean(get('wsrep_connected')),
    ready: boolean(get('wsrep_ready')),
    clusterStatus: clusterStatus(get('wsrep_cluster_status')),
    clusterSize: integer(get('wsrep_cluster_size')),
    // -1, printed as unsigned, outside a Primary Component.
    confId: seqno(get('wsrep_cluster_conf_id')),
    clusterUuid: uuid(get('wsrep_cluster_state_uuid')),
    localUuid: uuid(get('wsrep_local_state_uuid')),
    gcommUuid: uuid(get('wsrep_gcomm_uuid')),
    localState: integer(get('wsrep_local_state')),
    localStateComment: text(get('wsrep_local_state_comment')),
    lastCommitted: seqno(get('wsrep_last_committed')),
    localIndex: integer(get('wsrep_local_index')),
    recvQueue: integer(get('wsrep_local_recv_queue')),
    sendQueue: integer(get('wsrep_local_send_queue')),
    conflicts: sum(integer(get('wsrep_local_cert_failures')), integer(get('wsrep_local_bf_aborts'))),
    desyncCount: integer(get('wsrep_desync_count')),
    flowControlPausedNs: number(get('wsrep_flow_control_paused_ns')),
    flowControlSent: integer(get('wsrep_flow_control_sent')),
    flowControlActive: boolean(get('wsrep_flow_control_active')),
    localCachedDownto: seqno(get('wsrep_local_cached_downto')),
    threadsConnected: integer(get('threads_connected')),
    uptime: integer(get('uptime')),
    settings: parseSettings(variables),
  });
}

/** `wsrep_local_state` 4. */
export function isSynced(status: MemberStatus): boolean {
  return status.localState === 4;
}
