import type { Obj } from '../target/kubernetes.ts';
import { type Command, step } from './step.ts';
import { draftOf, random, type World } from './world.ts';

/** A world that goes on: whoever changes it keeps it before anybody hears of the change. */
export class Simulation {
  #world: World;
  readonly #keep: (world: World) => void;

  constructor(world: World, keep: (world: World) => void = () => undefined) {
    this.#world = world;
    this.#keep = keep;
  }

  get world(): World {
    return this.#world;
  }

  /** From 0 to below 1, by the world's own random numbers. */
  draw(): number {
    const world = draftOf(this.#world);
    const drawn = random(world);
    this.#world = world;
    this.#keep(world);
    return drawn;
  }

  do(command: Command): Obj | undefined {
    const { world, answer } = step(this.#world, command);
    this.#world = world;
    this.#keep(world);
    return answer;
  }
}
