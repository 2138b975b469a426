import { archiveBytes } from '../galera/manifest.ts';
import type { Look } from '../target/look.ts';
import { type BackupIndex, isGood, isOwn } from './backup-index.ts';

const mebibyte = 1024 ** 2;
const defaultRate = 160 * mebibyte;

export interface DataEstimate {
  /** By information_schema: an estimate, without logs. */
  readonly dataBytes: number;
  /** Packed to unpacked, as the last backup measured it. */
  readonly ratio?: number;
  /** Bytes of data a second. */
  readonly bytesPerSecond: number;
}

/** Size of a member's data, and how the last backup of this cluster went. */
export async function estimateData(look: Look, member: string, index: BackupIndex): Promise<DataEstimate> {
  const tables = await look.sql.tables(member);
  const dataBytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  const last = index.entries.find(
    (entry) => isOwn(look, entry) && isGood(entry) && entry.manifest.kind === 'full',
  )?.manifest;
  if (!last || last.dataBytes === 0) return { dataBytes, bytesPerSecond: defaultRate };
  const took = Date.parse(last.positionAt) - Date.parse(last.startedAt);
  const bytesPerSecond = took > 0 ? (last.dataBytes / took) * 1000 : defaultRate;
  return { dataBytes, ratio: archiveBytes(last) / last.dataBytes, bytesPerSecond };
}
