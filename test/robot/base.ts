import { foldEvents } from '../../src/engine/apply-event.ts';
import type { RunEvent } from '../../src/engine/event.ts';
import type { RunState } from '../../src/engine/state.ts';
import type { World } from '../../src/simulator/world.ts';
import { documentOf, Rig } from '../practice/rig.ts';
import { dataKept, type Memory, memberVolumes, nothingRemembered } from './seen.ts';
import type { Base } from './walk.ts';

export interface Ground {
  readonly world: World;
  readonly runs: readonly {
    readonly run: string;
    readonly name: string;
    readonly document: Uint8Array;
    readonly events: RunEvent[];
    readonly state: RunState;
  }[];
  readonly memory: Memory;
}

const grounds = new Map<string, Promise<Ground>>();

/** Made once: a world is a value, and every walk goes on from it in its own way. */
export function baseOf(base: Base): Promise<Ground> {
  const key = JSON.stringify(base);
  const known = grounds.get(key) ?? made(base);
  grounds.set(key, known);
  return known;
}

async function made({ history, podManagement, layout, writes }: Base): Promise<Ground> {
  const rig = await Rig.on({ podManagement, layout, writes });
  const runs: Ground['runs'][number][] = [];
  const run = async (name: string, id: string, parameters = {}) => {
    const { exit, events } = await rig.run(name, { run: id, parameters });
    if (exit !== 0) throw new Error(`${name} ends with ${exit}`);
    const { bytes } = documentOf(name);
    runs.push({ run: id, name, document: bytes, events: [...events], state: foldEvents(events) });
    rig.tick(60_000);
  };
  if (history !== 'new') {
    await run('galera-backup', 'b1b1b1');
    await run('galera-backup', 'b2b2b2');
  }
  if (history === 'restored') await run('galera-restore', 'd1d1d1', { backup: 'latest' });
  const { world } = rig;
  const memory = nothingRemembered(world);
  const old = memberVolumes(world).flatMap(([volume]) => {
    const data = dataKept(world, volume, 'd1d1d1', 'old');
    return data ? [[volume, data] as const] : [];
  });
  return { world, runs, memory: { ...memory, old: history === 'restored' ? { d1d1d1: Object.fromEntries(old) } : {} } };
}
