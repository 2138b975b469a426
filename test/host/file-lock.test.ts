import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { withFileLock } from '../../src/host/file-lock.ts';
import { processId } from '../../src/host/living-process.ts';
import { ValueFile } from '../../src/host/value-file.ts';
import { failureFrom, freshFolder } from './folder.ts';

/** Another process that adds to the number in the file. */
async function counting(file: ValueFile, ...args: readonly string[]): Promise<string | number | null> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'counting.ts'), file.path, ...args]);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const [exit, signal] = await once(child, 'close');
  expect(said).not.toContain('FailureError');
  return signal ?? exit;
}

function numberOf(value: number): ValueFile {
  const file = new ValueFile(join(freshFolder(), 'number.json'));
  file.write(value);
  return file;
}

const claim = (file: ValueFile) => `${file.path}.claim.${'0'.repeat(16)}`;

test('of processes that change a value at the same moment none loses what it did', { timeout: 60_000 }, async () => {
  const file = numberOf(0);
  expect(await Promise.all([counting(file, '150'), counting(file, '150'), counting(file, '150')])).toEqual([0, 0, 0]);
  expect(file.read('')).toBe(450);
  expect(readdirSync(join(file.path, '..'))).toEqual(['number.json']);
});

test("a process that was killed in the middle is in nobody's way", { timeout: 60_000 }, async () => {
  const file = numberOf(0);
  expect(await counting(file, '3', 'die')).toBe('SIGKILL');
  expect(readdirSync(join(file.path, '..'))).toHaveLength(2);
  expect(await counting(file, '1')).toBe(0);
  expect(file.read('')).toBe(3);
  expect(readdirSync(join(file.path, '..'))).toEqual(['number.json']);
});

test('a claim that was never finished is removed when its process is dead, and is in nobody else’s way', () => {
  const file = numberOf(0);
  const [dead, living] = [`${claim(file)}.new`, `${file.path}.claim.${'1'.repeat(16)}.new`];
  writeFileSync(dead, JSON.stringify({ ...processId(process.ppid), boot: 'an earlier one' }));
  writeFileSync(living, JSON.stringify(processId(process.ppid)));
  expect(withFileLock(file.path, () => 1, 30)).toBe(1);
  expect(readdirSync(join(file.path, '..')).toSorted()).toEqual(['number.json', basename(living)]);
});

test('what lives and does not let go is told, with the file', async () => {
  const file = numberOf(0);
  writeFileSync(claim(file), JSON.stringify(processId(process.ppid)));
  const { kind, found, next } = await failureFrom((async () => withFileLock(file.path, () => 0, 30))());
  expect([kind, found]).toEqual(['held', expect.stringContaining(`process ${process.ppid} `)]);
  expect(next).toContain(claim(file));
  writeFileSync(claim(file), '');
  expect((await failureFrom((async () => withFileLock(file.path, () => 0, 30))())).found).toBe(
    `a claim at ${claim(file)}`,
  );
});

test('a lock is let go by work that fails', () => {
  const file = numberOf(0);
  expect(() =>
    file.exclusively(() => {
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(readdirSync(join(file.path, '..'))).toEqual(['number.json']);
});
