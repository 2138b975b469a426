import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import type { Gate } from '../../src/engine/event.ts';
import { PlainFrontend, type PlainOptions } from '../../src/plain/frontend.ts';
import { clock, delivered } from '../record/canned.ts';
import { backupPlan, backupRun } from '../record/canned-runs.ts';
import { ManualClock } from './manual-clock.ts';

function front(change: Partial<PlainOptions> = {}) {
  const data: string[] = [];
  const talk: string[] = [];
  const time = new ManualClock(clock('05:00:03'));
  const input = new PassThrough();
  let tick = () => {};
  const stopped = vi.fn();
  const timer = (each: () => void) => {
    tick = each;
    return stopped;
  };
  const frontend = new PlainFrontend({
    format: 'text',
    mode: 'yes',
    data: (text) => data.push(text),
    talk: (text) => talk.push(text),
    input,
    clock: time,
    timer,
    ...change,
  });
  return { frontend, time, input, stopped, tick: () => tick(), data: () => data.join(''), talk: () => talk.join('') };
}

const gate: Gate = {
  step: 'plan',
  need: 'yes-no',
  danger: 'changes',
  shows: ['Galera cluster lab', 'one\ntwo \u001b[2J'],
  loses: [],
  changes: [],
  sha256: 'x',
  personal: false,
};

describe('the plain front end', () => {
  test('writes the lines of a run as data, and says nothing else', () => {
    const { frontend, data, talk } = front();
    frontend.planned(backupPlan);
    for (const [event, state] of delivered(backupRun)) frontend.event(event, state);
    expect(data().split('\n')[0]).toMatch(/^05:00:01Z q8d4w6 target /);
    expect(data()).toMatch(/run-ended {5}exit 0, done and verified, .*\n$/);
    expect(talk()).toBe('');
  });

  test('shows the whole plan to who will be asked, beside the data', () => {
    const { frontend, data, talk } = front({ mode: 'interactive' });
    frontend.planned(backupPlan);
    expect(talk()).toMatch(/^Plan q8d4w6 of galera-backup/);
    expect(data()).toMatch(/^05:00:01Z q8d4w6 target /);
  });

  test('gives the whole plan as data for a dry run', () => {
    const { frontend, data, talk } = front({ mode: 'dry-run' });
    frontend.planned(backupPlan);
    expect(data()).toMatch(/^Plan q8d4w6 of galera-backup/);
    expect(talk()).toBe('');
  });

  test('with -o json writes one object per line: the plan, each event, progress', () => {
    const { frontend, data, time, tick } = front({ format: 'json' });
    frontend.planned(backupPlan);
    for (const [event, state] of delivered(backupRun.slice(0, 11))) frontend.event(event, state);
    frontend.pulse({ step: 'copy', phase: 'copy', bytes: 1, total: 2 });
    time.set(clock('05:00:36'));
    tick();
    const all = data()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(all[0]).toMatchObject({ run: 'q8d4w6', type: 'plan', plan: { run: 'q8d4w6' } });
    expect(all.slice(1, -1)).toEqual(backupRun.slice(0, 11).map((event) => ({ run: 'q8d4w6', ...event })));
    expect(all.at(-1)).toMatchObject({ run: 'q8d4w6', type: 'progress', step: 'copy', bytes: 1, total: 2 });
  });

  test('shows a gate before it asks, on the side of the talk', async () => {
    const { frontend, time, input, data, talk } = front();
    frontend.planned(backupPlan);
    const before = data();
    const answer = frontend.ask(gate, new AbortController().signal);
    await vi.waitFor(() => expect(time.sleeping).toBe(1));
    time.advance(400);
    await vi.waitFor(() => expect(talk()).toContain('[y/N] '));
    input.write('y\n');
    await vi.waitFor(() => expect(time.sleeping).toBe(1));
    time.advance(50);
    expect(await answer).toEqual({ answer: 'yes' });
    expect(talk()).toBe(
      [
        '05:00:03Z q8d4w6 gate-shows    Galera cluster lab',
        '05:00:03Z q8d4w6 gate-shows    one',
        '05:00:03Z q8d4w6 gate-shows    two \\x1b[2J',
        'start this run? [y/N] ',
      ].join('\n'),
    );
    expect(data()).toBe(before);
  });

  test('says progress when it is due, but not in the middle of a question', async () => {
    const { frontend, time, tick, data } = front();
    for (const [event, state] of delivered(backupRun.slice(0, 11))) frontend.event(event, state);
    frontend.pulse({ step: 'copy', phase: 'copy', bytes: 2 ** 30, total: 2 ** 31 });
    const stop = new AbortController();
    const answer = frontend.ask(gate, stop.signal);
    time.set(clock('05:00:40'));
    tick();
    expect(data()).not.toContain('progress');
    stop.abort();
    await answer;
    tick();
    expect(data()).toMatch(/05:00:40Z q8d4w6 progress {6}5\/8 copy: .*50%, 1\.00 of 2\.00 GiB/);
  });

  test('stops its timer when it is closed', async () => {
    const { frontend, stopped } = front();
    await frontend.close();
    expect(stopped).toHaveBeenCalledOnce();
  });
});
