import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { phasesAhead, phaseText } from '../../src/views/phases.ts';

const scripts = new URL('../../src/runner/scripts/', import.meta.url);

describe('parts of the work of a Job', () => {
  it('are numbered as its script tells them, and what is ahead is named', () => {
    expect(['copy', 'drain', 'unpack', 'prepare', 'prove'].map(phaseText)).toEqual([
      '1 of 2: copy',
      '2 of 2: drain',
      '1 of 2: unpack',
      '2 of 2: prepare',
      'prove',
    ]);
    expect(phasesAhead(['unpack'])).toEqual(['2 of 2: prepare']);
    expect(phasesAhead(['unpack', 'prepare'])).toEqual([]);
    expect(phasesAhead(['prove'])).toEqual([]);
    expect(phasesAhead([])).toEqual([]);
  });

  it('are all that a script with more than one of them tells', () => {
    for (const name of readdirSync(scripts)) {
      const text = readFileSync(new URL(name, scripts), 'utf8');
      const told = [...new Set([...text.matchAll(/\bprogress ([a-z]+) /g)].map(([, phase = '']) => phase))];
      if (told.length < 2) continue;
      expect([name, told.map(phaseText).toSorted()]).toEqual([
        name,
        told.map((_, index) => expect.stringMatching(`^${index + 1} of ${told.length}: `)),
      ]);
    }
  });
});
