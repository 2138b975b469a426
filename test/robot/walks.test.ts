import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawn } from './draw.ts';
import { walked } from './robot.ts';
import { shortest } from './shrink.ts';
import type { Walk } from './walk.ts';

interface Kept {
  /** What was wrong. */
  readonly why: string;
  readonly walk: Walk;
}

const folder = join(import.meta.dirname, 'walks');

describe('a walk that once broke something', () => {
  for (const name of readdirSync(folder).toSorted()) {
    const { why, walk } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Kept;
    it(`${name.replace('.json', '')} holds: ${why}`, async () => {
      expect((await walked(walk)).violation).toBeUndefined();
    });
  }
});

it('the same seed gives the same walk, and the same walk the same end', async () => {
  const walk = drawn(7);
  expect(drawn(7)).toEqual(walk);
  expect(await walked(walk)).toEqual(await walked(JSON.parse(JSON.stringify(walk)) as Walk));
});

it('a failing walk is cut down to what fails', async () => {
  const walk = drawn(11);
  const needed = walk.acts.find(({ act }) => act === 'run');
  const fails = async ({ acts }: Walk) =>
    acts.some((act) => act.act === 'run' && needed?.act === 'run' && act.runbook === needed.runbook);
  const short = await shortest(walk, fails);
  expect(short.acts).toHaveLength(1);
  expect(Object.keys(short.acts[0] ?? {})).not.toContain('crash');
});
