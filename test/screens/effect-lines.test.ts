import { describe, expect, it } from 'vitest';
import { effectLines } from '../../src/screens/effect-lines.ts';
import { wrapped } from '../../src/screens/text.ts';

const of = (object: string, to = 'there') => ({ object, field: 'folder', from: 'none', to });

describe('what a step changes', () => {
  it('is one line for all members on which it is the same, and names each', () => {
    const effects = [0, 1, 2].map((ordinal) => of(`data of maria-${ordinal}, claim data-maria-${ordinal}`));
    expect(effectLines(effects)).toEqual([
      'data of maria-0, -1, -2, claim data-maria-0, -1, -2: folder: none -> there',
    ]);
  });

  it('is a line of its own where it differs', () => {
    const effects = [of('claim data-0', 'here'), of('claim data-1'), of('claim data-2')];
    expect(effectLines(effects)).toEqual([
      'claim data-0: folder: none -> here',
      'claim data-1, -2: folder: none -> there',
    ]);
  });

  it('does not guess which of two ordinals counts', () => {
    const effects = [of('Job run-1, member maria-0'), of('Job run-1, member maria-1')];
    expect(effectLines(effects)).toHaveLength(2);
  });
});

describe('text that goes on below', () => {
  it('never parts a number from its unit', () => {
    expect(wrapped('your time at gates, after 28 s', 28)).toEqual(['your time at gates, after', '28 s']);
    expect(wrapped('of about 988 MiB each', 12)).toEqual(['of about', '988 MiB each']);
  });

  it('never parts a command that fits on a line', () => {
    expect(wrapped('kept, freed by: galera-runbook runs close k7m2q9', 40)).toEqual([
      'kept, freed by:',
      'galera-runbook runs close k7m2q9',
    ]);
    expect(wrapped('galera-runbook runs close k7m2q9', 20).join(' ')).toBe('galera-runbook runs close k7m2q9');
  });
});
