import { describe, expect, it } from 'vitest';
import { textOf } from '../../src/screens/line.ts';
import { pulseLines } from '../../src/screens/pulse-lines.ts';
import { viewOf } from '../../src/screens/view.ts';
import type { Progress } from '../../src/views/progress.ts';
import { healthy } from './world.ts';

const base: Progress = { step: 'start', phases: [], unchangedMs: 2000, runningMs: 9000, members: [] };
const drawn = (progress: Partial<Progress>) =>
  pulseLines(viewOf(healthy().state()), { ...base, ...progress }, 54).map((each) => textOf(each).trimEnd());
const member = (ordinal: number, says?: string) => ({
  step: 'start',
  member: `mariadb-server-${ordinal}`,
  phase: 'waiting',
  unchangedMs: 2000,
  ...(says === undefined ? {} : { says }),
});

describe('the progress of a step', () => {
  it('that tells nothing is the time that it runs, and when that ends', () => {
    expect(drawn({ deadlineMs: 61_000 })).toEqual([' running for 9 s, gives up in 1:01']);
  });

  it('of members that do the same is one line, and what is waited for stands once', () => {
    expect(drawn({ phases: ['waiting'], says: 'pod', members: [member(0, 'pod'), member(1), member(2)] })).toEqual([
      ' 0  waiting: pod',
      ' 1, 2  waiting',
      ' last change 2 s ago',
    ]);
  });

  it('that stands still says since when and what ends the waiting', () => {
    expect(drawn({ unchangedMs: 12_000, deadlineMs: 61_000, members: [member(0)] }).at(-1)).toBe(
      ' ! no change for 12 s, gives up in 1:01',
    );
  });
});
