import { describe, expect, test } from 'vitest';
import { dataPathsOf, outsideDataDir } from '../../src/galera/data-paths.ts';
import {
  flowControlLimits,
  pausedLevel,
  pausedShare,
  queueDrained,
  queueLevel,
} from '../../src/galera/flow-control.ts';
import { parseGaleraBoolean, parseGaleraSize } from '../../src/galera/provider-options.ts';
import { isSynced, parseMemberStatus } from '../../src/galera/wsrep-status.ts';
import { uuidA, uuidB } from './samples.ts';

const status = {
  wsrep_connected: 'ON',
  wsrep_ready: 'ON',
  wsrep_cluster_status: 'Primary',
  wsrep_cluster_size: '3',
  wsrep_cluster_conf_id: '214',
  wsrep_cluster_state_uuid: uuidA,
  wsrep_local_state_uuid: uuidA,
  wsrep_gcomm_uuid: uuidB,
  wsrep_local_state: '4',
  wsrep_local_state_comment: 'Synced',
  wsrep_last_committed: '4182771',
  wsrep_local_recv_queue: '3',
  wsrep_desync_count: '0',
  wsrep_flow_control_paused_ns: '123456789',
  wsrep_flow_control_sent: '2',
  wsrep_flow_control_active: 'false',
  wsrep_local_cached_downto: '4100000',
  Threads_connected: '17',
  Uptime: '86400',
};
const variables = {
  version: '10.11.19-MariaDB-0+deb12u1',
  wsrep_cluster_name: 'lab',
  wsrep_node_name: 'mariadb-server-0',
  hostname: 'mariadb-server-0',
  datadir: '/var/lib/mysql/',
  innodb_data_home_dir: '',
  innodb_log_group_home_dir: './',
  innodb_undo_directory: './',
  log_bin: 'ON',
  log_bin_basename: '/var/lib/mysql/mysql-bin',
  max_connections: '4096',
  wsrep_provider_options:
    'base_dir = /var/lib/mysql/; gcache.size = 128M; gcs.fc_factor = 1.0; gcs.fc_limit = 16; gcs.fc_master_slave = no; gcs.fc_single_primary = no; socket.ssl_cipher = ; ',
};

describe("a member's status", () => {
  test('is read from what the server prints', () => {
    expect(parseMemberStatus(status, variables)).toEqual({
      connected: true,
      ready: true,
      clusterStatus: 'Primary',
      clusterSize: 3,
      confId: '214',
      clusterUuid: uuidA,
      localUuid: uuidA,
      gcommUuid: uuidB,
      localState: 4,
      localStateComment: 'Synced',
      lastCommitted: '4182771',
      recvQueue: 3,
      desyncCount: 0,
      flowControlPausedNs: 123456789,
      flowControlSent: 2,
      flowControlActive: false,
      localCachedDownto: '4100000',
      threadsConnected: 17,
      uptime: 86400,
      settings: {
        version: '10.11.19-MariaDB-0+deb12u1',
        clusterName: 'lab',
        nodeName: 'mariadb-server-0',
        hostname: 'mariadb-server-0',
        dataDir: '/var/lib/mysql/',
        innodbLogGroupHomeDir: './',
        innodbUndoDirectory: './',
        logBin: true,
        logBinBasename: '/var/lib/mysql/mysql-bin',
        maxConnections: 4096,
        fcLimit: 16,
        fcFactor: 1,
        fcSinglePrimary: false,
        gcacheSizeBytes: 128 * 1024 ** 2,
      },
    });
  });

  test('has no value that was not read, and no default', () => {
    expect(parseMemberStatus({}, {})).toEqual({ settings: {} });
    const nothing = Object.fromEntries(Object.keys(status).map((name) => [name, '']));
    expect(parseMemberStatus(nothing, { datadir: '' })).toEqual({ settings: {} });
  });

  test.each([
    ['PRIMARY', 'Primary'],
    ['non-Primary', 'non-Primary'],
    ['Non-primary', 'non-Primary'],
    ['Disconnected', 'Disconnected'],
    ['quorum', undefined],
  ])('cluster status %s is %s', (text, expected) => {
    expect(parseMemberStatus({ wsrep_cluster_status: text }).clusterStatus).toBe(expected);
  });

  test('the unsigned -1 of a member that is in no group is no number', () => {
    const none = '18446744073709551615';
    expect(
      parseMemberStatus({ wsrep_cluster_conf_id: none, wsrep_last_committed: none, wsrep_local_cached_downto: none }),
    ).toEqual({ settings: {} });
  });

  test('names are read in either case', () => {
    expect(parseMemberStatus({ WSREP_LOCAL_STATE: '2' }).localState).toBe(2);
  });

  test('only state 4 is Synced, whatever the comment says', () => {
    expect(isSynced(parseMemberStatus({ wsrep_local_state: '4' }))).toBe(true);
    expect(isSynced(parseMemberStatus({ wsrep_local_state: '3', wsrep_local_state_comment: 'Synced' }))).toBe(false);
    expect(isSynced(parseMemberStatus({ wsrep_local_state_comment: 'Synced' }))).toBe(false);
  });

  test.each([
    ['gcs.fc_master_slave = yes; gcs.fc_single_primary = no', true],
    ['gcs.fc_master_slave = no; gcs.fc_single_primary = yes', true],
    ['gcs.fc_master_slave = no', false],
    ['gcache.size = 1G', undefined],
  ])('with %j the single primary is %s', (options, expected) => {
    expect(parseMemberStatus({}, { wsrep_provider_options: options }).settings.fcSinglePrimary).toBe(expected);
  });

  test.each([
    ['128M', 134217728],
    ['1g', 1073741824],
    ['4096', 4096],
    ['1.5G', undefined],
    ['', undefined],
  ])("Galera's size %j is %s", (text, bytes) => {
    expect(parseGaleraSize(text)).toBe(bytes);
  });

  test('a boolean that is none stays unknown', () => {
    expect(parseGaleraBoolean('perhaps')).toBeUndefined();
  });
});

