import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Globals } from '../../src/commands/globals.ts';
import { openPractice, refuseWhileAtWork } from '../../src/commands/practice-world.ts';
import { lockRun } from '../../src/host/run-lock.ts';
import { StateFolder } from '../../src/host/state-folder.ts';
import { newWorld } from '../../src/simulator/build.ts';
import { Simulation } from '../../src/simulator/simulation.ts';
import { failureFrom } from '../actions/fail.ts';
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

test('nobody else changes the world between the reading and the keeping of a change', () => {
  const log: string[] = [];
  const simulation = new Simulation(newWorld(), {
    exclusively(work) {
      log.push('(');
      try {
        return work();
      } finally {
        log.push(')');
      }
    },
    changed: () => void log.push('read'),
    keep: () => void log.push('kept'),
  });
  simulation.do({ do: 'tick', ms: 1 });
  simulation.draw();
  expect(log.join(' ')).toBe('( read kept ) ( read kept )');
});

test('a new practice does not take the record of a run that is under way', async () => {
  const globals: Globals = { output: 'text', stateDir: freshFolder() };
  const run = await StateFolder.at(globals.stateDir ?? '').createRun('k7m2q9');
  writeFileSync(run.journal, '{"v":1,"seq":1,"at":1,"type":"run-started"}\n');
  const lock = await lockRun(run);
  expect(await failureFrom(refuseWhileAtWork(globals))).toMatchObject({
    kind: 'held',
    found: 'run k7m2q9 is under way',
  });
  await lock.release();
  await refuseWhileAtWork(globals);
});
