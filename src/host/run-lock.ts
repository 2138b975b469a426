import { randomBytes, randomInt } from 'node:crypto';
import { link, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fail } from '../base/failure.ts';
import { systemClock } from './clock.ts';
import { codeOf, fileProblem } from './file-problem.ts';
import { ownerOnly } from './files.ts';
import { isAlive, type ProcessId, parseProcessId, processId } from './living-process.ts';
import type { RunFolder } from './state-folder.ts';

export interface RunLock {
  release(): Promise<void>;
}

const claimName = /^(claim|lock)\.[0-9a-f]{16}$/;

/**
 * So that no two processes of this machine append to one journal. The lease in the cluster guards the cluster; this guards the file.
 *
 * Each process puts down a claim under a name of its own, then looks: with another living claim beside it, it steps back. Of two, at least
 * one sees the other, so never both hold the run; and as names are never used again, a dead claim can be removed by anybody.
 */
export async function lockRun(run: RunFolder): Promise<RunLock> {
  const id = randomBytes(8).toString('hex');
  const claim = join(run.path, `claim.${id}`);
  const held = join(run.path, `lock.${id}`);
  try {
    for (let tries = 1; ; tries++) {
      await writeFile(`${claim}.new`, JSON.stringify(processId(process.pid)), { flag: 'wx', mode: ownerOnly });
      await rename(`${claim}.new`, claim);
      const [other] = await livingOthers(run.path, id);
      if (other === undefined) break;
      await unlink(claim);
      // Two that only claim have seen each other: who comes back first gets it.
      if (other.file.startsWith('lock.') || tries === 20) return refused(run, join(run.path, other.file), other.holder);
      await systemClock.sleep(randomInt(1, 10 * tries));
    }
    await link(claim, held);
    return {
      async release() {
        await unlink(held).catch(() => undefined);
        await unlink(claim).catch(() => undefined);
      },
    };
  } catch (thrown) {
    throw fileProblem(thrown, `a lock in ${run.path}`);
  }
}

/** Whether a living process holds the run: for `runs list`, which cannot know it from the journal. */
export async function isLocked(run: RunFolder): Promise<boolean> {
  const others = await livingOthers(run.path, '').catch(() => []);
  return others.some(({ file }) => file.startsWith('lock.'));
}

interface Other {
  readonly file: string;
  /** Absent: the file cannot be read, so nobody knows. */
  readonly holder: ProcessId | undefined;
}

/** Locks first. Removes what the dead have left. */
async function livingOthers(folder: string, own: string): Promise<readonly Other[]> {
  const living: Other[] = [];
  for (const file of (await readdir(folder))
    .filter((name) => claimName.test(name))
    .toSorted()
    .toReversed()) {
    if (file.endsWith(own) && own !== '') continue;
    const path = join(folder, file);
    const text = await readFile(path, 'utf8').catch((thrown) => (codeOf(thrown) === 'ENOENT' ? undefined : ''));
    if (text === undefined) continue;
    const holder = parseProcessId(text);
    if (holder === undefined || isAlive(holder)) living.push({ file, holder });
    else await unlink(path).catch(() => undefined);
  }
  return living;
}

function refused(run: RunFolder, path: string, holder: ProcessId | undefined): never {
  const found = holder === undefined ? `a lock at ${path}` : `process ${holder.pid} on ${holder.host} works on it`;
  const elsewhere = holder !== undefined && holder.host !== hostname();
  const next =
    holder === undefined || elsewhere
      ? `wait for its end; if you know that nobody works on it, remove ${path}`
      : 'wait for its end, or stop that process';
  return fail('held', `nobody else working on run ${run.id}`, found, next);
}
