import { randomBytes } from 'node:crypto';
import { constants, type FileHandle, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail } from '../base/failure.ts';
import { codeOf, fileProblem } from './file-problem.ts';

export const ownerOnly = 0o600;
export const folderMode = 0o700;

/** After a file was made, renamed or removed: only now is it so after a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await folder.sync();
  } catch (thrown) {
    // Some file systems cannot sync a folder; their names are durable by themselves or not at all.
    if (codeOf(thrown) !== 'EINVAL' && codeOf(thrown) !== 'ENOTSUP') throw thrown;
  } finally {
    await folder.close();
  }
}

/** Whole or not at all: written beside, synced, then renamed over what is there. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const partial = `${path}.${randomBytes(4).toString('hex')}.partial`;
  try {
    const file = await open(partial, 'wx', ownerOnly);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
    await syncFolder(dirname(path));
  } catch (thrown) {
    await unlink(partial).catch(() => undefined);
    throw fileProblem(thrown, `to write ${path}`);
  }
}

/** Appends all of it. Several writes may be needed, and a full disk may cut the last one: the caller knows the length before. */
export async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done);
    done += bytesWritten;
  }
}

/** A small file that a person named: no folder, no pipe (which would wait for ever), not larger than `limit`. */
export async function readNamed(path: string, what: string, limit: number, next: string): Promise<Uint8Array> {
  const expected = `${what} at ${path}`;
  try {
    const found = await stat(path);
    if (found.isDirectory()) return fail('usage', expected, 'a folder', next);
    if (!found.isFile()) return fail('usage', expected, 'no regular file', next);
    if (found.size > limit) return fail('usage', expected, `a file of ${found.size} bytes, more than ${limit}`, next);
    return await readFile(path);
  } catch (thrown) {
    const problem = fileProblem(thrown, expected);
    if (problem.failure.kind === 'usage') throw problem;
    return fail(
      'usage',
      expected,
      problem.failure.found,
      codeOf(thrown) === 'ENOENT' ? next : problem.failure.next,
      thrown,
    );
  }
}
