import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { program } from '../../src/actions/program.ts';

test('manifests, plans and --version name the version of the package', () => {
  const { name, version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(program).toBe(`${name} ${version}`);
});
