import { proofText } from '../../src/commands/proof-words.ts';
import type { MemberStatus } from '../../src/galera/wsrep-status.ts';
import type { RunSummary } from '../../src/record/run-summary.ts';
import { frame } from '../../src/screens/frame.ts';
import { textOf } from '../../src/screens/line.ts';
import type { ClusterLook, Listing, MemberLook, RunbookRow, Target } from '../../src/screens/operations.ts';
import type { ScreensState, Size } from '../../src/screens/state.ts';
import { newStore, type ScreensStore } from '../../src/screens/store.ts';
import { Writer } from '../../src/screens/writer.ts';
import type { BackupRow } from '../../src/views/status-view.ts';
import { runbook, step } from '../engine/fakes.ts';
import { clock } from '../record/canned.ts';

const GiB = 2 ** 30;
const hour = 3_600_000;
export const uuid = '36553af3-0b2c-11f0-8c5e-3a1f7c2d9e04';

export const target: Target = {
  name: 'shop',
  context: 'prod-east',
  namespace: 'openstack',
  cluster: 'lab',
  statefulset: 'mariadb-server',
  kubeSystemUid: '4f9c07d2-0000-4000-8000-000000000001',
  statefulSetUid: 'b21e6a90-0000-4000-8000-000000000002',
  service: 'mariadb',
  claim: 'galera-backups',
};

/** Screens that are filled as the program fills them: by the writer, second by second. */
export interface World {
  readonly store: ScreensStore;
  readonly writer: Writer;
  state(): ScreensState;
  /** As the terminal would show it, without what fills the lines. */
  screen(): string;
}

export function newWorld(at: string, size: Size = { columns: 80, rows: 24 }): World {
  const store = newStore(clock(at), size);
  const writer = new Writer(store);
  writer.target(target, clock(at));
  return {
    store,
    writer,
    state: store.getState,
    screen: () =>
      `${frame(store.getState())
        .map((line) => textOf(line).trimEnd())
        .join('\n')}\n`,
  };
}

export function memberLook(ordinal: number, change: Partial<MemberLook> = {}): MemberLook {
  const member = `mariadb-server-${ordinal}`;
  return {
    member,
    ordinal,
    pod: {
      uid: ['8c2f51ae', '1d70b3f4', 'e09a4c77'][ordinal] ?? `${ordinal}0000000`,
      ready: true,
      readySince: clock('02:51:22'),
      deleting: false,
      restarts: ordinal === 2 ? 1 : 0,
      ip: `10.42.${ordinal}.21`,
      node: `worker-${ordinal + 1}`,
    },
    inService: true,
    claim: `data-${member}`,
    capacityBytes: 100 * GiB,
    ...change,
  };
}

export const healthyLook: ClusterLook = { replicas: 3, members: [0, 1, 2].map((ordinal) => memberLook(ordinal)) };

export function statusOf(ordinal: number, change: Partial<MemberStatus> = {}): MemberStatus {
  return {
    connected: true,
    ready: true,
    clusterStatus: 'Primary',
    clusterSize: 3,
    confId: '214',
    clusterUuid: uuid,
    localUuid: uuid,
    localState: 4,
    localStateComment: 'Synced',
    localIndex: ordinal,
    lastCommitted: '4182634',
    recvQueue: 0,
    sendQueue: 0,
    conflicts: 0,
    desyncCount: 0,
    flowControlPausedNs: 1_000_000,
    flowControlSent: 0,
    localCachedDownto: '2978223',
    threadsConnected: 212,
    uptime: 90_000,
    settings: { version: '10.11.19-MariaDB', maxConnections: 1000, fcLimit: 16, fcFactor: 1, fcSinglePrimary: false },
    ...change,
  };
}

/** One member each second from `from` to `to`; `change` by the clock's text. */
export function sampled(
  { writer }: World,
  ordinal: number,
  from: string,
  to: string,
  change: (time: string) => Partial<MemberStatus> = () => ({}),
): void {
  for (let at = clock(from); at <= clock(to); at += 1000) {
    const time = new Date(at).toISOString().slice(11, 19);
    writer.sampled(`mariadb-server-${ordinal}`, statusOf(ordinal, change(time)), at, 4);
  }
}

