/** The screens: first paint, a screen at rest, keys under a flood of output, memory. On the practice cluster, no lab. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureAtRest, onTerminal } from './at-rest.ts';
import { type Flooded, flooded } from './screens-flood.ts';
import { bound, median, type Table, times } from './table.ts';

const cli = join(import.meta.dirname, '..', 'src', 'cli.ts');
const imports = join(import.meta.dirname, 'ink-and-react.js');
const repeat = 9;
const restMs = 20_000;

/** From the start of the process until this stands in what it writes. */
async function until(words: readonly string[], says: string): Promise<number> {
  const began = performance.now();
  const child = onTerminal(words);
  let seen = '';
  const ms = await new Promise<number>((resolve) => {
    child.stdout?.on('data', (chunk) => {
      seen += chunk;
      if (seen.includes(says)) resolve(performance.now() - began);
    });
  });
  child.kill('SIGKILL');
  await once(child, 'close');
  return ms;
}

async function firstPaint(folder: string): Promise<Table> {
  const ours: number[] = [];
  const full: number[] = [];
  const theirs: number[] = [];
  const program = [process.execPath, cli, '--practice', '--state-dir', folder];
  for (let round = 0; round < repeat; round++) {
    theirs.push(await until([process.execPath, imports], 'imported'));
    ours.push(await until(program, 'Members'));
    full.push(await until(program, 'mariadb-server-2'));
  }
  const [least, paint, cluster] = [theirs, ours, full].map(median);
  const ratio = (paint ?? 0) / (least ?? 1);
  const ms = (value = 0) => `${value.toFixed(0)} ms`;
  return {
    title: 'First paint',
    head: ['what', 'median', 'ratio'],
    rows: [
      ['a Node process that imports ink and react', ms(least), times(1)],
      ['the first screen stands', ms(paint), times(ratio)],
      ['the practice cluster stands on it', ms(cluster), times((cluster ?? 0) / (least ?? 1))],
    ],
    bounds: [bound('first paint at most 3 ×', ratio <= 3)],
  };
}

async function atRest(folder: string): Promise<Table> {
  const { bytesPerSecond, share } = await measureAtRest([cli, '--practice', '--state-dir', folder], restMs, 5000);
  return {
    title: `At rest, ${restMs / 1000} s of the dashboard on the practice cluster, which lives four times as fast`,
    head: ['what', 'measured', 'each sampling of three members'],
    rows: [
      ['written to the terminal', `${bytesPerSecond.toFixed(0)} B/s`, `${(bytesPerSecond / 4).toFixed(0)} B`],
      ['of one core', `${(share * 100).toFixed(2)} %`, `${(share * 250).toFixed(2)} ms`],
    ],
    bounds: [
      bound('under 1 kB/s', bytesPerSecond < 1000),
      bound('at most 1 % of a core with a sampling a second: a quarter of what is measured here', share / 4 <= 0.01),
    ],
  };
}

function keysTable({ keyMs, keyCpuMs, frames, lines, heapMiB }: Flooded): Table[] {
  const p = (values: readonly number[], share: number) => {
    const sorted = values.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  };
  const row = (name: string, values: readonly number[]) => [
    name,
    ...[0.5, 0.99, 1].map((share) => `${p(values, share).toFixed(1)} ms`),
  ];
  const [first = 0, ...rest] = heapMiB;
  const last = rest.at(-1) ?? 0;
  return [
    {
      title: `Key to paint while 10 000 output lines a second arrive and a run goes on (${keyMs.length} keys, ${frames} writes)`,
      head: ['', 'median', 'p99', 'worst'],
      rows: [row('wall clock', keyMs), row('CPU time of the process meanwhile', keyCpuMs)],
      bounds: [
        bound('p99 at most 33 ms on the wall clock', p(keyMs, 0.99) <= 33),
        bound('p99 at most 33 ms of CPU time, on a machine that does other things too', p(keyCpuMs, 0.99) <= 33),
      ],
    },
    {
      title: `Memory over ${lines} output lines`,
      head: ['', ...heapMiB.map((_, index) => `${Math.round(((index + 1) * lines) / heapMiB.length / 1000)} k lines`)],
      rows: [['heap in use after a collection', ...heapMiB.map((each) => `${each.toFixed(1)} MiB`)]],
      bounds: [bound('flat: the last at most 10 % above the first', last <= first * 1.1)],
    },
  ];
}

export async function measureScreens(): Promise<Table[]> {
  const folder = mkdtempSync(join(tmpdir(), 'galera-runbook-bench-'));
  try {
    return [await firstPaint(folder), await atRest(folder), ...keysTable(await flooded())];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
