import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { main } from '../../src/commands/main.ts';
import { beginPractice } from '../../src/commands/practice-world.ts';
import type { RunEvent } from '../../src/engine/event.ts';
import { newWorld } from '../../src/simulator/build.ts';
import { freshFolder } from '../host/folder.ts';
import { practising } from './practising.ts';
import { runsIn } from './recorded.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const world = () => newWorld({ seed: 5 });

/** Apart from who answered. Time is the world's, and moves in both only while a run sleeps. */
function comparable(events: readonly RunEvent[]): unknown {
  return JSON.parse(
    JSON.stringify(events, (key, value: unknown) => (key === 'by' || key === 'mode' ? undefined : value)),
  );
}

it('the same runs write the same journals on the screens and in plain', { timeout: 60_000 }, async () => {
  const on = await practising({ world: world(), plainTime: true });
  await on.robot.press('b');
  await on.robot.work('ended with exit 0');
  await on.robot.press('3');
  await on.robot.until(/> = 2026.*checksums match/);
  await on.robot.press('r');
  await on.robot.until('goes back');
  await on.robot.work((screen) => screen.includes('galera-restore') && screen.includes('ended with exit 0'));
  await on.leave();

  vi.stubEnv('CI', 'yes');
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockImplementation(() => true);
  const folder = freshFolder();
  const globals = { output: 'text', stateDir: join(folder, 'practice'), practice: true } as const;
  beginPractice(globals, world());
  for (const words of [['backup'], ['restore', 'latest']]) {
    const yes = ['--practice', '--yes', '--cluster', 'openstack/practice', '--state-dir', folder];
    expect(await main([...words, ...yes])).toBe(0);
  }

  const [screens, plain] = [runsIn(on), runsIn({ globals })].map((runs) => runs.map(comparable));
  expect(screens).toHaveLength(2);
  expect(screens).toEqual(plain);
});
