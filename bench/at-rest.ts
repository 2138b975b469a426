/** What the screens cost while nothing happens: on the practice cluster, and on the lab, where requests go through TLS and port-forwards. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { kubeconfig } from '../test/lab/lab.ts';
import { built, options } from './program.ts';
import { bound, type Table } from './table.ts';

const labMs = 60_000;
/** In the first minute V8 still compiles what runs often. */
const labWarmMs = 60_000;
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const size = { columns: 80, rows: 24 };

/** A process on a pseudo-terminal of 80x24. */
export function onTerminal(words: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
  const command = `stty cols ${size.columns} rows ${size.rows}; echo "pid $$."; exec ${words.map((word) => `'${word}'`).join(' ')}`;
  return spawn('script', ['-qfec', command, '/dev/null'], {
    env: { ...process.env, CI: '', TERM: 'xterm-256color', LC_ALL: 'C.UTF-8', NODE_ENV: '', ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

/** User and system time of a process, in milliseconds of one core. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
}

/** Bytes a second, and part of one core, from `warmMs` after every member stood on the dashboard. */
export async function measureAtRest(
  args: readonly string[],
  ms: number,
  warmMs: number,
  environment: NodeJS.ProcessEnv = {},
): Promise<{ readonly bytesPerSecond: number; readonly share: number }> {
  const child = onTerminal([process.execPath, ...args], environment);
  let bytes = 0;
  let seen = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (seen.length < 100_000) seen += chunk;
  });
  while (!seen.includes('mariadb-server-2')) await passed(50);
  const pid = Number(/pid (\d+)\./.exec(seen)?.[1]);
  await passed(warmMs);
  const from = { bytes, cpu: cpuMs(pid) };
  await passed(ms);
  const bytesPerSecond = ((bytes - from.bytes) * 1000) / ms;
  const share = (cpuMs(pid) - from.cpu) / ms;
  child.kill('SIGKILL');
  await once(child, 'close');
  return { bytesPerSecond, share };
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The same on the lab: three members sampled each second by SQL, Kubernetes every two. */
export async function measureRestOnLab(): Promise<Table> {
  const { bytesPerSecond, share } = await measureAtRest([built, ...options], labMs, labWarmMs, {
    KUBECONFIG: kubeconfig(),
  });
  return {
    title: `The screens at rest, ${labMs / 1000} s of the dashboard on the lab`,
    head: ['what', 'measured'],
    rows: [
      ['written to the terminal', `${bytesPerSecond.toFixed(0)} B/s`],
      ['of one core', `${(share * 100).toFixed(2)} %`],
    ],
    bounds: [bound('under 1 kB/s', bytesPerSecond < 1000), bound('at most 1 % of a core', share <= 0.01)],
  };
}
