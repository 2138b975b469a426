import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findRunbook, listRunbooks, readRunbook } from '../../src/host/runbook-files.ts';
import { failureFrom, freshFolder } from './folder.ts';

describe('runbooks', () => {
  test('that come with the program are found', async () => {
    const names = (await listRunbooks()).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['galera-backup', 'galera-restore', 'galera-start']));
    const bytes = await readRunbook(await findRunbook('galera-backup'));
    expect(Buffer.from(bytes).toString()).toContain('# Back up a Galera cluster');
  });

  test('of the site are found beside them; README, hidden and other files are none', async () => {
    const site = freshFolder();
    for (const name of ['ours.md', 'README.md', '.draft.md', 'notes.txt']) writeFileSync(join(site, name), 'x');
    const all = await listRunbooks({ site });
    expect(all.filter(({ from }) => from === 'site')).toEqual([
      { name: 'ours', path: join(site, 'ours.md'), from: 'site' },
    ]);
    expect((await findRunbook('ours', { site })).from).toBe('site');
  });

  test('with the name of a shipped one are never taken in its place', async () => {
    const site = freshFolder();
    writeFileSync(join(site, 'galera-backup.md'), 'x');
    expect(await failureFrom(findRunbook('galera-backup', { site }))).toMatchObject({
      kind: 'usage',
      expected: 'one runbook galera-backup',
    });
    const path = join(site, 'galera-backup.md');
    expect(await findRunbook(path, { site })).toEqual({ name: 'galera-backup', path, from: 'file' });
  });

  test('that are not there lead to the nearest name', async () => {
    expect(await failureFrom(findRunbook('galera-bakup'))).toMatchObject({ next: 'did you mean `galera-backup`?' });
  });

  test.each<[string, (path: string) => void, string]>([
    ['a folder', (path) => mkdirSync(path), 'a folder'],
    ['missing', () => undefined, 'nothing there (ENOENT)'],
    [
      'larger than 1 MiB',
      (path) => writeFileSync(path, 'x'.repeat(2 ** 20 + 1)),
      'a file of 1048577 bytes, more than 1048576',
    ],
  ])('given as a path that is %s are refused', async (_, make, found) => {
    const path = join(freshFolder(), 'book.md');
    make(path);
    expect(await failureFrom(findRunbook(path).then(readRunbook))).toMatchObject({ kind: 'usage', found });
  });

  test('in a folder that is not there are a failure that names it', async () => {
    const site = join(freshFolder(), 'none');
    expect(await failureFrom(listRunbooks({ site }))).toMatchObject({
      expected: `a folder of runbooks at ${site}`,
      kind: 'usage',
    });
  });
});
