import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { main } from '../../src/commands/main.ts';
import { scenarios } from '../../src/practice/scenarios.ts';

let folder: string;
const folders: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'galera-runbook-practice-'));
  folders.push(folder);
  // Whoever runs the tests sits at a terminal; nobody is to be asked.
  vi.stubEnv('CI', 'yes');
});

afterAll(() => {
  for (const each of folders) rmSync(each, { recursive: true, force: true });
});

/** The program in this process, with what it says. */
async function program(...args: readonly string[]): Promise<{ exit: number; said: string }> {
  let said = '';
  const hear = (text: unknown) => {
    said += String(text);
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation(hear));
  try {
    return { exit: await main([...args, '--state-dir', folder]), said };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

const journals = (of = folder) =>
  readdirSync(join(of, 'practice', 'runs'))
    .toSorted()
    .map((run) => [run, readFileSync(join(of, 'practice', 'runs', run, 'journal.jsonl'), 'utf8')]);

const worldOf = (of = folder) => JSON.parse(readFileSync(join(of, 'practice', 'world.json'), 'utf8'));

test.each(scenarios.map(({ name }) => name))('%s ends as it should', async (name) => {
  const { exit, said } = await program('practice', '--scenario', name, '--seed', '7');
  expect(said).toContain(`The practice "${name}" ended as it should`);
  expect(exit).toBe(0);
});

test('every scenario has a name of its own, one line for the list, and two paragraphs', () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
  for (const { summary, document } of scenarios) {
    expect(summary.length).toBeLessThan(90);
    expect(document.map((paragraph) => paragraph.length > 150 && !paragraph.includes('\n'))).toEqual([true, true]);
  }
});

test('the tour shows status, a backup, a loss, a restore, the rows on every member and where the transcript is', async () => {
  const { said } = await program('practice');
  for (const part of [
    'HEALTHY',
    'run-ended     exit 0',
    'drops the table of customers',
    'restore latest',
    'Every table but shop.visits is as it was, on every member.',
    'transcript.md',
    'galera-runbook transcript show last --practice',
  ])
    expect(said).toContain(part);
  const shown = await program('transcript', 'show', 'last', '--practice');
  expect(shown.exit).toBe(0);
  expect(shown.said).toContain('galera-restore');
});

test('the same seed gives the same journals, another seed others', async () => {
  await program('practice', '--seed', '3');
  const [first, world] = [journals(), worldOf()];
  await program('practice', '--seed', '3');
  expect(journals()).toEqual(first);
  expect(worldOf()).toEqual(world);
  await program('practice', '--seed', '4');
  expect(journals()).not.toEqual(first);
});

test('other commands work on the practice cluster as it was left', async () => {
  await program('practice');
  expect((await program('status', '--practice')).exit).toBe(0);
  const runs = await program('runs', 'list', '--practice');
  expect(runs.said).toContain('galera-restore');
  const closed = await program('runs', 'close', 'last', '--practice', '--yes', '--cluster', 'openstack/practice');
  expect(closed.exit).toBe(0);
  expect(JSON.stringify(worldOf().volumes)).not.toContain('galera_runbook_');
  expect((await program('backup', '--practice', '--yes', '--cluster', 'openstack/practice')).exit).toBe(0);
  expect((await program('backups', 'list', '--practice')).said.match(/^[=+] /gm)).toHaveLength(2);
});

test('without a practice before, a new cluster is there', async () => {
  const { exit, said } = await program('status', '--practice');
  expect(exit).toBe(0);
  expect(said).toContain('3 of 3 Synced');
});

test('an unknown scenario is refused, with the one that was probably meant', async () => {
  const { exit, said } = await program('practice', '--scenario', 'lost-tabel');
  expect(exit).toBe(2);
  expect(said).toContain('did you mean lost-table?');
  const other = await program('practice', '--scenario', 'earthquake');
  expect(other.said).toContain('galera-runbook practice list');
});

test.each(['x', '-1', '1.5', '2147483648', ''])('a seed of "%s" is refused', async (seed) => {
  const { exit, said } = await program('practice', `--seed=${seed}`);
  expect(exit).toBe(2);
  expect(said).toContain('a whole number from 0 to 2147483647');
});

test('the list has every scenario', async () => {
  const { exit, said } = await program('practice', 'list');
  expect(exit).toBe(0);
  for (const { name, summary } of scenarios) expect(said).toMatch(new RegExp(`${name} +${summary.slice(0, 20)}`));
});
