import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { accepted, problems } from './fixture.ts';

const folder = new URL('../../docs/runbooks/', import.meta.url);

test.each(readdirSync(folder).filter((name) => name.endsWith('.md')))('%s is accepted', (name) => {
  expect(problems(readFileSync(new URL(name, folder)))).toEqual([]);
});

test('a rollback is kept apart from the steps before it', () => {
  const { steps, rollback } = accepted(readFileSync(new URL('galera-restore.md', folder)));
  expect(steps.map(({ id }) => id)).toContain('swap');
  expect(rollback.find(({ undoes }) => undoes === 'swap')?.id).toBe('swap-back');
});
