import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import { type Globals, onPractice } from '../../src/commands/globals.ts';
import { main } from '../../src/commands/main.ts';
import { openPractice } from '../../src/commands/practice-world.ts';
import { failureFrom } from '../actions/fail.ts';
import { freshFolder } from '../host/folder.ts';

afterEach(() => vi.restoreAllMocks());

/** A practice whose file was changed by hand. */
function practiceWith(change: (text: string) => string) {
  const folder = freshFolder();
  const globals: Globals = onPractice({ output: 'text', stateDir: folder });
  openPractice(globals).do({ do: 'tick', ms: 1 });
  const path = join(folder, 'practice', 'world.json');
  writeFileSync(path, change(readFileSync(path, 'utf8')));
  return { folder, path, opened: async () => openPractice(globals) };
}

const without = (change: (world: { [field: string]: Json }) => void) => (text: string) => {
  const world = JSON.parse(text);
  change(world);
  return JSON.stringify(world);
};

test.each<[string, (text: string) => string, RegExp]>([
  ['nothing', () => '', /^Unexpected end of JSON input$/],
  ['null', () => 'null', /^null$/],
  ['a list', () => '[1,2]', /^\[1,2\]$/],
  ['a text', () => '"world"', /^"world"$/],
  ['half a file', (text) => text.slice(0, text.length / 2), /JSON/],
  ['a format and no more', () => '{"format":1}', /^one whose "seed" is missing or wrong$/],
  ['no format', without((world) => delete world.format), /^one whose "format" is missing or wrong$/],
  ['another format', without((world) => Object.assign(world, { format: 2 })), /^one of format 2, another version's$/],
  ['members that are none', without((world) => Object.assign(world, { members: { a: null } })), /"members"/],
  ['faults without one', without((world) => Object.assign(world, { faults: { apiGone: false } })), /"faults"/],
])(
  'a practice cluster in whose file is %s is refused with the file and the way to a new one',
  async (_, change, found) => {
    const { path, opened } = practiceWith(change);
    const failure = await failureFrom(opened());
    expect(failure).toMatchObject({
      kind: 'failed',
      expected: expect.stringContaining(path),
      found: expect.stringMatching(found),
    });
    expect(failure.next).toContain('galera-runbook practice, with the same --state-dir');
  },
);

test.each([
  ['status', '--practice'],
  ['backup', '--practice', '--yes', '--cluster', 'openstack/practice'],
])('%s tells of a damaged practice in three parts, without a stack, and a new practice mends it', async (...args) => {
  let said = '';
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
  vi.stubEnv('CI', 'yes');
  const { folder, path } = practiceWith(() => '{"format":1}');
  const program = (...words: readonly string[]) => main([...words, '--state-dir', folder]);
  expect(await program(...args)).toBe(1);
  expect(said).toContain(path);
  expect(said).not.toMatch(/^\s+at /m);
  expect(await program('practice', '--scenario', 'member-down')).toBe(0);
});
