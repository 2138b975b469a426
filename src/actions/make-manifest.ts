import { gzipSync } from 'node:zlib';
import { FailureError } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import type { Manifest } from '../galera/manifest.ts';
import { parseManifest } from '../galera/manifest-schema.ts';
import type { Look } from '../target/look.ts';
import { identityHere } from './backup-index.ts';
import { numberOf, objectOf, textOf } from './job-result.ts';
import { program } from './program.ts';

/** Linux takes 128 KiB in one variable of the environment, a ConfigMap 1 MiB. */
const mostPacked = 100 * 1024;
const mostBytes = 800 * 1024;

/** The manifest of what `backup.take` gave, by the same rules by which it will be read. */
export function makeManifest(look: Look, backup: JsonObject): Manifest {
  const { kind = '', position = {}, donor = {}, lsn = {}, paths = {}, tables = {} } = backup;
  const read = parseManifest({
    format: 1,
    id: textOf(backup, 'id'),
    kind,
    identity: identityHere(look),
    position,
    positionAt: textOf(backup, 'positionAt'),
    startedAt: textOf(backup, 'startedAt'),
    serverVersion: textOf(backup, 'serverVersion'),
    toolVersion: textOf(backup, 'toolVersion'),
    image: textOf(backup, 'image'),
    imageId: textOf(backup, 'imageId'),
    donor,
    method: 'mariadb-backup',
    compression: textOf(backup, 'compression'),
    files: [{ name: textOf(backup, 'file'), bytes: numberOf(backup, 'bytes'), sha256: textOf(backup, 'sha256') }],
    dataBytes: numberOf(backup, 'dataBytes'),
    lsn,
    paths,
    tables,
    run: look.at.run,
    program,
  });
  if (!read.ok)
    throw new FailureError({ ...read.failure, kind: 'failed', next: "look at the copy's output, then back up again" });
  return fitting(read.manifest);
}

/** Without the names of its tables where there are too many for one Job or the index: they are there to be looked at, nothing depends on them. */
function fitting(manifest: Manifest): Manifest {
  const fits = packManifest(manifest).length <= mostPacked && Buffer.byteLength(JSON.stringify(manifest)) <= mostBytes;
  return fits ? manifest : { ...manifest, tables: {} };
}

export function packManifest(manifest: Manifest): string {
  return gzipSync(JSON.stringify(manifest, undefined, 2)).toString('base64');
}

/** The archive itself; `files` has at least one. */
export function archiveOf({ files }: Manifest): JsonObject {
  return objectOf({ archive: { ...files[0] } }, 'archive');
}
