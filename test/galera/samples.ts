import type { Manifest } from '../../src/galera/manifest.ts';
import type { MemberReading } from '../../src/galera/member-reading.ts';
import type { MemberStatus } from '../../src/galera/wsrep-status.ts';

export const uuidA = '36553af3-c6a5-11f0-9c4e-5b1f0b0f6a11';
export const uuidB = 'd5892a76-e55b-11f1-ada3-c7529fd64fac';

/** A member that is well, in a group of three. */
export function statusOf(change: Partial<MemberStatus> = {}): MemberStatus {
  return {
    connected: true,
    ready: true,
    clusterStatus: 'Primary',
    clusterSize: 3,
    confId: '214',
    clusterUuid: uuidA,
    localUuid: uuidA,
    localState: 4,
    localStateComment: 'Synced',
    lastCommitted: '4182771',
    recvQueue: 0,
    desyncCount: 0,
    settings: { clusterName: 'lab' },
    ...change,
  };
}

/** The same without some values: not read, so not known. */
export function statusWithout(...keys: (keyof MemberStatus)[]): MemberStatus {
  return Object.fromEntries(
    Object.entries(statusOf()).filter(([key]) => !keys.some((each) => each === key)),
  ) as unknown as MemberStatus;
}

export function reading(ordinal: number, status?: MemberStatus, rest: Partial<MemberReading> = {}): MemberReading {
  return {
    member: `mariadb-server-${ordinal}`,
    ordinal,
    podExists: true,
    podReady: status !== undefined,
    inService: status !== undefined,
    ...(status === undefined ? {} : { status }),
    ...rest,
  };
}

export const healthyReadings = (): MemberReading[] => [0, 1, 2].map((ordinal) => reading(ordinal, statusOf()));

export function manifestOf(change: Partial<Manifest> = {}): Manifest {
  return {
    format: 1,
    id: '20261120T210004Z',
    kind: 'full',
    identity: { kubeSystemUid: '4f9c07d2', statefulSetUid: 'b21e6a90', namespace: 'openstack', cluster: 'lab' },
    position: { uuid: uuidA, seqno: '4103391' },
    positionAt: '2026-11-20T21:03:11Z',
    startedAt: '2026-11-20T21:00:04Z',
    serverVersion: '10.11.19-MariaDB-0+deb12u1',
    toolVersion: '10.11.19-MariaDB',
    image: 'registry.local/galera:10.11',
    imageId: 'registry.local/galera@sha256:0',
    donor: { member: 'mariadb-server-2', podUid: 'u2' },
    method: 'mariadb-backup',
    compression: 'zstd',
    files: [{ name: 'backup.mbstream.zst', bytes: 1000, sha256: 'a'.repeat(64) }],
    dataBytes: 3000,
    lsn: { from: '0', to: '54476', last: '58835' },
    paths: { dataDir: '/var/lib/mysql/' },
    tables: { shop: ['orders'] },
    run: 'h3x8d1',
    program: 'galera-runbook 0.1.0',
    ...change,
  };
}
