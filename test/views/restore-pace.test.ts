import { describe, expect, it } from 'vitest';
import type { PlannedStep, RunEvent } from '../../src/engine/event.ts';
import { restoreEstimate, restorePace } from '../../src/views/restore-pace.ts';
import { failedRun, restoreRun } from '../record/canned-runs.ts';

const actions: { readonly [step: string]: string } = {
  unpack: 'restore.unpack',
  truth: 'restore.prove-prepared',
  cut: 'traffic.cut',
  swap: 'restore.swap',
  traffic: 'traffic.put-back',
};
const effect = { object: 'volume', field: 'folder', from: 'none', to: 'there' };

function real(events: readonly RunEvent[], parameters: { readonly [name: string]: boolean } = {}): readonly RunEvent[] {
  const planned = (each: PlannedStep): PlannedStep => ({
    ...each,
    step: { ...each.step, action: actions[each.step.id] ?? each.step.action },
    ...(each.step.id === 'unpack' ? { bytes: 3 * 2 ** 30, effects: [effect, effect, effect] } : {}),
  });
  return events.map((event) =>
    event.type === 'run-started'
      ? {
          ...event,
          plan: {
            ...event.plan,
            parameters: { ...event.plan.parameters, ...parameters },
            steps: event.plan.steps.map(planned),
          },
        }
      : event,
  );
}

describe('the pace of a restore', () => {
  it('is what its steps took, without the time at gates', () => {
    expect(restorePace(real(restoreRun))).toEqual({
      run: 'n5g1s7',
      dataBytes: 2 ** 30,
      growingMs: 249_000 + 192_000,
      otherMs: 27_000,
      downMs: 24_000,
    });
  });

  it('is not known of a run that failed, nor of one that is no restore', () => {
    expect(restorePace(real(failedRun))).toBeUndefined();
    expect(restorePace(restoreRun)).toBeUndefined();
  });

  it('is not taken from a run that checksummed everything while clients waited', () => {
    expect(restorePace(real(restoreRun, { recheck: true }))).toBeUndefined();
  });

  it('is not taken from a run that was resumed, nor from one that did a step twice: their steps took longer', () => {
    const done = real(restoreRun);
    const at = done.findIndex((event) => event.type === 'step-started' && event.step === 'cut');
    const resumed = {
      type: 'run-resumed',
      at: done[at]?.at ?? 0,
      mode: 'interactive',
      by: 'sre1',
      program: '1',
    } as const;
    const all = done.toSpliced(at, 0, { ...resumed, seq: 0 }).map((event, index) => ({ ...event, seq: index + 1 }));
    expect(restorePace(all)).toBeUndefined();
    const again = done.map((event) =>
      event.type === 'step-started' && event.step === 'unpack' ? { ...event, attempt: 2 } : event,
    );
    expect(restorePace(again)).toBeUndefined();
  });

  it('grows with the data, but the outage does not', () => {
    const pace = { run: 'x', dataBytes: 100, growingMs: 1000, otherMs: 50, downMs: 20 };
    expect(restoreEstimate(pace, 300)).toEqual({ ms: 3050, downMs: 20 });
  });
});
