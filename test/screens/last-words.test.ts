import { describe, expect, it } from 'vitest';
import { applyEvent } from '../../src/engine/apply-event.ts';
import type { NewEvent, RunEvent } from '../../src/engine/event.ts';
import { newRun } from '../../src/engine/state.ts';
import { lastWords } from '../../src/screens/last-words.ts';
import { clock, failedAt, passed, plannedStep, stamp } from '../record/canned.ts';
import { backupRun, failedRun } from '../record/canned-runs.ts';
import { fullEvents } from './restore.ts';
import { healthy, type World } from './world.ts';

const golden = async (name: string, lines: readonly string[]) =>
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`golden/${name}.txt`);

function after(events: readonly RunEvent[]): World {
  const world = healthy();
  let state = newRun;
  for (const event of events) {
    state = applyEvent(state, event);
    world.writer.ran(event, state);
  }
  world.writer.runOver();
  return world;
}

const words = (events: readonly RunEvent[]) =>
  lastWords(after(events).state(), (run) => `~/.local/state/galera-runbook/runs/${run}/transcript.md`);

/** What comes after the first events of the restore. */
function then(last: (event: RunEvent) => boolean, more: readonly (readonly [string, NewEvent])[]): readonly RunEvent[] {
  const before = fullEvents.slice(0, fullEvents.findIndex(last) + 1);
  return [...before, ...stamp(more).map((event, index) => ({ ...event, seq: before.length + index + 1 }))];
}

describe('the last words', () => {
  it('of a restore say what was restored, undone, kept, and what to do next', async () => {
    await golden('last-words-restore', words(fullEvents));
  });

  it('of a backup say what it is and how it was proven', async () => {
    await golden('last-words-backup', words(backupRun));
  });

  it('of a run that failed say what was expected and found, each way on, and the repair at the end', async () => {
    const lines = words(failedRun);
    await golden('last-words-failed', lines);
    expect(lines.at(-1)).toBe('galera-runbook runs repair n5g1s7');
  });

  it('of a failure after the swap name both ways', async () => {
    const failing = then(
      (event) => event.type === 'step-started' && event.step === 'start',
      [
        ['05:20:08', failedAt('start', { kind: 'failed', expected: '3 of 3', found: '2 of 3', next: 'see its log' })],
        ['05:20:09', { type: 'run-ended', exit: 131, says: 'failed at start', unpaid: ['traffic'] }],
      ],
    );
    const text = words(failing).join('\n');
    expect(text).toContain('is FAILED (exit 131)');
    expect(text).toContain('clients     without a database since 2026-11-21 05:17:29Z');
    expect(text).toContain('galera-runbook runs resume k7m2q9');
    expect(text).toContain('galera-runbook runs rollback k7m2q9');
  });

  it('of a rollback offer no way back: only to free what the restore left', () => {
    const planned = [plannedStep('swap-back', 'do', { danger: 'destroys', step: { undoes: 'swap' } })];
    const back = then(
      (event) => event.type === 'run-ended',
      [
        [
          '05:30:00',
          { type: 'run-continued', way: 'rollback', steps: planned, mode: 'yes', by: 'me', program: 'test' },
        ],
        ['05:30:09', passed('swap-back', 'applied', 'done')],
        ['05:30:10', { type: 'run-ended', exit: 0, says: 'done and verified', unpaid: [] }],
      ],
    );
    const text = words(back).join('\n');
    expect(text).toContain('is ROLLED BACK (exit 0)');
    expect(text).toContain('look at your services; then free what the restore left:');
    expect(text).toContain('galera-runbook runs close k7m2q9');
    expect(text).not.toContain('runs rollback');
  });

  it('name the gate that was answered no', () => {
    const said = then(
      (event) => event.type === 'step-passed' && event.step === 'truth',
      [
        [
          '05:17:29',
          {
            type: 'gate-answered',
            step: 'cut',
            sha256: 'x',
            answer: 'no',
            by: 'sre1@bastion-1',
          },
        ],
        ['05:17:30', { type: 'run-ended', exit: 5, says: 'cut was answered no', unpaid: [] }],
      ],
    );
    const text = words(said).join('\n');
    expect(text).toContain('is STOPPED: ANSWERED NO (exit 5)');
    expect(text).toContain('gate        cut was answered no by sre1@bastion-1');
  });

  it('do not say how the members are when nobody answers any more', () => {
    const world = after(fullEvents);
    world.writer.tick(clock('05:30:00'));
    expect(lastWords(world.state(), () => '').join('\n')).not.toContain('Synced, in Service');
  });
});
