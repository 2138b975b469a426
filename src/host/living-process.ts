import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { codeOf } from './file-problem.ts';

/** One process. A pid alone is used again; with its start time and the boot it is not. */
export interface ProcessId {
  readonly pid: number;
  readonly start: string;
  readonly host: string;
  readonly boot: string;
}

export function processId(pid: number): ProcessId {
  return { pid, start: startOf(pid), host: hostname(), boot: read('/proc/sys/kernel/random/boot_id').trim() };
}

/** In doubt, alive: on another host nobody here can know. */
export function isAlive(of: ProcessId): boolean {
  if (of.host !== hostname()) return true;
  const now = processId(of.pid);
  if (now.boot !== of.boot) return false;
  if (now.start !== '') return now.start === of.start;
  try {
    process.kill(of.pid, 0);
    return of.start === '';
  } catch (thrown) {
    return codeOf(thrown) === 'EPERM' && of.start === '';
  }
}

/** Undefined: the text names no process. */
export function parseProcessId(text: string): ProcessId | undefined {
  try {
    const value = JSON.parse(text) as Partial<ProcessId> | null;
    const { pid, start, host, boot } = value ?? {};
    if (typeof pid !== 'number' || typeof start !== 'string' || typeof host !== 'string' || typeof boot !== 'string')
      return undefined;
    return { pid, start, host, boot };
  } catch {
    return undefined;
  }
}

/** Field 22 of /proc/PID/stat, clock ticks since boot; empty where there is no such process, or no /proc. */
function startOf(pid: number): string {
  // The second field is the program's name in brackets and may hold anything, brackets too.
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
