import type { Obj } from '../target/kubernetes.ts';
import { type Command, step } from './step.ts';
import { draftOf, random, type World } from './world.ts';

/** Where a world is kept. */
export interface Keeper {
  /** Work during which nobody else changes the world. */
  exclusively<T>(work: () => T): T;
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
    return this.#change((before) => {
      const world = draftOf(before);
      const answer = random(world);
      return { world, answer };
    });
  }

  do(command: Command): Obj | undefined {
    return this.#change((before) => {
      const { world, answer } = step(before, command);
      return { world, answer };
    });
  }

  #change<T>(next: (before: World) => { readonly world: World; readonly answer: T }): T {
    const change = () => {
      const { world, answer } = next(this.world);
      this.#world = world;
      this.#keeper?.keep(world);
      return answer;
    };
    return this.#keeper ? this.#keeper.exclusively(change) : change();
  }
}
