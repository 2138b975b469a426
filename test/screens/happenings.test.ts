import { describe, expect, it } from 'vitest';
import { changesOfLook, changesOfMember } from '../../src/screens/happenings.ts';
import type { MemberLook } from '../../src/screens/operations.ts';
import { withStatus } from '../../src/screens/samples.ts';
import type { Happening, MemberSamples } from '../../src/screens/state.ts';
import { healthyLook, memberLook, statusOf } from './world.ts';

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

describe("a member's queue and flow control", () => {
  /** One sample a second: the receive queue, and milliseconds of it that replication stood still. */
  function told(
    ...samples: readonly (readonly [queue: number | undefined, pausedMs?: number] | 'silence')[]
  ): readonly string[] {
    let before: MemberSamples | undefined;
    let paused = 0;
    let second = 0;
    return samples.flatMap((sample) => {
      second += sample === 'silence' ? 60 : 1;
      if (sample === 'silence') return [];
      const [queue, pausedMs = 0] = sample;
      paused += pausedMs * 1_000_000;
      const { recvQueue: _none, ...status } = statusOf(0);
      const read = { ...status, ...(queue === undefined ? {} : { recvQueue: queue }), flowControlPausedNs: paused };
      const after = withStatus(before, read, second * 1_000, 4);
      const says = changesOfMember('mariadb-server-1', before, after).map((each) => each.says);
      before = after;
      return says;
    });
  }

  it('are told once they are over, with how much and how long', () => {
    expect(told([0], [3], [1], [0], [0])).toEqual(['queue 3 for 2 s, then 0']);
    expect(told([0], [0], [0, 10], [0], [0])).toEqual(['flow control 1% for 1 s']);
  });

  it('are told at once where a queue comes near what stalls the others', () => {
    expect(told([0], [9], [20], [12], [0])).toEqual(['queue 9', 'queue 20', 'queue 20 for 3 s, then 0']);
  });

  it('of a single write-set in a single second are nothing to tell', () => {
    expect(told([0], [0], [1], [0], [0, 4], [0])).toEqual([]);
    expect(told([0], [1], [1], [0])).toEqual(['queue 1 for 2 s, then 0']);
  });

  it('of which a part was not seen are not told: nobody knows how long they were', () => {
    expect(told([0], [undefined], [5], [2], [0])).toEqual([]);
    expect(told([0], [2], [undefined], [2], [0])).toEqual([]);
    expect(told([5], [5], [0])).toEqual([]);
    expect(told([0], [5], 'silence', [5], [0], [5], [2], [0])).toEqual(['queue 5 for 2 s, then 0']);
  });
});
