import { expect, it } from 'vitest';
import { drawn } from './draw.ts';
import { type Violation, walked } from './robot.ts';
import { shortest } from './shrink.ts';
import type { Walk } from './walk.ts';

/** Walks of `npm test`, over both files; GALERA_ROBOT_WALKS asks for more, GALERA_ROBOT_SEED for others. */
const usual = 1600;
const inOneTest = 100;

const first = Number(process.env.GALERA_ROBOT_SEED ?? 1);
/** How many walks are tried to make a failing one shorter. */
const shrinking = Number(process.env.GALERA_ROBOT_SHRINK ?? 200);
const all = Number(process.env.GALERA_ROBOT_WALKS ?? usual);

/** Every second seed, so that two files do the walks side by side. */
export function holdWalks(half: 0 | 1): void {
  for (let from = first; from < first + all; from += inOneTest) {
    const seeds = Array.from({ length: Math.min(inOneTest, first + all - from) }, (_, index) => from + index);
    const own = seeds.filter((seed) => seed % 2 === half);
    if (own.length === 0) continue;
    it(`of every ${half === 0 ? 'even' : 'odd'} seed from ${from} to ${seeds.at(-1)} hold all invariants`, {
      timeout: 120_000,
    }, async () => {
      for (const seed of own) await holdSeed(seed);
    });
  }
}

async function holdSeed(seed: number): Promise<void> {
  const walk = drawn(seed);
  const { violation } = await walked(walk);
  if (violation === undefined) return;
  const same = async (other: Walk) => (await walked(other)).violation?.invariant === violation.invariant;
  const short = await shortest(walk, same, shrinking);
  expect.fail(await report(seed, short, violation));
}

/** What a failing seed prints: the shortest walk that was found, as a file of test/robot/walks would have it. */
async function report(seed: number, walk: Walk, { invariant }: Violation): Promise<string> {
  const { violation, told } = await walked(walk);
  const kept = { why: `${invariant}: ${violation?.says}`, walk };
  return [
    `seed ${seed} breaks "${invariant}": ${violation?.says}`,
    ...told.map((line, index) => `${index + 1}. ${JSON.stringify(walk.acts[index])}\n   ${line}`),
    'to keep it, mend what is wrong and save this as test/robot/walks/NAME.json:',
    JSON.stringify(kept, null, 2),
  ].join('\n');
}
