import type { JsonObject } from '../base/json.ts';
import type { Obj, Ref } from '../target/kubernetes.ts';
import { tickControllers, tickEndpoints } from './controllers.ts';
import { strike } from './faults.ts';
import { tickPods } from './kubelet.ts';
import { create, patch, remove, requireAccess } from './objects.ts';
import { tickGalera } from './replication.ts';
import { setDesync } from './sql.ts';
import { draftOf, type FaultCommand, type PlannedFault, type When, type World } from './world.ts';

export type Command =
  | { readonly do: 'tick'; readonly ms: number }
  | { readonly do: 'create'; readonly object: Obj }
  | {
      readonly do: 'patch';
      readonly ref: Ref;
      readonly patch: JsonObject;
      readonly guard: { readonly uid: string; readonly resourceVersion?: string };
    }
  | { readonly do: 'remove'; readonly ref: Ref; readonly uid: string }
  | { readonly do: 'desync'; readonly member: string; readonly on: boolean }
  | { readonly do: 'plan'; readonly fault: PlannedFault }
  | FaultCommand;

export interface Stepped {
  readonly world: World;
  readonly answer?: Obj;
}

/** Nothing happens faster than this in between: controllers, members and runners look at each other this often. */
const quantumMs = 250;

/**
 * The world after one command. Pure: the same world and command give the same world, since random numbers are drawn from it. Throws what
 * the API server or a member would answer; the world is as it was then.
 */
export function step(before: World, command: Command): Stepped {
  const world = draftOf(before);
  switch (command.do) {
    case 'tick':
      tick(world, command.ms);
      return { world };
    case 'create':
      requireAccess(world, 'create', { ...command.object, ...placeOf(command.object) });
      return { answer: create(world, command.object), world };
    case 'patch':
      requireAccess(world, 'patch', command.ref);
      return { answer: patch(world, command.ref, command.patch, command.guard), world };
    case 'remove':
      requireAccess(world, 'delete', command.ref);
      remove(world, command.ref, command.uid);
      return { world };
    case 'desync':
      setDesync(world, command.member, command.on);
      return { world };
    case 'plan':
      world.planned = [...world.planned, command.fault];
      return { world };
    default:
      strike(world, command);
      return { world };
  }
}

function placeOf(object: Obj): { readonly name: string; readonly namespace?: string } {
  const { name, namespace } = object.metadata;
  return { name, ...(namespace === undefined ? {} : { namespace }) };
}

function tick(world: World, ms: number): void {
  let seen = -1;
  for (let left = ms; left > 0; ) {
    const part = Math.min(left, quantumMs - (world.now % quantumMs));
    left -= part;
    world.now += part;
    tickControllers(world);
    tickPods(world, part);
    // What follows from objects alone is asked again only when one has changed.
    if (world.revision !== seen) tickEndpoints(world);
    seen = world.revision;
    tickGalera(world, part);
    happen(world);
  }
}

/** Faults whose moment has come. */
function happen(world: World): void {
  if (world.planned.length === 0) return;
  const due = world.planned.filter((fault) => isNow(world, fault.when));
  if (due.length === 0) return;
  world.planned = world.planned.filter((fault) => !due.includes(fault));
  for (const { command } of due) strike(world, command);
}

function isNow(world: World, when: When): boolean {
  if ('at' in when) return world.now >= when.at;
  return Object.values(world.runners).some(
    (runner) =>
      runner.exit === undefined &&
      runner.verb === when.verb &&
      (when.member === undefined || runner.pod.includes(when.member)) &&
      (when.stage === undefined
        ? world.now - runner.startedAt >= when.afterMs
        : runner.stage === when.stage && world.now - runner.stageBegan >= when.afterMs),
  );
}
