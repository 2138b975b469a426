import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../base/failure.ts';
import { stateFolderPath } from '../host/state-folder.ts';
import { ValueFile } from '../host/value-file.ts';
import { newWorld } from '../simulator/build.ts';
import { Simulation } from '../simulator/simulation.ts';
import type { World } from '../simulator/world.ts';
import type { Globals } from './globals.ts';

/** Milliseconds of real time for one of practice on a terminal: fast, and slow enough to be watched. */
const watchedPace = 0.25;

/** Below the state folder: runs on a practice cluster never stand among real ones. */
export function practiceFolder(env: NodeJS.ProcessEnv, stateDir: string | undefined): string {
  return join(stateFolderPath(env, stateDir), 'practice');
}

function worldFile(globals: Globals): ValueFile {
  return new ValueFile(join(stateFolderPath(process.env, globals.stateDir), 'world.json'));
}

/** The practice cluster as it was left; a new one where there is none. */
export function openPractice(globals: Globals): Simulation {
  const file = worldFile(globals);
  const kept = file.read();
  if (kept !== undefined && (kept as Partial<World>).format !== 1) {
    fail(
      'failed',
      `a practice cluster of this version in ${file.path}`,
      'one of another version',
      'galera-runbook practice begins a new one',
    );
  }
  return new Simulation((kept as World | undefined) ?? newWorld(), (world) => file.write(world));
}

/** A new practice in the place of the last one, whose runs go with it. */
export function beginPractice(globals: Globals, world: World): Simulation {
  const file = worldFile(globals);
  rmSync(join(stateFolderPath(process.env, globals.stateDir), 'runs'), { recursive: true, force: true });
  file.write(world, { anew: true });
  return new Simulation(world, (next) => file.write(next));
}

export function practicePace(): number {
  return process.stdin.isTTY === true && process.stderr.isTTY === true && !process.env.CI ? watchedPace : 0;
}
