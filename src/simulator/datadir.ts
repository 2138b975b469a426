import { parseGrastate, renderGrastate } from '../galera/grastate.ts';
import { zeroUuid } from '../galera/position.ts';
import type { Dataset } from './dataset.ts';
import { type Dir, empty, isDir, isFile, nodeAt, withNode } from './tree.ts';
import type { Volume, World } from './world.ts';

const mebibyte = 1024 ** 2;

/** Not copied by a backup, and not counted by `du` in the runner's `data_bytes`. */
const notCopied = [
  /^galera\.cache$/,
  /^gcache\.page\./,
  /^ib_logfile/,
  /^ibtmp1$/,
  /^lost\+found$/,
  /^galera_runbook_/,
  /\.\d{6}$/,
];

export interface Saved {
  readonly uuid: string;
  readonly seqno: number;
  readonly safe: boolean;
}

/** The files that a server's data is in, without what it has only while it runs. `copy` marks them as belonging together. */
export function dataFiles(dataset: Dataset, copy: string): Dir {
  let dir: Dir = {
    dir: {
      ibdata1: { bytes: 12 * mebibyte, dataset, copy },
      ib_logfile0: { bytes: 96 * mebibyte, copy },
      'aria_log.00000001': { bytes: 16 * 1024, copy },
      mysql: { dir: { 'global_priv.MAD': { bytes: 4 * mebibyte, copy } } },
    },
  };
  for (const { schema, table, bytes } of Object.values(dataset.tables))
    dir = withNode(dir, `${schema}/${table}.ibd`, { bytes, copy });
  return dir;
}

/** What a server would open, or why it would not start. */
export function datasetIn(
  dir: Dir | undefined,
): { readonly dataset: Dataset; readonly copy: string } | { readonly why: string } {
  const system = dir && nodeAt(dir, 'ibdata1');
  if (!dir || !isFile(system) || system.dataset === undefined)
    return { why: '[ERROR] InnoDB: the system tablespace ibdata1 is missing' };
  const copy = system.copy ?? '';
  if (!isDir(nodeAt(dir, 'mysql')))
    return { why: "[ERROR] Could not open mysql.plugin table: Table 'mysql.plugin' doesn't exist" };
  for (const { schema, table } of Object.values(system.dataset.tables)) {
    const file = nodeAt(dir, `${schema}/${table}.ibd`);
    if (!isFile(file) || file.copy !== copy)
      return { why: `[ERROR] InnoDB: Cannot open tablespace ${schema}/${table}` };
  }
  return { dataset: system.dataset, copy };
}

/** The data as it is after more transactions: tables made and dropped have their files. */
export function withDataset(dir: Dir, dataset: Dataset): Dir {
  const system = nodeAt(dir, 'ibdata1');
  if (!isFile(system) || system.dataset === undefined) return dir;
  const before = system.dataset;
  let next = withNode(dir, 'ibdata1', { ...system, dataset });
  if (sameNames(before, dataset)) return next;
  for (const [name, { schema, table }] of Object.entries(before.tables))
    if (!(name in dataset.tables)) next = withNode(next, `${schema}/${table}.ibd`, undefined);
  for (const [name, { schema, table, bytes }] of Object.entries(dataset.tables))
    if (!(name in before.tables)) next = withNode(next, `${schema}/${table}.ibd`, { bytes, copy: system.copy ?? '' });
  return next;
}

export function savedIn(dir: Dir | undefined): Saved | undefined {
  const file = dir && nodeAt(dir, 'grastate.dat');
  if (!isFile(file)) return undefined;
  const read = parseGrastate(file.text ?? '');
  if (!read.ok) return undefined;
  const { position, safeToBootstrap } = read.grastate;
  return { uuid: position.uuid, seqno: Number(position.seqno), safe: safeToBootstrap === true };
}

export function withSaved(dir: Dir, { uuid, seqno, safe }: Saved): Dir {
  const text = renderGrastate({ position: { uuid, seqno: String(seqno) }, safeToBootstrap: safe });
  return withNode(dir, 'grastate.dat', { bytes: text.length, text });
}

export const nothingSaved: Saved = { uuid: zeroUuid, seqno: -1, safe: false };

/** Bytes that a copy takes. */
export function dataBytes(dir: Dir): number {
  const sum = (of: Dir, top: boolean): number =>
    Object.entries(of.dir).reduce((total, [name, node]) => {
      if (top && notCopied.some((pattern) => pattern.test(name))) return total;
      return total + (isDir(node) ? sum(node, false) : node.bytes);
    }, 0);
  return sum(dir, true);
}

export function volumeOf(world: World, name: string): Volume {
  const volume = world.volumes[name];
  if (volume === undefined) throw new Error(`no volume ${name}`);
  return volume;
}

/** A member's data directory on its volume; empty where there is none. */
export function dataDir(world: World, volume: string): Dir {
  const node = nodeAt(volumeOf(world, volume).root, world.dataPath);
  return isDir(node) ? node : empty;
}

export function setDataDir(world: World, volume: string, dir: Dir): void {
  const before = volumeOf(world, volume);
  world.volumes[volume] = { ...before, root: withNode(before.root, world.dataPath, dir) };
}

export function setFile(world: World, volume: string, path: string, text: string | undefined): void {
  const dir = dataDir(world, volume);
  setDataDir(world, volume, withNode(dir, path, text === undefined ? undefined : { bytes: text.length, text }));
}

function sameNames(a: Dataset, b: Dataset): boolean {
  const names = Object.keys(a.tables);
  return names.length === Object.keys(b.tables).length && names.every((name) => name in b.tables);
}
