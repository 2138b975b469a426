import type { Obj } from '../target/kubernetes.ts';
import { type Command, step } from './step.ts';
import { draftOf, random, type World } from './world.ts';

/** Where a world is kept. */
export interface Keeper {
  keep(world: World): void;
  /** The world as somebody else has left it since; undefined: nobody has changed it. */
  changed(): World | undefined;
}

/** A world that goes on: whoever changes it keeps it before anybody hears of the change. */
export class Simulation {
  #world: World;
  readonly #keeper: Keeper | undefined;

  constructor(world: World, keeper?: Keeper) {
    this.#world = world;
    this.#keeper = keeper;
  }

  get world(): World {
    this.#world = this.#keeper?.changed() ?? this.#world;
    return this.#world;
  }

  /** From 0 to below 1, by the world's own random numbers. */
  draw(): number {
    const world = draftOf(this.world);
    const drawn = random(world);
    this.#world = world;
    this.#keeper?.keep(world);
    return drawn;
  }

  do(command: Command): Obj | undefined {
    const { world, answer } = step(this.world, command);
    this.#world = world;
    this.#keeper?.keep(world);
    return answer;
  }
}