function backup(
  day: number,
  second: number,
  size: number,
  mark: BackupRow['mark'],
  seqno: number | undefined,
): BackupRow {
  const taken = Date.UTC(2026, 10, day, 21, 0, second);
  const level = { '#': 'none', '=': 'checksums', '+': 'restored', '-': 'failed' } as const;
  const provenAt = mark === '+' ? { provenAt: taken + 4 * hour + 20 * 60_000 } : {};
  return {
    id: `202611${day}T21000${second}Z`,
    takenAt: taken,
    positionAt: taken + 187_000,
    bytes: size * GiB,
    ...(seqno === undefined ? {} : { position: `${uuid}:${seqno}` }),
    mark,
    proof: proofText({ level: level[mark] }),
    ...provenAt,
    ...(seqno === undefined
      ? {}
      : {
          made: {
            kind: 'full' as const,
            run: 'h3x8d1',
            donor: 'mariadb-server-2',
            serverVersion: '10.11.19-MariaDB',
            toolVersion: '10.11.19',
            dataBytes: 28.4 * GiB,
            tables: 412,
            schemas: 23,
            compression: 'zstd',
            archive: { name: 'backup.mbstream.zst', sha256: `b1946ac9${'0'.repeat(56)}` },
            proofRun: 'f6p1s4',
          },
        }),
  };
}

export const backups: readonly BackupRow[] = [
  backup(20, 4, 9.62, '+', 4103391),
  backup(19, 3, 9.58, '=', 3918204),
  backup(18, 4, 9.57, '=', 3740377),
  backup(17, 3, 2.11, '-', undefined),
  backup(16, 4, 9.41, '+', 3391560),
  backup(15, 5, 9.4, '#', 3214882),
  backup(14, 3, 9.38, '=', 3040116),
];

function summary(
  run: string,
  runbook: string,
  by: string,
  started: string,
  took: string,
  exit: number,
  outcome: string,
): RunSummary {
  const startedAt = Date.parse(`${started.replace(' ', 'T')}Z`);
  const [minutes = 0, seconds = 0] = took.split(':').map(Number);
  return {
    run,
    runbook,
    title: runbook,
    cluster: 'openstack/lab',
    context: 'prod-east',
    by,
    startedAt,
    endedAt: startedAt + (minutes * 60 + seconds) * 1000,
    exit,
    outcome,
    unpaid: [],
    kept: [],
    putBack: false,
    closed: false,
    lastEventAt: startedAt,
  };
}

const older = (count: number): readonly RunSummary[] =>
  Array.from({ length: count }, (_, index) =>
    summary(`o${index}`, 'galera-backup', 'schedule', '2026-10-01 21:00:01', '5:00', 0, 'done'),
  );

export const runs: readonly RunSummary[] = [
  summary('f6p1s4', 'backups verify', 'schedule', '2026-11-21 01:10:22', '9:58', 0, 'done'),
  summary('h3x8d1', 'galera-backup', 'schedule', '2026-11-20 21:00:01', '5:12', 0, 'done'),
  summary('c9v4t2', 'galera-backup', 'schedule', '2026-11-19 21:00:01', '5:09', 3, 'done, warned'),
  summary('z2b6k8', 'galera-backup', 'schedule', '2026-11-18 21:00:01', '5:11', 0, 'done'),
  summary(
    'w5n0j7',
    'galera-restore',
    'sre1@bastion-1 (login uid 1000)',
    '2026-11-18 14:02:10',
    '0:41',
    5,
    'answered no',
  ),
  summary('y1r5m3', 'galera-backup', 'schedule', '2026-11-17 21:00:01', '1:07', 1, 'failed'),
  summary('t8q4c6', 'galera-backup', 'schedule', '2026-11-16 21:00:01', '5:03', 0, 'done'),
  summary('d3p9x7', 'galera-backup', 'schedule', '2026-11-15 21:00:01', '5:02', 0, 'done'),
  summary('j6w1e5', 'galera-backup', 'schedule', '2026-11-14 21:00:01', '5:02', 0, 'done'),
  ...older(32),
];

export function runbookRow(name: string): RunbookRow {
  const made = runbook([step('copy', 'copy')]);
  return { runbook: { ...made, name, title: name, summary: `What ${name} does.` }, danger: 'changes', steps: {} };
}

