import type { Act, Walk } from './walk.ts';

/** Walks that are a little shorter, or gentler, than this one. */
export function gentler(walk: Walk): readonly Walk[] {
  const { acts } = walk;
  const without = acts.map((_, index) => ({ ...walk, acts: acts.filter((__, at) => at !== index) }));
  const milder = acts.flatMap((act, index) =>
    milderActs(act).map((other) => ({ ...walk, acts: acts.map((each, at) => (at === index ? other : each)) })),
  );
  const plain = { ...walk.base, podManagement: 'Parallel' as const, layout: 'root' as const };
  const bases = JSON.stringify(plain) === JSON.stringify(walk.base) ? [] : [{ ...walk, base: plain }];
  return [...without, ...bases, ...milder];
}

const optional = ['answers', 'during', 'crash', 'stop', 'elsewhere', 'parameters', 'patience'] as const;

function milderActs(act: Act): readonly Act[] {
  if (act.act !== 'run' && act.act !== 'take-up') return [];
  return optional.flatMap((name) => {
    if (!(name in act)) return [];
    const { [name]: _gone, ...rest } = act as Act & { readonly [field: string]: unknown };
    return [rest as Act];
  });
}

/** The shortest walk that was found to fail as this one does: taken away from while it still does. */
export async function shortest(walk: Walk, fails: (walk: Walk) => Promise<boolean>, most = 200): Promise<Walk> {
  let best = walk;
  for (let left = most; left > 0; ) {
    let found: Walk | undefined;
    for (const next of gentler(best)) {
      if (left-- <= 0) break;
      if (await fails(next)) {
        found = next;
        break;
      }
    }
    if (found === undefined) return best;
    best = found;
  }
  return best;
}
