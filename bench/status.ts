/** `status` against a minimal script that makes the same reads: time, memory, and what watching adds to the API server. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { auditLines, kubeconfig, makeUser, until } from '../test/lab/lab.ts';
import { built, options, program } from './program.ts';
import { bound, median, seconds, type Table, times } from './table.ts';

const repeat = 9;
const watchMs = 30_000;
const maxRss = pathToFileURL(join(import.meta.dirname, 'max-rss.js')).href;
const ours = [built, 'status', ...options];
const minimal = [join(import.meta.dirname, 'minimal-status.js')];

interface Sample {
  readonly ms: number;
  readonly mib: number;
}

function start(args: readonly string[], config: string) {
  const memory = join(program.folder, 'max-rss');
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, KUBECONFIG: config, MAX_RSS: memory, CI: 'true' };
  return {
    memory,
    child: spawn(process.execPath, ['--import', maxRss, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] }),
  };
}

async function sample(args: readonly string[]): Promise<Sample> {
  const began = performance.now();
  const { child, memory } = start(args, kubeconfig());
  child.stdout.resume();
  const [exit] = await once(child, 'close');
  const ms = performance.now() - began;
  if (exit !== 0) throw new Error(`${args.join(' ')}: exit ${exit}`);
  return { ms, mib: Number(readFileSync(memory, 'utf8')) / 1024 };
}

/** Requests in the API server's own log by a user of its own while `status --watch` runs, in a minute. */
async function requestsPerMinute(): Promise<number> {
  const user = 'bench-watcher';
  const { child } = start([...ours, '--watch'], await makeUser(user, ['system:masters']));
  let shown = 0;
  child.stdout.on('data', () => {
    shown += 1;
  });
  await until('the first picture', 30_000, async () => shown > 0);
  const since = new Date();
  await new Promise((resolve) => setTimeout(resolve, watchMs));
  child.kill('SIGTERM');
  await once(child, 'close');
  const lines = await auditLines({ user, since });
  // A WebSocket has two lines, when it starts and at its end.
  const requests = new Set(
    lines.map(({ requestReceivedTimestamp, requestURI }) => `${requestReceivedTimestamp} ${requestURI}`),
  );
  return (requests.size * 60_000) / watchMs;
}

export async function measureStatus(): Promise<Table[]> {
  const [mine, theirs]: [Sample[], Sample[]] = [[], []];
  for (let i = 0; i < repeat; i++) {
    mine.push(await sample(ours));
    theirs.push(await sample(minimal));
  }
  const [ms, theirMs] = [mine, theirs].map((samples) => median(samples.map(({ ms }) => ms))) as [number, number];
  const [mib, theirMib] = [mine, theirs].map((samples) => median(samples.map(({ mib }) => mib))) as [number, number];
  const requests = await requestsPerMinute();
  return [
    {
      title: '`status` with three members',
      head: ['', 'program', 'minimal script', 'ratio'],
      rows: [
        ['time', seconds(ms), seconds(theirMs), times(ms / theirMs)],
        ['memory', `${mib.toFixed(0)} MiB`, `${theirMib.toFixed(0)} MiB`, times(mib / theirMib)],
        ['requests per minute, `--watch`', requests.toFixed(0), '', ''],
      ],
      bounds: [
        bound('time under 2 × the script’s', ms / theirMs < 2),
        bound('memory at most 2 × the script’s', mib / theirMib <= 2),
      ],
    },
  ];
}
