import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { catalogue } from '../../src/actions/catalogue.ts';
import { factsOf } from '../../src/engine/catalogue-facts.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { formatProblem } from '../../src/runbook/problem.ts';

const folder = new URL('../../docs/runbooks/', import.meta.url);

test.each(readdirSync(folder))('%s names actions and inputs that there are', (name) => {
  const parsed = parseRunbook(readFileSync(new URL(name, folder)), name, factsOf(catalogue));
  expect('problems' in parsed ? parsed.problems.map(formatProblem) : []).toEqual([]);
});
