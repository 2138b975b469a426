import { gunzipSync } from 'node:zlib';
import { type Failure, failure } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import { backupIdTime } from '../base/time.ts';
import type { Manifest } from '../galera/manifest.ts';
import { type ManifestRead, parseManifestText } from '../galera/manifest-schema.ts';
import type { Look } from '../target/look.ts';

/**
 * A folder on the backup volume that is no backup of this cluster: a copy that did not end (partial), one without archive or manifest or half
 * removed (broken), or one that only a person can judge (unclear), such as another cluster's or a later program's.
 */
export interface Leftover {
  readonly id: string;
  readonly state: 'partial' | 'broken' | 'unclear';
  readonly bytes: number;
  readonly why: string;
}

/** This cluster's folder on the backup volume. */
export interface VolumeList {
  readonly complete: readonly Manifest[];
  readonly leftovers: readonly Leftover[];
}

/** Far more than any manifest: what is on a volume may be anything. */
const mostBytes = 16 * 1024 * 1024;

/** What the verb `list` has seen. `atWork`: ids that a runner works on now, whose folders are partial for a good reason. */
export function readList(look: Look, rows: readonly JsonObject[], atWork: ReadonlySet<string>): VolumeList {
  const complete: Manifest[] = [];
  const leftovers: Leftover[] = [];
  for (const row of rows) {
    const id = String(row.id ?? '');
    if (row.state !== 'complete' && atWork.has(id)) continue;
    const seen = judge(look, id, row);
    if ('format' in seen) complete.push(seen);
    else leftovers.push({ id, bytes: typeof row.bytes === 'number' ? row.bytes : 0, ...seen });
  }
  return { complete, leftovers };
}

function judge(look: Look, id: string, row: JsonObject): Manifest | Pick<Leftover, 'state' | 'why'> {
  const unclear = (why: string) => ({ state: 'unclear' as const, why });
  if (backupIdTime(id) === undefined) return unclear('its name is no id of a backup');
  if (row.state === 'partial') return { state: 'partial', why: 'a copy that did not end' };
  if (row.state !== 'complete') return { state: 'broken', why: 'without archive or manifest, or half removed' };
  const read = unpacked(String(row.manifest ?? ''));
  if (!read.ok) return unclear(`its manifest: ${read.failure.found}`);
  const { manifest } = read;
  if (manifest.id !== id) return unclear(`its manifest is that of backup ${manifest.id}`);
  if (manifest.identity.cluster !== look.config.cluster)
    return unclear(`its manifest is of cluster ${manifest.identity.cluster}`);
  return manifest;
}

function unpacked(packed: string): ManifestRead | { readonly ok: false; readonly failure: Failure } {
  try {
    return parseManifestText(gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: mostBytes }).toString());
  } catch {
    return { ok: false, failure: failure('failed', 'a manifest', 'it cannot be unpacked', 'look at the volume') };
  }
}
