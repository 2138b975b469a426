import { z } from 'zod';
import { type Failure, failure } from '../base/failure.ts';
import { backupIdTime } from '../base/time.ts';
import type { Manifest } from './manifest.ts';
import { isKnown, parseUuid } from './position.ts';
import { parseSeqno } from './seqno.ts';

const text = z.string().min(1);
const bytes = z.int().nonnegative();
const time = z.iso.datetime();
const lsn = z.string().regex(/^\d{1,20}$/);
const id = z.string().refine((value) => backupIdTime(value) !== undefined, 'not a backup id such as 20261121T050007Z');

/** A name becomes a path in a runner, so it may not lead out of the backup's folder, nor be taken for an option. */
const fileName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/, 'not a plain file name');

const position = z
  .object({
    uuid: z.string().refine((value) => parseUuid(value) === value, 'not a UUID in lower case'),
    seqno: z.string().refine((value) => parseSeqno(value) === value, 'not a seqno'),
  })
  .refine(isKnown, 'not a known position');

const schema = z
  .object({
    format: z.literal(1),
    id,
    kind: z.enum(['full', 'incremental']),
    parent: id.exactOptional(),
    identity: z.object({ kubeSystemUid: text, statefulSetUid: text, namespace: text, cluster: text }),
    position,
    positionAt: time,
    startedAt: time,
    serverVersion: text,
    toolVersion: text,
    image: text,
    imageId: text,
    donor: z.object({ member: text, podUid: text }),
    method: z.literal('mariadb-backup'),
    compression: z.enum(['zstd', 'gzip', 'none']),
    encryptionKeyId: text.exactOptional(),
    files: z.array(z.object({ name: fileName, bytes, sha256: z.string().regex(/^[0-9a-f]{64}$/) })).min(1),
    dataBytes: bytes,
    lsn: z.object({ from: lsn, to: lsn, last: lsn }),
    paths: z.object({
      dataDir: text,
      innodbDataHomeDir: text.exactOptional(),
      innodbLogGroupHomeDir: text.exactOptional(),
      innodbUndoDirectory: text.exactOptional(),
      ariaLogDirPath: text.exactOptional(),
      logBinBasename: text.exactOptional(),
    }),
    tables: z.record(z.string(), z.array(text)),
    run: text,
    program: text,
  })
  .refine((manifest) => (manifest.kind === 'incremental') === (manifest.parent !== undefined), {
    path: ['parent'],
    message: 'an incremental has a parent, a full backup none',
  })
  .refine((manifest) => new Set(manifest.files.map((file) => file.name)).size === manifest.files.length, {
    path: ['files'],
    message: 'a file twice',
  });

export type ManifestRead =
  | { readonly ok: true; readonly manifest: Manifest }
  | { readonly ok: false; readonly failure: Failure };

/** A manifest from the volume or the index. Keys of a later program are left out; a `format` of a later one is refused. */
export function parseManifest(json: unknown): ManifestRead {
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, manifest: parsed.data };
  const found = parsed.error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'manifest'}: ${issue.message}`);
  const more = parsed.error.issues.length - found.length;
  return {
    ok: false,
    failure: failure(
      'refused',
      'a manifest of format 1',
      [...found, ...(more > 0 ? [`${more} more`] : [])].join('; '),
      'galera-runbook backups verify, or choose another backup',
    ),
  };
}

/** The same from text, as it stands in `manifest.json`. */
export function parseManifestText(source: string): ManifestRead {
  try {
    return parseManifest(JSON.parse(source));
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    return parseManifest(undefined);
  }
}
