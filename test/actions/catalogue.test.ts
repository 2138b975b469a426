import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { catalogue } from '../../src/actions/catalogue.ts';
import { factsOf } from '../../src/engine/catalogue-facts.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { formatProblem } from '../../src/runbook/problem.ts';

const folder = new URL('../../docs/runbooks/', import.meta.url);

test.each(readdirSync(folder).filter((name) => name.endsWith('.md')))(
  '%s names only actions, inputs and outputs that there are',
  (name) => {
    const parsed = parseRunbook(readFileSync(new URL(name, folder)), name, factsOf(catalogue));
    expect('runbook' in parsed ? [] : parsed.problems.map(formatProblem)).toEqual([]);
  },
);

test('what an action owes is paid with an action that there is, with an input that it takes', () => {
  const payers = [
    'galera.start',
    'galera.resync',
    'traffic.put-back',
    'restore.discard-unpacked',
    'restore.discard-kept',
  ];
  for (const name of payers) expect(catalogue.get(name)).toMatchObject({ kind: 'do', owes: false });
});

test('what stops members, cuts traffic or moves data finishes what it began', () => {
  const finishes = [...catalogue.values()].filter((action) => action.kind === 'do' && action.maxDanger !== 'changes');
  expect(finishes.filter((action) => action.kind === 'do' && action.stoppable).map(({ name }) => name)).toEqual([]);
});
