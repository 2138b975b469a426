import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { foldEvents } from '../../src/engine/apply-event.ts';
import { isJournal, readJournal } from '../../src/record/line.ts';
import { freshFolder } from '../host/folder.ts';

const script = join(import.meta.dirname, 'signalled-run.ts');

/** A run in the middle of a step that waits, in a process of its own. */
async function running(
  kind: 'stoppable' | 'finishing',
): Promise<{ readonly child: ChildProcess; readonly folder: string }> {
  const folder = freshFolder();
  const child = spawn(process.execPath, [script, folder, kind], { stdio: ['pipe', 'pipe', 'pipe'] });
  let seen = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      seen += chunk;
      if (seen.includes('works\n')) resolve();
    });
    child.stderr?.on('data', (chunk) => {
      seen += chunk;
    });
    child.once('exit', () => reject(new Error(seen)));
  });
  return { child, folder };
}

/** Its exit code, and its journal folded. */
async function ended({ child, folder }: Awaited<ReturnType<typeof running>>) {
  const exited = child.exitCode === null ? once(child, 'exit') : Promise.resolve([child.exitCode]);
  const [exit] = await exited;
  const read = readJournal(readFileSync(join(folder, 'runs', 'r1r1r1', 'journal.jsonl'), 'utf8'));
  if (!isJournal(read)) throw new Error(read.found);
  const transcript = readFileSync(join(folder, 'runs', 'r1r1r1', 'transcript.md'), 'utf8');
  return { exit, state: foldEvents(read.events), events: read.events, transcript };
}

/** Until the process has ended: within a second several are one. */
function again(child: ChildProcess, signal: NodeJS.Signals): void {
  const timer = setInterval(() => child.kill(signal), 20);
  child.once('exit', () => clearInterval(timer));
}

describe('a signal in the middle of a step', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s once: the step is stopped, its debt is paid, 130',
    async (signal) => {
      const run = await running('stoppable');
      run.child.kill(signal);
      const { exit, state, events } = await ended(run);
      expect(exit).toBe(130);
      expect(state.debts).toEqual([]);
      expect(events).toContainEqual(expect.objectContaining({ type: 'stop-asked', by: signal, hard: false }));
    },
  );

  it('SIGINT again after a second: waiting ends, nothing is paid, 131 and the repair command', async () => {
    const run = await running('finishing');
    let said = '';
    run.child.stdout?.on('data', (chunk) => {
      said += chunk;
    });
    again(run.child, 'SIGINT');
    const { exit, state } = await ended(run);
    expect(exit).toBe(131);
    expect(state.debts).toHaveLength(1);
    expect(said).toContain('galera-runbook runs repair r1r1r1');
  });

  it.each(['SIGTERM', 'SIGHUP'] as const)('%s, how often it comes, is one stop', async (signal) => {
    const run = await running('stoppable');
    again(run.child, signal);
    const { exit, events } = await ended(run);
    expect(exit).toBe(130);
    expect(events.filter(({ type }) => type === 'stop-asked')).toHaveLength(1);
  });
});

describe('a terminal that is gone', () => {
  it('takes nothing with it but the screen: the run pays, ends and has its transcript', async () => {
    const run = await running('stoppable');
    for (const stream of [run.child.stdin, run.child.stdout, run.child.stderr]) stream?.destroy();
    run.child.kill('SIGHUP');
    const { exit, state, transcript } = await ended(run);
    expect(exit).toBe(130);
    expect(state.debts).toEqual([]);
    expect(transcript).toContain('stopped by the operator');
  });
});
