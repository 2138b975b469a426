import { expect, test } from 'vitest';
import type { Globals } from '../../src/commands/globals.ts';
import { openPractice } from '../../src/commands/practice-world.ts';
import { freshFolder } from '../host/folder.ts';

test('two processes at work on one practice cluster see what the other has done', () => {
  const globals: Globals = { output: 'text', stateDir: freshFolder() };
  const one = openPractice(globals);
  one.do({ do: 'tick', ms: 1000 });
  const other = openPractice(globals);
  const before = one.world.now;
  other.do({ do: 'tick', ms: 5000 });
  expect(one.world).toEqual(other.world);
  one.do({ do: 'tick', ms: 250 });
  expect(other.world.now).toBe(before + 5250);
});
