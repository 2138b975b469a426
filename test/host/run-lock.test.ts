import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isLocked, lockRun } from '../../src/host/run-lock.ts';
import { type RunFolder, StateFolder } from '../../src/host/state-folder.ts';
import { failureFrom, freshFolder } from './folder.ts';

const newRun = (): Promise<RunFolder> => StateFolder.at(freshFolder()).createRun('q8d4w6');
const lockFile = (run: RunFolder) => join(run.path, `lock.${'0'.repeat(16)}`);

/** Puts a lock there as another process would have left it. */
async function leave(run: RunFolder, change: object): Promise<void> {
  const lock = await lockRun(run);
  const name = readdirSync(run.path).find((file) => file.startsWith('lock.')) ?? '';
  const own = JSON.parse(readFileSync(join(run.path, name), 'utf8'));
  await lock.release();
  writeFileSync(lockFile(run), JSON.stringify({ ...own, ...change }));
}

describe('a run that somebody works on', () => {
  test('is refused to the next one, and free after the end', async () => {
    const run = await newRun();
    const lock = await lockRun(run);
    expect(await isLocked(run)).toBe(true);
    expect(await failureFrom(lockRun(run))).toMatchObject({
      kind: 'held',
      found: `process ${process.pid} on ${hostname()} works on it`,
    });
    await lock.release();
    expect(await isLocked(run)).toBe(false);
    await (await lockRun(run)).release();
    expect(readdirSync(run.path)).toEqual([]);
  });

  test('is given to one of many who want it at once', async () => {
    const run = await newRun();
    await leave(run, { start: '1' });
    const got = await Promise.allSettled(Array.from({ length: 12 }, () => lockRun(run)));
    expect(got.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('on another host is refused: nobody here can know whether it lives', async () => {
    const run = await newRun();
    await leave(run, { host: 'bastion-2' });
    const { next } = await failureFrom(lockRun(run));
    expect(next).toContain(`remove ${lockFile(run)}`);
  });
});

describe('a lock is taken over', () => {
  test('when its process is gone', async () => {
    const run = await newRun();
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(child, 'spawn');
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    await leave(run, { pid: child.pid });
    expect(await isLocked(run)).toBe(false);
    await (await lockRun(run)).release();
  });

  test.each([
    ['when its number belongs to another process now', { start: '1' }],
    ['when the machine has booted since', { boot: 'another' }],
  ])('%s', async (_, change) => {
    const run = await newRun();
    await leave(run, change);
    const lock = await lockRun(run);
    expect(existsSync(lockFile(run))).toBe(false);
    expect(await isLocked(run)).toBe(true);
    await lock.release();
  });
});

test('a lock that cannot be read is not taken over', async () => {
  const run = await newRun();
  writeFileSync(lockFile(run), 'garbage');
  expect(await failureFrom(lockRun(run))).toMatchObject({ kind: 'held', found: `a lock at ${lockFile(run)}` });
});
