/** Runners on a bench: the values that actions give them, and a backup to work with. */
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { invariant } from '../../src/base/failure.ts';
import { type Dir, namesIn, nodeAt, withNode } from '../../src/simulator/tree.ts';
import { draftOf, type World } from '../../src/simulator/world.ts';
import type { JobReport, Mount, Verb } from '../../src/target/jobs.ts';
import { Bench, backupVolume, memberClaim, memberNames, memberVolume, namespace } from './bench.ts';

export const id = '20261121T050007Z';
export const folder = `practice/${id}`;
export const account = { user: 'root', secret: 'mariadb-root', key: 'password' };
export const backups = (readOnly = false): Mount => ({ claim: 'galera-backups', mountPath: '/backups', readOnly });
export const data = (ordinal: number): Mount => ({ claim: memberClaim(ordinal), mountPath: '/data', readOnly: false });
export const work = '/data/galera_runbook_t3s7t9';
export const reserve = String(64 * 1024 ** 2);

export const root = (bench: Bench, volume: string): Dir => bench.world.volumes[volume]?.root ?? { dir: {} };
export const onBackups = (bench: Bench) => namesIn(nodeAt(root(bench, backupVolume), 'practice'));
export const onMember = (bench: Bench, ordinal = 0) => namesIn(root(bench, memberVolume(ordinal)));

/** Something done to the world behind everybody's back. */
export function meddle(bench: Bench, change: (world: World) => void): Bench {
  const world = draftOf(bench.world);
  change(world);
  return new Bench(world);
}

export function setNode(bench: Bench, volume: string, path: string, node: Parameters<typeof withNode>[2]): Bench {
  return meddle(bench, (world) => {
    const before = world.volumes[volume];
    if (before) world.volumes[volume] = { ...before, root: withNode(before.root, path, node) };
  });
}

export function copyValues(bench: Bench, ordinal = 2) {
  const pod = bench.world.objects[`Pod/${namespace}/${memberNames[ordinal]}`];
  return {
    HOST: pod?.status.podIP ?? '',
    USER: 'root',
    DATADIR: '/var/lib/mysql',
    BACKUPS: '/backups/practice',
    ID: id,
    RESERVE: reserve,
    QUEUE_LIMIT: '28',
    DESYNC_COUNT: '0',
    STARTED: '2026-11-21T05:00:07Z',
  };
}

export const copyMounts = (ordinal = 2): Mount[] => [
  { claim: memberClaim(ordinal), mountPath: '/var/lib/mysql', readOnly: true },
  backups(),
];

export function copy(bench: Bench): Promise<string> {
  return bench.start('copy', copyValues(bench), copyMounts(), { account });
}

export interface Backup {
  readonly sha256: string;
  readonly bytes: number;
  readonly dataBytes: number;
  readonly position: string;
}

export async function copied(bench: Bench): Promise<Backup> {
  const report = await bench.ended(await copy(bench));
  invariant(report.result, JSON.stringify(report.failure));
  const { sha256, bytes, dataBytes, position } = report.result as unknown as Backup & {
    position: { uuid: string; seqno: string };
  };
  return { sha256, bytes, dataBytes, position: `${position.uuid}:${position.seqno}` };
}

export const manifest = { id, anything: 'a manifest says' };

export const proveValues = ({ sha256, bytes }: Backup) => ({
  BACKUPS: '/backups/practice',
  ID: id,
  SHA256: sha256,
  BYTES: String(bytes),
  MANIFEST: gzipSync(JSON.stringify(manifest)).toString('base64'),
});

export async function proven(bench: Bench): Promise<Backup> {
  const backup = await copied(bench);
  await bench.run('prove', proveValues(backup), [backups()]);
  return backup;
}

export const unpackValues = (backup: Backup) => ({
  DATADIR: '/data',
  WORK: work,
  BACKUPS: '/backups/practice',
  ID: id,
  SHA256: backup.sha256,
  BYTES: String(backup.bytes),
  DATA_BYTES: String(backup.dataBytes),
  COMPRESSION: 'zstd',
  FILE: 'backup.mbstream.zst',
  RESERVE: reserve,
  POSITION: backup.position,
});

export const unpack = (bench: Bench, backup: Backup) =>
  bench.run('unpack', unpackValues(backup), [data(0), backups(true)]);

export async function unpacked(): Promise<{ bench: Bench; backup: Backup }> {
  const bench = new Bench();
  const backup = await proven(bench);
  await unpack(bench, backup);
  return { bench, backup };
}

export const swapValues = (backup: Backup, keep = true) => ({
  DATADIR: '/data',
  WORK: work,
  POSITION: backup.position,
  KEEP: String(keep),
});

/** Unpacked on ordinal 0, and nobody runs. */
export async function stopped(): Promise<{ bench: Bench; backup: Backup; before: Dir }> {
  const made = await unpacked();
  made.bench.stop();
  return { ...made, before: made.bench.data(0) };
}

export const swap = (bench: Bench, backup: Backup, keep = true) =>
  bench.run('swap', swapValues(backup, keep), [data(0)]);
export const swapBack = (bench: Bench) => bench.run('swap-back', { DATADIR: '/data', WORK: work }, [data(0)]);
export const position = (bench: Bench) => bench.run('position', { DATADIR: '/data' }, [data(0)]);

export function withoutWork(dir: Dir): Dir {
  return { dir: Object.fromEntries(Object.entries(dir.dir).filter(([name]) => !name.startsWith('galera_runbook_'))) };
}

export function failed(report: JobReport): string {
  expect(report.phase).toBe('failed');
  expect(report.result).toBeUndefined();
  expect(report.log).toContain('@@galera-runbook failed');
  return report.failure?.found ?? '';
}

export async function kill(bench: Bench, verb: Verb): Promise<JobReport> {
  const name = Object.values(bench.world.runners).find(
    (runner) => runner.verb === verb && runner.exit === undefined,
  )?.job;
  bench.fault({ do: 'kill-runners', verb });
  return await bench.ended(name ?? '');
}
