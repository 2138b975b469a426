import { describe, expect, test } from 'vitest';
import type { NewEvent, RunEvent } from '../../src/engine/event.ts';
import { outcomeOf, summarize } from '../../src/record/run-summary.ts';
import { transcript } from '../../src/record/transcript.ts';
import { clock, plannedStep } from './canned.ts';
import { backupRun, failedRun, restoreRun } from './canned-runs.ts';

describe('the summary of a run', () => {
  test('says who did what where, when and how it ended', () => {
    expect(summarize(backupRun)).toEqual({
      run: 'q8d4w6',
      runbook: 'galera-backup',
      title: 'Back up a Galera cluster',
      cluster: 'openstack/lab',
      context: 'prod-east',
      by: 'gitlab@runner-7',
      startedAt: clock('05:00:03'),
      endedAt: clock('05:05:10'),
      exit: 0,
      outcome: 'done',
      says: 'done and verified',
      unpaid: [],
      kept: [],
      putBack: false,
      closed: false,
      lastEventAt: clock('05:05:10'),
    });
  });

  test('names what is kept until the run is closed, and no longer after that', () => {
    expect(summarize(restoreRun)?.kept.map(({ id }) => id)).toEqual(['old-data']);
    const closed: RunEvent = { seq: restoreRun.length + 1, at: 1, type: 'run-closed', by: 'sre1@bastion-1' };
    expect(summarize([...restoreRun, closed])).toMatchObject({ closed: true, kept: [] });
  });

  test('names what is owed', () => {
    expect(summarize(failedRun)).toMatchObject({ exit: 131, outcome: 'owes', unpaid: [{ id: 'traffic' }] });
  });

  test('of a run whose close nobody waits for any more says so, with the command that goes on', () => {
    const { by, program } = { by: 'sre2@bastion-2', program: 'p' };
    const closing: readonly NewEvent[] = [
      {
        type: 'run-continued',
        way: 'close',
        steps: [plannedStep('close', 'do')],
        mode: 'interactive',
        by,
        program,
      },
      { type: 'step-started', step: 'close', attempt: 1, input: {}, memo: {} },
      { type: 'stop-asked', by, hard: true },
      { type: 'run-ended', exit: 131, says: 'stopped waiting', unpaid: [] },
    ];
    const after = closing.map((event, index) => ({ ...event, seq: restoreRun.length + 1 + index, at: 1 }) as RunEvent);
    expect(summarize([...restoreRun, ...after])).toMatchObject({
      outcome: 'left at work',
      openEnd: 'galera-runbook runs close n5g1s7',
    });
    expect(transcript([...restoreRun, ...after])).toContain('- to go on: `galera-runbook runs close n5g1s7`');
  });

  test('of a run that did not end says so', () => {
    const cut = summarize(backupRun.slice(0, 11));
    expect(cut).toMatchObject({ outcome: 'not ended', unpaid: [{ id: 'desync' }] });
    expect(cut).not.toHaveProperty('exit');
  });

  test('of a run that was taken up again and did not end does not show the former end', () => {
    const again: RunEvent = {
      seq: failedRun.length + 1,
      at: 1,
      type: 'run-continued',
      way: 'repair',
      steps: [],
      mode: 'interactive',
      by: 'sre2@bastion-2',
      program: 'p',
    };
    expect(summarize([...failedRun, again])).toMatchObject({ outcome: 'not ended', by: 'sre2@bastion-2' });
  });

  test('of a journal without a start is none', () => {
    expect(summarize([])).toBeUndefined();
  });
});

test('every exit code of a run has a word', () => {
  expect([0, 1, 3, 4, 5, 10, 11, 130, 131, undefined, 77].map(outcomeOf)).toEqual([
    'done',
    'failed',
    'done, warned',
    'refused',
    'answered no',
    'not safe',
    'held by another',
    'stopped',
    'owes',
    'not ended',
    'exit 77',
  ]);
});
