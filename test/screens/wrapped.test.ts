import { describe, expect, it } from 'vitest';
import { wrapped } from '../../src/screens/text.ts';

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
