import { describe, expect, it } from 'vitest';
import { changesOfLook } from '../../src/screens/happenings.ts';
import type { MemberLook } from '../../src/screens/operations.ts';
import type { Happening } from '../../src/screens/state.ts';
import { healthyLook, memberLook } from './world.ts';

const look = (change: Partial<NonNullable<MemberLook['pod']>>) => {
  const first = memberLook(0);
  if (first.pod === undefined) throw new Error('a member with a pod');
  return { ...healthyLook, members: [{ ...first, pod: { ...first.pod, ...change } }] };
};

/** What was seen of a pod over these looks, newest first; one each 10 s. */
function seen(...looks: ReturnType<typeof look>[]): readonly string[] {
  let all: readonly Happening[] = [];
  for (const [index, each] of looks.entries())
    all = [...changesOfLook(looks[index - 1], each, 'mariadb', index * 10_000, all).toReversed(), ...all];
  return all.map(({ says }) => says);
}

describe('a pod that was not Ready', () => {
  it('was so for a time, without a restart', () => {
    expect(seen(look({}), look({ ready: false }), look({}))).toEqual([
      'pod Ready again after 10 s, no restart',
      'pod not Ready',
    ]);
  });

  it('and has restarted meanwhile is not said to have not', () => {
    const restarted = { restarts: 3 };
    expect(seen(look({}), look({ ready: false }), look({ ready: false, ...restarted }), look(restarted))).toEqual([
      'pod Ready again after 20 s',
      'restarted, 3 times by now',
      'pod not Ready',
    ]);
  });
});
