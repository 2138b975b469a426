import { randomBytes, randomInt } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fail } from '../base/failure.ts';
import { codeOf, fileProblem } from './file-problem.ts';
import { folderMode, ownerOnly } from './files.ts';
import { isAlive, type ProcessId, parseProcessId, processId } from './living-process.ts';

/** Work under this lock takes milliseconds: who waits as long has met a process that was stopped in the middle. */
const patienceMs = 5000;

/**
 * Does work that changes the file at `path` while no other process of this machine does. At once: nothing else of this process happens
 * meanwhile, not while it waits either. Not to be nested. A process that is killed leaves a claim that does not count.
 *
 * As with a run's lock, each process puts down a claim under a name of its own, then looks, and steps back from a living one: of two, at least
 * one sees the other.
 */
export function withFileLock<T>(path: string, work: () => T, limitMs = patienceMs): T {
  const claim = claimed(path, limitMs);
  try {
    return work();
  } finally {
    rmSync(claim, { force: true });
  }
}

function claimed(path: string, limitMs: number): string {
  const name = `${basename(path)}.claim.${randomBytes(8).toString('hex')}`;
  const claim = join(dirname(path), name);
  const until = performance.now() + limitMs;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: folderMode });
    for (let tries = 1; ; tries++) {
      // Renamed, so that nobody sees one that is half written.
      writeFileSync(`${claim}.new`, JSON.stringify(processId(process.pid)), { mode: ownerOnly });
      renameSync(`${claim}.new`, claim);
      const other = livingOther(path, name);
      if (other === undefined) return claim;
      rmSync(claim, { force: true });
      if (performance.now() > until) return refused(path, other);
      sleep(randomInt(1, 2 + Math.min(tries, 20)));
    }
  } catch (thrown) {
    // A claim that nobody holds would keep everybody out for as long as this process lives.
    for (const own of [claim, `${claim}.new`]) removed(own);
    throw fileProblem(thrown, `a lock on ${path}`);
  }
}

interface Other {
  readonly path: string;
  /** Absent: the claim cannot be read, so nobody knows. */
  readonly holder: ProcessId | undefined;
}

/** Removes what the dead have left, half made claims too; those of the living do not count yet. */
function livingOther(path: string, own: string): Other | undefined {
  const claims = readdirSync(dirname(path)).filter(
    (name) => name.startsWith(`${basename(path)}.claim.`) && /\.[0-9a-f]{16}(\.new)?$/.test(name) && name !== own,
  );
  for (const name of claims) {
    const other = join(dirname(path), name);
    const text = contentOf(other);
    if (text === undefined) continue;
    const holder = parseProcessId(text);
    if (holder !== undefined && !isAlive(holder)) rmSync(other, { force: true });
    else if (!name.endsWith('.new')) return { path: other, holder };
  }
  return undefined;
}

/** What went wrong before is the news, not that this is in the way. */
function removed(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}

/** Undefined: it is gone by now. */
function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    return codeOf(thrown) === 'ENOENT' ? undefined : '';
  }
}

function refused(path: string, { path: claim, holder }: Other): never {
  return fail(
    'held',
    `a moment in which no other process writes ${path}`,
    holder === undefined ? `a claim at ${claim}` : `process ${holder.pid} on ${holder.host} writes it all the time`,
    `wait for its end, or stop that process; if you know that nobody writes, remove ${claim}`,
  );
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
