import type { Effect } from '../engine/action.ts';
import { effectText } from '../engine/gate.ts';

/** The ordinal at the end of a name: `mariadb-server-0`, and in `volume of claim data-mariadb-server-0`. */
const ordinal = /-(\d+)(?![\w-])/g;

/**
 * What a step changes, one line each; what is the same on several members is one line that names them all: `mariadb-server-0, -1, -2`.
 */
export function effectLines(effects: readonly Effect[]): readonly string[] {
  const groups = new Map<string, Effect[]>();
  for (const effect of effects) {
    const ordinals = new Set(Array.from(effect.object.matchAll(ordinal), ([, number]) => number));
    // Two ordinals in one name: whose of them changes from line to line, nobody can tell.
    const name = ordinals.size === 1 ? effect.object.replaceAll(ordinal, '-#') : effect.object;
    const key = JSON.stringify([name, effect.field, effect.from, effect.to]);
    groups.set(key, [...(groups.get(key) ?? []), effect]);
  }
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [effectText({ ...first, object: named(first.object, others) })],
  );
}

function named(object: string, others: readonly Effect[]): string {
  const more = others.flatMap((each) => each.object.match(ordinal)?.[0] ?? []);
  return more.length === 0 ? object : object.replaceAll(ordinal, (own) => [own, ...more].join(', '));
}