/** As measured at 21:00 the evening before. */
export function listing(now: string, change: Partial<Listing> = {}): Listing {
  const free = [61.2, 60.4, 58.0];
  return {
    backups: { claim: target.claim, freeBytes: 131 * GiB, readAt: clock(now) - 2 * hour - 90_000, rows: backups },
    debts: [],
    runs,
    unread: [],
    restored: { run: 'n5g1s7', dataBytes: 28.4 * GiB, growingMs: 441_000, otherMs: 24_000, downMs: 20_000 },
    measures: Object.fromEntries(
      free.map((each, ordinal) => [
        `data-mariadb-server-${ordinal}`,
        { freeBytes: each * GiB, totalBytes: 100 * GiB, at: clock(now) - 30 * hour - 60_000 },
      ]),
    ),
    ...change,
  };
}

/** The dashboard of a cluster that is well, at 03:12:41. */
export function healthy(size?: Size, until = '03:12:40'): World {
  const world = newWorld('02:40:12', size);
  const { writer } = world;
  writer.looked(stumbled(false), clock('02:50:00'), 20);
  writer.looked(stumbled(true), clock('02:51:04'), 20);
  writer.looked(healthyLook, clock('02:51:22'), 20);
  for (const ordinal of [0, 1, 2])
    sampled(world, ordinal, '03:06:00', until, (time) => ({
      lastCommitted: String(4_182_634 - Math.round((3.5 * (clock('03:12:40') - clock(time))) / 1000)),
      ...(ordinal === 1 && waits.has(time) ? { recvQueue: 3 } : {}),
    }));
  writer.looked(healthyLook, clock(until), 20);
  writer.listed(listing(until), clock(until), 30);
  writer.tick(clock('03:12:40'));
  writer.message('connected to prod-east; nothing was changed by looking', true);
  writer.tick(clock(until) + 1000);
  return world;
}

const waits = new Set(['03:07:31', '03:12:30']);

/** A pod that was not Ready for a while, and so not in the Service. */
function stumbled(yet: boolean): ClusterLook {
  const [first, ...others] = healthyLook.members;
  if (first?.pod === undefined) throw new Error('three members with pods');
  return yet
    ? { ...healthyLook, members: [{ ...first, pod: { ...first.pod, ready: false }, inService: false }, ...others] }
    : healthyLook;
}

/** One member desynced by a debt of a bastion that is gone, one silent, at 04:41:17. */
export function limping(size?: Size): World {
  const world = newWorld('04:30:00', size);
  const { writer } = world;
  const backlog = (time: string) => Math.max(0, 412 - 3 * ((clock('04:41:17') - clock(time)) / 1000));
  const committed = { lastCommitted: '4185046' };
  sampled(world, 0, '04:40:00', '04:41:17', () => committed);
  sampled(world, 1, '04:40:00', '04:41:03', () => committed);
  writer.sampleFailed('mariadb-server-1', 'timed out', clock('04:41:05'));
  sampled(world, 2, '04:40:00', '04:41:17', (time) => ({
    localState: 2,
    localStateComment: 'Donor/Desynced',
    desyncCount: 1,
    lastCommitted: '4184634',
    recvQueue: backlog(time),
  }));
  const [first, second, third] = healthyLook.members;
  if (!first || !second || !third) throw new Error('three members');
  writer.looked({ replicas: 3, members: [first, second, { ...third, inService: false }] }, clock('04:41:16'), 20);
  writer.listed(
    listing('04:41:10', {
      backups: { claim: target.claim, freeBytes: 131 * GiB, readAt: clock('04:30:00'), rows: backups },
      debts: [
        {
          run: 'm4t8z2',
          id: 'desync:mariadb-server-2',
          step: 'copy',
          says: 'mariadb-server-2 desynced',
          since: clock('04:29:40'),
          by: 'sr2@bastion-2 (login uid 1000)',
          due: 'end',
          carried: false,
        },
        {
          run: 'k7m2q9',
          id: 'old-data:k7m2q9',
          step: 'swap',
          says: 'old data, 3 x 28.4 GiB',
          since: clock('03:21:30'),
          by: 'sre1@bastion-1',
          due: 'close',
          carried: false,
        },
      ],
      lease: { run: 'm4t8z2', holder: 'sr2@bastion-2', renewedAgoMs: 488_000 },
    }),
    clock('04:41:10'),
    30,
  );
  writer.tick(clock('04:41:17'));
  writer.cursor('members', 'mariadb-server-1', 1);
  writer.message('mariadb-server-1 is asked again each second; the next answer counts');
  return world;
}
