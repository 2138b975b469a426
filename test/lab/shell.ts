/** Runs the lab's shell scripts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** The folder that build.sh filled; env.sh has the same default for scripts started by hand. */
export const labFolder =
  process.env.GALERA_LAB ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'galera-runbook-lab');

export interface RunOptions {
  readonly stdin?: string;
  readonly timeoutMs?: number;
  /** Also show the script's output, as for a build. */
  readonly show?: boolean;
}

/** Output of one of this folder's scripts; throws with its stderr when it fails. */
export async function script(name: string, args: readonly string[] = [], options: RunOptions = {}): Promise<string> {
  const child = spawn(join(import.meta.dirname, name), args, {
    env: { ...process.env, GALERA_LAB: labFolder },
    timeout: options.timeoutMs ?? 60_000,
    killSignal: 'SIGKILL',
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  if (options.show === true) {
    child.stdout.pipe(process.stdout, { end: false });
    child.stderr.pipe(process.stderr, { end: false });
  }
  child.stdin.on('error', () => {}); // a command that does not read its input closes it: its exit code tells what happened
  child.stdin.end(options.stdin ?? '');
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (code === 0) return stdout;
  throw new Error(
    `${name} ${args.join(' ')}: ${signal === null ? `exit ${code}` : signal}: ${(stderr || stdout).trim()}`,
  );
}

/** Waits for a condition, asking again every 100 ms; a rejection counts as "not yet" and is shown when time is up. */
export async function until<T>(
  what: string,
  timeoutMs: number,
  ask: () => Promise<T | undefined | false>,
  everyMs = 100,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      const why = last === undefined ? '' : `: ${last instanceof Error ? last.message : String(last)}`;
      throw new Error(`waited ${Math.round(timeoutMs / 1000)} s for ${what}${why}`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