describe('flow control', () => {
  const settings = { fcLimit: 16, fcFactor: 1, fcSinglePrimary: false };

  test.each([
    [settings, 3, { lower: 28, upper: 28 }],
    [settings, 1, { lower: 16, upper: 16 }],
    [settings, 5, { lower: 36, upper: 36 }],
    [{ ...settings, fcSinglePrimary: true }, 3, { lower: 16, upper: 16 }],
    [{ ...settings, fcFactor: 0.5 }, 3, { lower: 14, upper: 28 }],
    [{ fcLimit: 16, fcFactor: 1 }, 3, undefined],
    [settings, 0, undefined],
  ])('with %j and %i members the limits are %j', (given, members, limits) => {
    expect(flowControlLimits(given, members)).toEqual(limits);
  });

  test.each([
    [0, 0],
    [1, 1],
    [6, 1],
    [7, 2],
    [13, 2],
    [14, 3],
    [27, 3],
    [28, 4],
    [412, 4],
  ])('a queue of %i has level %i', (queue, level) => {
    expect(queueLevel(queue, { lower: 28, upper: 28 })).toBe(level);
  });

  test('the share of time paused comes from two samples, and a counter that went back says nothing', () => {
    expect(pausedShare(0, 250_000_000, 1000)).toBe(0.25);
    expect(pausedShare(500, 0, 1000)).toBeUndefined();
    expect(pausedShare(0, 1, 0)).toBeUndefined();
    expect([0, 0.01, 0.03, 0.06, 0.3].map(pausedLevel)).toEqual([0, 1, 2, 3, 4]);
  });

  test.each([
    [[0, 0, 0], 28, true],
    [[400, 27, 27, 27], 28, true],
    [[27, 28, 27], 28, false],
    [[0, 0], 28, false],
    [[0, undefined, 0], 28, false],
    [[0, 0, 0], 0, true],
    [[0, 1, 0], 0, false],
  ])('samples %j with lower limit %i: drained is %s', (samples, lower, drained) => {
    expect(queueDrained(samples, lower)).toBe(drained);
  });
});

describe('data paths', () => {
  test('empty and relative ones lie in the data directory', () => {
    const paths = dataPathsOf(parseMemberStatus({}, variables).settings);
    expect(paths && outsideDataDir(paths)).toEqual([]);
    expect(dataPathsOf({})).toBeUndefined();
  });

  test('those outside are named', () => {
    const paths = {
      dataDir: '/var/lib/mysql',
      innodbUndoDirectory: '/undo',
      innodbLogGroupHomeDir: '../logs',
      logBinBasename: '/var/lib/mysql-bin/b',
    };
    expect(outsideDataDir(paths).map(({ name }) => name)).toEqual([
      'innodbUndoDirectory',
      'innodbLogGroupHomeDir',
      'logBinBasename',
    ]);
  });
});
