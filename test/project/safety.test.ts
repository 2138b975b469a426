import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failsWithout } from '../../tools/mutation-check.ts';
import { mutated, mutations } from '../../tools/safety/mutations.ts';
import { rules } from '../../tools/safety/rules.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('docs/safety.md', () => {
  it('has every rule of the design, and each of them its tests and files', () => {
    expect(rules.map(({ number }) => number)).toEqual(Array.from({ length: 18 }, (_, index) => index + 1));
    expect(rules.filter(({ tests }) => tests.length === 0)).toEqual([]);
    expect(rules.flatMap(({ held }) => held).filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('names tests that there are', () => {
    const missing = rules.flatMap(({ tests }) => tests).filter(({ file, name }) => !read(file).includes(name));
    expect(missing).toEqual([]);
  });

  it('says for every mutation what fails (npm run mutations)', () => {
    const results = JSON.parse(read('tools/safety/results.json')) as { readonly [id: string]: string };
    expect(Object.keys(results).toSorted()).toEqual(mutations.map(({ id }) => id).toSorted());
  });
});

describe('a mutation', () => {
  it.each(mutations.map((mutation) => [mutation.id, mutation] as const))('%s still has its place', (_id, mutation) => {
    const text = read(mutation.file);
    expect(mutated(text, mutation)).not.toBe(text);
    expect(mutation.by === 'robot' || existsSync(join(root, mutation.by))).toBe(true);
  });

  it('whose place is gone is told', () => {
    const [first] = mutations;
    if (first) expect(() => mutated('', first)).toThrow(`mutation ${first.id}: its place in ${first.file} is gone`);
  });

  it.each(['floor', 'safe-text', 'bootstrap-known'])(
    '%s, switched off, makes a named test fail',
    { timeout: 120_000 },
    (id) => {
      const mutation = mutations.find((each) => each.id === id);
      expect(mutation && failsWithout(mutation)).toBeTruthy();
    },
  );
});
