import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import type { Gate } from '../../src/engine/event.ts';
import { type AskInput, ask } from '../../src/plain/ask.ts';
import { ManualClock } from './manual-clock.ts';

const base = { danger: 'disrupts', shows: [], loses: [], changes: [], sha256: 'x', personal: false } as const;
const yesNo: Gate = { ...base, step: 'cut', need: 'yes-no' };
const typed: Gate = { ...base, step: 'swap', need: 'typed', word: 'openstack/lab' };

function asking(gate: Gate, input: AskInput = new PassThrough()) {
  const clock = new ManualClock(0);
  const stop = new AbortController();
  const talk: string[] = [];
  const answer = ask(gate, { input, talk: (text) => talk.push(text), clock }, stop.signal);
  const said = () => talk.join('');
  const questions = () => said().match(/\[y\/N\] |cluster: /g)?.length ?? 0;
  /** Lets the arming time pass, until the question stands there. */
  const asked = async (times = 1) => {
    await vi.waitFor(() => expect(clock.sleeping).toBe(1));
    clock.advance(400);
    await vi.waitFor(() => expect(questions()).toBe(times));
  };
  /** Gives input to the open question, and lets the time pass that tells a line from a paste. */
  const type = async (text: string) => {
    (input as PassThrough).write(text);
    await vi.waitFor(() => expect(clock.sleeping).toBe(1));
    clock.advance(50);
  };
  return { answer, clock, stop, input, said, questions, asked, type };
}

describe('a yes/no gate', () => {
  test.each([
    ['y\n', 'yes'],
    ['Yes\n', 'yes'],
    ['y\r\n', 'yes'],
    ['n\n', 'no'],
    ['NO\n', 'no'],
    ['\n', 'no'],
  ])('takes %j as %s', async (line, answer) => {
    const gate = asking(yesNo);
    await gate.asked();
    await gate.type(line);
    expect(await gate.answer).toEqual({ answer });
    expect(gate.said()).toBe('go on with cut? [y/N] ');
  });

  test('asks again for what is neither, and the third time it is no', async () => {
    const gate = asking(yesNo);
    for (const [times, line] of [
      [1, 'yess\n'],
      [2, 'ok\n'],
      [3, ' y\n'],
    ] as const) {
      await gate.asked(times);
      await gate.type(line);
    }
    expect(await gate.answer).toEqual({ answer: 'no', why: 'no answer that could be understood' });
  });

  test('reads a line that comes in pieces', async () => {
    const gate = asking(yesNo);
    await gate.asked();
    (gate.input as PassThrough).write('ye');
    await gate.type('s\n');
    expect(await gate.answer).toEqual({ answer: 'yes' });
  });
});

describe('a typed gate', () => {
  test('takes the word, letter by letter', async () => {
    const gate = asking(typed);
    await gate.asked();
    await gate.type('openstack/lab\n');
    expect(await gate.answer).toEqual({ answer: 'yes', typed: 'openstack/lab' });
    expect(gate.said()).toBe('type namespace/name of the cluster: ');
  });

  test.each(['openstack/lap', 'Openstack/lab', ' openstack/lab', 'openstack/lab ', 'lab', 'y', 'yes'])(
    'does not take %j',
    async (word) => {
      const gate = asking(typed);
      await gate.asked();
      await gate.type(`${word}\n`);
      await gate.asked(2);
      gate.stop.abort();
      expect((await gate.answer).answer).toBe('no');
    },
  );

  test('asks for the id where the word is one', async () => {
    const gate = asking({ ...typed, word: 'k7m2q9' });
    await vi.waitFor(() => expect(gate.clock.sleeping).toBe(1));
    gate.clock.advance(400);
    await vi.waitFor(() => expect(gate.said()).toBe('type the id of the run: '));
    await gate.type('k7m2q9\n');
    expect((await gate.answer).answer).toBe('yes');
  });
});

