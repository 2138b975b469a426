import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../base/failure.ts';
import { isLocked } from '../host/run-lock.ts';
import { StateFolder, stateFolderPath } from '../host/state-folder.ts';
import { ValueFile } from '../host/value-file.ts';
import { newWorld } from '../simulator/build.ts';
import { keptWorld } from '../simulator/kept-world.ts';
import { type Keeper, Simulation } from '../simulator/simulation.ts';
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
  return new Simulation(readWorld(file) ?? newWorld(), keeperOf(file));
}

const beginAnew =
  'galera-runbook practice, with the same --state-dir if you gave one, begins a new one in its place; the records of its runs go with it';

function readWorld(file: ValueFile): World | undefined {
  const value = file.read(beginAnew);
  if (value === undefined) return undefined;
  const kept = keptWorld(value);
  return typeof kept === 'string'
    ? fail('failed', `a practice cluster of this version in ${file.path}`, kept, beginAnew)
    : kept;
}

/** Several processes may be at work on it: each goes on from what the last one has left. */
function keeperOf(file: ValueFile): Keeper {
  return {
    exclusively: (work) => file.exclusively(work),
    keep: (world) => file.write(world),
    changed: () => (file.isChanged ? readWorld(file) : undefined),
  };
}

/** Whether a run is under way on the practice cluster: a new one in its place would take its record away. */
export async function refuseWhileAtWork(globals: Globals): Promise<void> {
  const state = StateFolder.at(stateFolderPath(process.env, globals.stateDir));
  for (const id of await state.list()) {
    if (!(await isLocked(await state.find(id)))) continue;
    fail(
      'held',
      'no run at work on the practice cluster, before a new one takes its place',
      `run ${id} is under way`,
      'let it end, or stop it with ctrl-c; or practise in another --state-dir',
    );
  }
}

/** A new practice in the place of the last one, whose runs go with it. */
export function beginPractice(globals: Globals, world: World): Simulation {
  const file = worldFile(globals);
  file.exclusively(() => {
    rmSync(join(stateFolderPath(process.env, globals.stateDir), 'runs'), { recursive: true, force: true });
    file.write(world, { anew: true });
  });
  return new Simulation(world, keeperOf(file));
}

export function practicePace(): number {
  return process.stdin.isTTY === true && process.stderr.isTTY === true && !process.env.CI ? watchedPace : 0;
}
