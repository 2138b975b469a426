import { expect, it } from 'vitest';
import { invariant } from '../../src/base/failure.ts';
import type { Mode } from '../../src/engine/event.ts';
import { exits } from '../../src/engine/exit-code.ts';
import { type Undisturbed, undisturbed } from './crash.ts';
import { type CrashCase, crashCases } from './crash-cases.ts';
import { type Death, RealPractice } from './crash-real.ts';
import { differences } from './crash-sound.ts';
import { type Row, report } from './crash-table.ts';

/** Set: one practice for each line and each way to die at it; else every process of a practice dies further on than the one before. */
const everyLine = process.env.GALERA_CRASH_ALL !== undefined;
const ways = ['after', 'before', 'torn'] as const;
/** Lines that a process writes before it dies: more than it needs to take the run up and to ask its checks again. */
const steps = [15, 19, 16, 23, 17, 21] as const;
const deathsAtMost = 20;
const atOnce = 2;

/** So many practices each. */
const cases: readonly (readonly [CrashCase['name'], Mode, number])[] = [
  ['backup', 'yes', 2],
  ['backup', 'interactive', 2],
  ['restore', 'yes', 1],
  ['restore', 'interactive', 1],
  ['rollback', 'interactive', 1],
  ['start', 'yes', 2],
  ['start', 'interactive', 1],
];

let killed = 0;

it.each(cases)(
  '%s (%s), its processes killed by SIGKILL one after the other: runs resume brings it to the same end',
  { timeout: everyLine ? 3_600_000 : 240_000 },
  async (name, mode, count) => {
    const of = crashCases.find((each) => each.name === name);
    invariant(of, `no case ${name}`);
    const end = await undisturbed(of, mode);
    const lines = end.events.length - end.beginning.events.length;
    const practices = everyLine
      ? Array.from({ length: lines - 1 }, (_, index) => ways.map((at): Death[] => [{ at, line: index + 2 }])).flat()
      : Array.from({ length: count }, (_, index) => further(index));
    const rows = (await inTurn(practices, (deaths) => played(of, mode, end, deaths))).flat();
    const kind = everyLine ? 'SIGKILL at every line' : 'SIGKILL of a process';
    report({ runbook: name, mode, kind }, rows);
  },
);

it('at least 40 places are tried by a real SIGKILL', () => {
  expect(killed).toBeGreaterThanOrEqual(40);
});
/** Places that are different for each practice, so that together they are spread over the run. */
function further(practice: number): readonly Death[] {
  return Array.from({ length: deathsAtMost }, (_, life) => ({
    at: ways[(life + practice) % ways.length] ?? 'after',
    line: (steps[(life + 2 * practice) % steps.length] ?? 15) + (life === 0 ? 7 * practice - 9 : 0),
  }));
}

/** One practice to its end: a row for each process that died. */
async function played(of: CrashCase, mode: Mode, end: Undisturbed, deaths: readonly Death[]): Promise<readonly Row[]> {
  const practice = await RealPractice.of(of, mode, end.beginning);
  const places: Death[] = [];
  let exit = await practice.begin(deaths[0]);
  for (let life = 1; exit === 'killed'; life++) {
    const [last] = deaths.slice(life - 1);
    invariant(last, 'a process that is not to die lives');
    places.push(last);
    exit = await practice.resume(deaths[life]);
  }
  const ended = await practice.ended(
    exit,
    places.map(() => 'same-part'),
  );
  const differs = differences(end, ended, ['once', 'bootstraps']);
  const wrong = exit === exits.done ? differs : [...differs, `exit ${exit}: ${practice.said.slice(-2000)}`];
  practice.remove();
  killed += places.length;
  return places.map(({ at, line }, life) => ({
    where: `${at} ${line} of process ${life + 1}`,
    what: '',
    how: ['runs resume'],
    lastExit: life === places.length - 1 ? Number(exit) : undefined,
    lost: life === places.length - 1 ? ended.picture.owed : [],
    differs: life === places.length - 1 ? wrong : [],
  }));
}

async function inTurn<T, R>(all: readonly T[], work: (each: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const left = [...all.entries()];
  const worker = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