describe('what never answers a gate', () => {
  test('a line that was typed before the question stood there', async () => {
    const gate = asking(yesNo);
    (gate.input as PassThrough).write('y\n');
    await gate.asked();
    expect(gate.questions()).toBe(1);
    await gate.type('n\n');
    expect(await gate.answer).toEqual({ answer: 'no' });
  });

  test('several lines at once', async () => {
    const gate = asking(yesNo);
    await gate.asked();
    await gate.type('y\ny\n');
    await gate.asked(2);
    expect(gate.said()).toContain('several lines at once are no answer');
    await gate.type('y\n');
    expect((await gate.answer).answer).toBe('yes');
  });

  test('a line with another right behind it', async () => {
    const gate = asking(yesNo);
    await gate.asked();
    (gate.input as PassThrough).write('y\n');
    await vi.waitFor(() => expect(gate.clock.sleeping).toBe(1));
    (gate.input as PassThrough).write('rm');
    await new Promise(setImmediate);
    gate.clock.advance(50);
    await gate.asked(2);
    gate.stop.abort();
    expect((await gate.answer).answer).toBe('no');
  });

  test('a file without end', async () => {
    const gate = asking(yesNo);
    await gate.asked();
    await gate.type('y'.repeat(100_000));
    await gate.asked(2);
    gate.stop.abort();
    expect((await gate.answer).answer).toBe('no');
  });
});

describe('a gate is answered no', () => {
  test('when the input ends', async () => {
    const gate = asking(yesNo);
    await gate.asked();
    (gate.input as PassThrough).end();
    expect(await gate.answer).toEqual({ answer: 'no', why: 'input ended' });
    expect(gate.said()).toContain('input ended: no');
  });

  test('when the input had ended before it was asked, each time', async () => {
    const input = new PassThrough();
    input.end();
    for (const _ of [1, 2]) {
      const gate = asking(yesNo, input);
      await gate.asked();
      expect(await gate.answer).toEqual({ answer: 'no', why: 'input ended' });
    }
  });

  test('when the input ends in the middle of a yes', async () => {
    const gate = asking(yesNo);
    await gate.asked();
    (gate.input as PassThrough).end('y');
    expect((await gate.answer).answer).toBe('no');
  });

  test('when the run does not wait, before or after the question', async () => {
    const early = asking(yesNo);
    early.stop.abort();
    expect(await early.answer).toMatchObject({ answer: 'no', why: 'the run did not wait for an answer' });
    expect(early.questions()).toBe(0);
    const late = asking(yesNo);
    await late.asked();
    late.stop.abort();
    expect(await late.answer).toMatchObject({ answer: 'no', why: 'the run did not wait for an answer' });
  });

  test('when ctrl-c comes while the terminal is drained', async () => {
    const modes: boolean[] = [];
    const terminal: AskInput = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode: (raw: boolean) => modes.push(raw),
    });
    const gate = asking(yesNo, terminal);
    (terminal as PassThrough).write('y\u0003');
    await vi.waitFor(() => expect(gate.clock.sleeping).toBe(1));
    await new Promise(setImmediate);
    gate.clock.advance(400);
    expect(await gate.answer).toEqual({ answer: 'no', why: 'ctrl-c' });
    expect(modes).toEqual([true, false]);
  });
});

test('an unfinished line that a terminal has kept to itself is thrown away with the rest', async () => {
  const modes: boolean[] = [];
  const terminal: AskInput = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode(raw: boolean) {
      modes.push(raw);
      if (raw) (terminal as PassThrough).write('y'); // what the terminal gives up
    },
  });
  const gate = asking(yesNo, terminal);
  await gate.asked();
  await gate.type('\n');
  expect(await gate.answer).toEqual({ answer: 'no' });
  expect(modes).toEqual([true, false]);
});

test('nothing is read between gates', async () => {
  const gate = asking(yesNo);
  await gate.asked();
  await gate.type('y\n');
  await gate.answer;
  expect(gate.input.isPaused()).toBe(true);
  expect(gate.input.listenerCount('data')).toBe(0);
});
