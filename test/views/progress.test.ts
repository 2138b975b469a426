import { describe, expect, test } from 'vitest';
import type { Pulse } from '../../src/target/look.ts';
import { type Progress, ProgressWatch, progressSentence } from '../../src/views/progress.ts';
import { clock, delivered } from '../record/canned.ts';
import { backupRun } from '../record/canned-runs.ts';

const GiB = 2 ** 30;
const begin = clock('05:00:06');

/** A watch on the step `copy`, which has started at `begin` and has a deadline of 6 h. */
function watching(): ProgressWatch {
  const watch = new ProgressWatch();
  for (const [event, state] of delivered(backupRun.slice(0, 11))) watch.event(event, state);
  return watch;
}

const pulse = (bytes: number, change: Partial<Pulse> = {}): Pulse => ({
  step: 'copy',
  phase: 'copy',
  bytes,
  total: 28.4 * GiB,
  ...change,
});
const said = (progress: Progress | undefined) => (progress === undefined ? undefined : progressSentence(progress));

describe('progress', () => {
  test('is said every 30 s while bytes move, with rate and time left', () => {
    const watch = watching();
    const due: [number, string | undefined][] = [];
    for (let second = 1; second <= 91; second++) {
      watch.pulse(pulse(second * 0.155 * GiB), begin + second * 1000 - 1000);
      const text = said(watch.due(begin + second * 1000));
      if (text !== undefined) due.push([second, text]);
    }
    expect(due).toEqual([
      [30, '16%, 4.65 of 28.4 GiB, 159 MiB/s, about 2:34 left, last change 1 s ago'],
      [60, '32%, 9.30 of 28.4 GiB, 159 MiB/s, about 2:04 left, last change 1 s ago'],
      [90, '49%, 13.9 of 28.4 GiB, 159 MiB/s, about 1:34 left, last change 1 s ago'],
    ]);
  });

  test('knows no time left before 10 s of data', () => {
    const watch = watching();
    watch.pulse(pulse(1 * GiB), begin + 25_000);
    watch.pulse(pulse(2 * GiB), begin + 29_000);
    expect(said(watch.due(begin + 30_000))).toBe('7%, 2.00 of 28.4 GiB, time left not known yet, last change 1 s ago');
  });

  test('is said once when nothing changes for 10 s, with the deadline, and then every 30 s', () => {
    const watch = watching();
    const due: string[] = [];
    for (let second = 1; second <= 75; second++) {
      watch.pulse(pulse(1 * GiB), begin + second * 1000);
      const text = said(watch.due(begin + second * 1000));
      if (text !== undefined) due.push(text);
    }
    expect(due).toEqual([
      '! no change for 10 s, 3%, 1.00 of 28.4 GiB, time left not known yet, gives up in 5:59:49',
      '! no change for 40 s, 3%, 1.00 of 28.4 GiB, time left not known yet, gives up in 5:59:19',
      '! no change for 1 min, 3%, 1.00 of 28.4 GiB, time left not known yet, gives up in 5:58:49',
    ]);
  });

  test('sums the members, and names a phase that is not the step', () => {
    const watch = watching();
    for (const member of ['mariadb-server-0', 'mariadb-server-1']) {
      watch.pulse({ step: 'copy', member, phase: 'prepare', bytes: 1 * GiB, total: 4 * GiB }, begin + 29_000);
    }
    expect(said(watch.due(begin + 30_000))).toBe(
      'prepare 25%, 2.00 of 8.00 GiB, time left not known yet, last change 1 s ago',
    );
  });

  test('measures a new phase from its own beginning', () => {
    const watch = watching();
    for (let second = 1; second <= 20; second++) watch.pulse(pulse(second * GiB), begin + second * 1000);
    watch.pulse(pulse(0, { phase: 'drain' }), begin + 21_000);
    watch.pulse(pulse(1 * GiB, { phase: 'drain' }), begin + 29_000);
    expect(said(watch.due(begin + 30_000))).toBe(
      'drain 3%, 1.00 of 28.4 GiB, time left not known yet, last change 1 s ago',
    );
  });

  test('says what is waited for', () => {
    const watch = watching();
    watch.pulse({ step: 'copy', phase: 'waiting', says: 'pod pending: no node fits' }, begin + 29_000);
    expect(said(watch.due(begin + 30_000))).toBe('waiting, pod pending: no node fits, last change 1 s ago');
  });

  test('of a step that tells nothing is how long it runs and when it gives up', () => {
    expect(said(watching().due(begin + 30_000))).toBe('running for 30 s, gives up in 5:59:30');
  });

  test('ends with the step, and pulses of another step are not its own', () => {
    const watch = watching();
    watch.pulse(pulse(1, { step: 'prove' }), begin + 1000);
    expect(watch.due(begin + 15_000)).toBeUndefined();
    for (const [event, state] of delivered(backupRun).slice(11, 14)) watch.event(event, state);
    expect(watch.due(begin + 1_000_000)).toBeUndefined();
  });
});
