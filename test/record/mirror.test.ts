import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/engine/event.ts';
import { fromMirror, type Mirror, type MirrorData, mirrorLimit, toMirror } from '../../src/record/mirror.ts';
import { journals } from './arbitrary-event.ts';
import { passed } from './canned.ts';
import { backupRun } from './canned-runs.ts';

function mirrorOf(events: readonly RunEvent[]): Mirror {
  const mirror = toMirror(events);
  if ('expected' in mirror) throw new Error(mirror.found);
  return mirror;
}

const withOutput = (output: RunEvent & { type: 'step-passed' }): RunEvent[] => [...backupRun, output];
const large = (text: string): RunEvent & { type: 'step-passed' } => ({
  ...(passed('copy', 'applied', 'x') as RunEvent & { type: 'step-passed' }),
  seq: backupRun.length + 1,
  at: 1,
  output: { text },
});

describe('a mirror', () => {
  test('gives back the journal', () => {
    fc.assert(
      fc.property(journals, (events) => {
        expect(fromMirror(mirrorOf(events), 'galera-runbook-run-q8d4w6')).toEqual(events);
      }),
    );
  });

  test('is the same for the same events', () => {
    expect(mirrorOf(backupRun)).toEqual(mirrorOf(backupRun));
  });

  test('keeps outputs over 8 KiB by their hash, in a ConfigMap of their own', () => {
    const events = withOutput(large('row '.repeat(4000)));
    const mirror = mirrorOf(events);
    expect(Object.keys(mirror.outputs?.binaryData ?? {})).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.json\.gz$/)]);
    expect(fromMirror(mirror, 'galera-runbook-run-q8d4w6')).toEqual(events);
    expect(mirrorOf(backupRun).outputs).toBeUndefined();
  });

  test('an output that looks like such a reference is not taken for one', () => {
    const events = withOutput({ ...large(''), output: { $kept: { sha256: 'a'.repeat(64), bytes: 1 } } });
    expect(fromMirror(mirrorOf(events), 'galera-runbook-run-q8d4w6')).toEqual(events);
  });

  test('that would pass 900 KiB is refused', () => {
    const failure = toMirror(withOutput(large(randomBytes(mirrorLimit).toString('base64'))));
    expect(failure).toMatchObject({ kind: 'failed', found: expect.stringMatching(/^\d+ KiB of outputs$/) });
  });

  const whole = mirrorOf(withOutput(large('row '.repeat(4000))));
  const changed = (change: Partial<MirrorData>): Mirror => ({ ...whole, journal: { ...whole.journal, ...change } });
  test.each<[string, Mirror]>([
    ['without its journal', changed({ binaryData: {} })],
    ['that is no gzip', changed({ binaryData: { 'journal.jsonl.gz': 'aGVsbG8=' } })],
    [
      'cut in the middle',
      changed({
        binaryData: { 'journal.jsonl.gz': String(whole.journal.binaryData['journal.jsonl.gz']).slice(0, 400) },
      }),
    ],
    ['with another number of events', changed({ data: { format: '1', events: '3' } })],
    ['without its outputs', { journal: whole.journal }],
  ])('%s is refused', (_, mirror) => {
    expect(fromMirror(mirror, 'galera-runbook-run-q8d4w6')).toMatchObject({
      kind: 'failed',
      next: expect.stringMatching(/./),
    });
  });
});
