import { describe, expect, it } from 'vitest';
import { FailureError, failure } from '../../src/base/failure.ts';
import type { Action } from '../../src/engine/action.ts';
import { foldEvents } from '../../src/engine/apply-event.ts';
import { Run } from '../../src/engine/drive.ts';
import type { Mode, NewEvent } from '../../src/engine/event.ts';
import { planPart } from '../../src/engine/plan.ts';
import { resumption, stepsOf } from '../../src/engine/resumption.ts';
import type { Step } from '../../src/runbook/runbook.ts';
import {
  act,
  catalogueOf,
  check,
  drivingOf,
  journalOf,
  newWorld,
  plannedOn,
  runbook,
  step,
  type World,
} from './fakes.ts';

const broken = failure('failed', 'it to work', 'it broke', 'mend it');
const lost = failure('unknown', 'an answer', 'the connection dropped', 'ask again');

const steps = [
  step('room', 'look', { kind: 'check', until: 'unpack' }),
  step('unpack', 'unpack'),
  step('swap', 'swap'),
  step('discard', 'discard', { pays: ['unpack'] }),
];

function actions(world: World): readonly Action[] {
  return [
    act(world, 'unpack', { owes: true, stoppable: true, planned: { memo: { id: 'planned' } } }),
    act(world, 'swap', { maxDanger: 'destroys' }),
    act(world, 'discard'),
  ];
}

/** A run whose journal ends after these events; then it is taken up. */
async function cutOff(
  world: World,
  after: readonly NewEvent[],
  of: { actions?: readonly Action[]; all?: readonly Step[] } = {},
) {
  const catalogue = catalogueOf(check(world, 'look'), ...(of.actions ?? actions(world)));
  const driving = drivingOf(world, catalogue, true);
  const { planning, plan } = await plannedOn(driving, of.all ?? steps);
  return { driving, planning, events: journalOf(plan, 'interactive', after) };
}

async function resumed(
  world: World,
  after: readonly NewEvent[],
  of: Parameters<typeof cutOff>[2] & { mode?: Mode } = {},
) {
  const { driving, events } = await cutOff(world, after, of);
  const run = new Run(driving, events);
  const began = await run.takeUp({
    type: 'run-resumed',
    mode: of.mode ?? 'interactive',
    by: 'you@there',
    program: 'test',
  });
  return { began, exit: began ? await run.drive() : undefined, run };
}

const answered = (id: string, answer: 'yes' | 'no' = 'yes'): NewEvent => ({
  type: 'gate-answered',
  step: id,
  sha256: 'x',
  answer,
  by: 'me@here',
});
const begun = [answered('plan'), { type: 'lease-taken', holder: 'me@here' }] satisfies NewEvent[];
const started = (id: string): NewEvent => ({
  type: 'step-started',
  step: id,
  attempt: 1,
  input: { of: id },
  memo: { id: 'journaled' },
});
const passed = (id: string): NewEvent => ({
  type: 'step-passed',
  step: id,
  how: 'applied',
  says: 'done',
  output: {},
  facts: {},
});
const owes = (id: string): NewEvent => ({
  type: 'debt-owed',
  debt: { id: `debt:${id}`, step: id, says: `${id} is on`, due: 'end', payWith: { action: 'discard', input: {} } },
});
const failed = (id: string, inDoubt = false): NewEvent => ({ type: 'step-failed', step: id, failure: broken, inDoubt });
const ended = (exit: number): NewEvent => ({ type: 'run-ended', exit, says: '', unpaid: [] });
const unpacking = [...begun, passed('room'), owes('unpack'), started('unpack')];

describe('a step that had started when its process died', () => {
  it('is settled by looking, with what its start has journaled, when it has happened', async () => {
    const world = newWorld();
    world.done.push('unpack');
    const seen: unknown[] = [];
    const [unpack, ...others] = actions(world) as [Action, ...Action[]];
    const watched: Action = {
      ...unpack,
      observe: (input, look, memo) => {
        seen.push([input, memo]);
        return unpack.observe(input, look, memo);
      },
    };
    const { exit } = await resumed(world, unpacking, { actions: [watched, ...others] });
    expect(exit).toBe(0);
    expect(seen).toEqual([[{ of: 'unpack' }, { id: 'journaled' }]]);
    expect(world.journal).toContainEqual(
      expect.objectContaining({ type: 'step-passed', step: 'unpack', how: 'settled' }),
    );
    expect(world.done).toEqual(['unpack', 'swap', 'discard']);
  });

  it('is done again as the same attempt, to find its own work, when it has not', async () => {
    const world = newWorld();
    const { exit } = await resumed(world, unpacking);
    expect(exit).toBe(0);
    const again = world.journal.filter((event) => event.type === 'step-started' && event.step === 'unpack');
    expect(again).toEqual([expect.objectContaining({ attempt: 1, memo: { id: 'journaled' } })]);
  });

  it('asks again before it destroys', async () => {
    const world = newWorld();
    const before = [...unpacking, passed('unpack'), answered('swap'), started('swap')];
    const { exit } = await resumed(world, before);
    expect(exit).toBe(0);
    expect(world.asked.map(({ step: of, need, word }) => [of, need, word])).toEqual([
      ['plan', 'yes-no', undefined],
      ['swap', 'typed', 'openstack/lab'],
    ]);
    const no = newWorld();
    no.answers = { swap: { answer: 'no' } };
    expect((await resumed(no, before)).exit).toBe(131);
    expect(no.done).toEqual([]);
  });

  it('asks again before it disrupts where nothing of it was done yet: it may have passed over its gate', async () => {
    const cut = (world: World) => ({
      actions: [act(world, 'cut', { maxDanger: 'disrupts' })],
      all: [step('cut', 'cut')],
    });
    const before = [...begun, started('cut')];
    const effect: NewEvent = { type: 'effect-started', step: 'cut', effect: 'patch Service' };
    const [untouched, touched] = [newWorld(), newWorld()];
    expect((await resumed(untouched, before, cut(untouched))).exit).toBe(0);
    expect(untouched.asked.map(({ step: of }) => of)).toEqual(['plan', 'cut']);
    expect((await resumed(touched, [...before, effect], cut(touched))).exit).toBe(0);
    expect(touched.asked.map(({ step: of }) => of)).toEqual(['plan']);
    const anew = newWorld();
    const second: NewEvent = { type: 'step-started', step: 'cut', attempt: 2, input: {}, memo: {} };
    expect((await resumed(anew, [...before, effect, second], cut(anew))).exit).toBe(0);
    expect(anew.asked.map(({ step: of }) => of)).toEqual(['plan', 'cut']);
  });

  const silent = (world: World): readonly Action[] => {
    const [unpack, ...others] = actions(world) as [Action, ...Action[]];
    return [{ ...unpack, observe: async () => ({ is: 'unknown', failure: lost }) }, ...others];
  };

  it('goes on when nobody can read it and a person types the id of the run, and says so in the journal', async () => {
    const world = newWorld();
    const { exit } = await resumed(world, unpacking, { actions: silent(world) });
    expect(exit).toBe(0);
    expect(world.asked.find(({ step: of }) => of === 'unpack')).toMatchObject({
      need: 'typed',
      word: 'r1',
      personal: true,
    });
    expect(world.journal).toContainEqual(
      expect.objectContaining({ type: 'step-passed', step: 'unpack', how: 'attested' }),
    );
    expect(world.done).toEqual(['swap', 'discard']);
  });

  it('stops when nobody can read it and nobody says so; --yes never does', async () => {
    const world = newWorld();
    const { exit } = await resumed(world, unpacking, { actions: silent(world), mode: 'yes' });
    expect(exit).toBe(5);
    expect(world.done).toEqual(['discard']);
    expect(world.journal).toContainEqual(
      expect.objectContaining({ type: 'step-failed', step: 'unpack', inDoubt: true }),
    );
  });
});

describe('a step in doubt of a run that is gone on with after a failure', () => {
  it('is begun anew where the first attempt turns out to be broken', async () => {
    const world = newWorld();
    const [unpack, ...others] = actions(world) as [Action, ...Action[]];
    const once: Action = {
      ...unpack,
      apply: async (input, hands, memo) => {
        if (hands.at.attempt === 1) throw new FailureError(broken);
        await unpack.apply(input, hands, memo);
      },
    };
    const { driving, planning, events } = await cutOff(world, [...unpacking, failed('unpack', true), ended(131)], {
      actions: [once, ...others],
    });
    const run = new Run(driving, events);
    const planned = await planPart(planning, stepsOf('resume', run.state, runbook(steps)), run.state);
    await run.takeUp({
      type: 'run-continued',
      way: 'resume',
      steps: planned,
      mode: 'yes',
      by: 'me@here',
      program: 'test',
    });
    expect(await run.drive()).toBe(0);
    const attempts = world.journal.flatMap((event) =>
      event.type === 'step-started' && event.step === 'unpack' ? [event.attempt] : [],
    );
    expect(attempts).toEqual([1, 2]);
    expect(world.done).toEqual(['unpack', 'swap', 'discard']);
  });
});

it('a step in doubt whose debt was paid on the way out owes again before it is done again', async () => {
  const world = newWorld();
  const stopped: NewEvent[] = [
    ...unpacking,
    { type: 'stop-asked', by: 'SIGTERM', hard: false },
    { type: 'way-out-started', reason: 'stopped' },
    { ...started('discard'), pays: ['debt:unpack'] } as NewEvent,
    passed('discard'),
    { type: 'debt-paid', id: 'debt:unpack', says: 'gone' },
    ended(130),
  ];
  const { driving, planning, events } = await cutOff(world, stopped);
  const run = new Run(driving, events);
  const planned = await planPart(planning, stepsOf('resume', run.state, runbook(steps)), run.state);
  await run.takeUp({
    type: 'run-continued',
    way: 'resume',
    steps: planned,
    mode: 'yes',
    by: 'me@here',
    program: 'test',
  });
  expect(await run.drive()).toBe(0);
  const again = world.journal.filter(({ type }) => type === 'debt-owed' || type === 'step-started');
  expect(again.slice(0, 2)).toEqual([
    expect.objectContaining({ type: 'debt-owed' }),
    expect.objectContaining({ type: 'step-started', step: 'unpack', attempt: 2 }),
  ]);
  expect(world.done).toEqual(['unpack', 'swap', 'discard']);
});

it('a ctrl-c before the run is taken up leaves it as it was', async () => {
  const world = newWorld();
  const { driving, events } = await cutOff(world, unpacking);
  const run: Run = new Run(
    {
      ...driving,
      frontend: {
        ...driving.frontend,
        async ask() {
          await run.stop('SIGINT');
          return { answer: 'yes' };
        },
      },
    },
    events,
  );
  expect(await run.takeUp({ type: 'run-resumed', mode: 'interactive', by: 'me@here', program: 'test' })).toBe(false);
  expect(world.journal).toEqual([]);
});

describe('checks of a run that is resumed', () => {
  it('are asked again until the step that they name has started', async () => {
    const world = newWorld();
    world.fails = { room: failure('refused', 'room', 'none any more', 'make room') };
    expect((await resumed(world, [...begun, passed('room')])).exit).toBe(4);
    expect((await resumed(newWorld(), unpacking)).exit).toBe(0);
    const started_ = newWorld();
    started_.fails = { ...world.fails };
    expect((await resumed(started_, unpacking)).exit).toBe(0);
  });

  it('are always asked again when they name none', async () => {
    const world = newWorld();
    world.fails = { room: failure('refused', 'room', 'none any more', 'make room') };
    const all = steps.map(({ until: _until, ...rest }) => rest);
    expect((await resumed(world, unpacking, { all })).exit).toBe(1);
    expect(world.done).toEqual(['discard']);
  });
});

describe('taking up a run', () => {
  it('writes nothing when the answer is no', async () => {
    const world = newWorld();
    world.answers = { plan: { answer: 'no' } };
    expect((await resumed(world, unpacking)).began).toBe(false);
    expect(world.journal).toEqual([]);
  });

  it('shows what is in doubt, what is left and what is owed', async () => {
    const world = newWorld();
    await resumed(world, unpacking);
    const shows = world.asked[0]?.shows.join('\n');
    expect(shows).toContain('in doubt, looked at first: unpack');
    expect(shows).toContain('still to do: unpack, swap, discard');
    expect(shows).toContain('owed: unpack is on');
  });

  it('is refused when what an unbegun plan saw has moved', async () => {
    const world = newWorld();
    world.moved = failure('refused', 'the cluster as planned', 'a pod was replaced', 'plan again');
    await expect(resumed(world, begun)).rejects.toThrow('a pod was replaced');
    expect(world.journal).toEqual([]);
    expect((await resumed(world, unpacking)).exit).toBe(0);
  });

  it('goes on with the way out of a run that was stopped before its process died', async () => {
    const world = newWorld();
    const stopped: NewEvent = { type: 'stop-asked', by: 'SIGTERM', hard: false };
    expect((await resumed(world, [...unpacking, stopped])).exit).toBe(130);
    expect(world.done).toEqual(['discard']);
  });

  it('waits again for what somebody had stopped waiting for', async () => {
    const world = newWorld();
    const left: NewEvent = { type: 'stop-asked', by: 'SIGINT', hard: true };
    expect((await resumed(world, [...unpacking, left])).exit).toBe(0);
  });
});

describe('what may be resumed', () => {
  const can = async (after: readonly NewEvent[]) => resumption(foldEvents((await cutOff(newWorld(), after)).events));

  it.each([
    ['a run that was cut off', unpacking, 'same-part'],
    ['a run that was cut off before its plan was answered', [], 'same-part'],
    ['a run that was cut off on its way out', [...unpacking, failed('unpack')], 'same-part'],
    ['a run that ended well', [...begun, ended(0)], 'over'],
    ['a run that failed and has paid for nothing that is needed', [...unpacking, failed('unpack'), ended(1)], 'anew'],
    [
      'a run that stopped after its point of no return',
      [...unpacking, started('swap'), failed('swap'), ended(131)],
      'anew',
    ],
    ['one that was cut off right before that end', [...unpacking, started('swap'), failed('swap')], 'anew'],
    [
      'one that somebody stopped waiting for',
      [...unpacking, { type: 'stop-asked', by: 'me', hard: true }, ended(131)],
      'anew',
    ],
  ] satisfies (readonly [string, readonly NewEvent[], string])[])('%s', async (_, after, is) => {
    expect((await can(after)).is).toBe(is);
  });

  const out: NewEvent = { type: 'way-out-started', reason: 'swap failed' };
  const paying: NewEvent = { ...started('discard'), pays: ['debt:unpack'] } as NewEvent;

  it('not a run whose way out has undone what the next steps need: a new one', async () => {
    const after = [...unpacking, passed('unpack'), failed('swap'), out, paying, passed('discard')];
    expect(await can([...after, { type: 'debt-paid', id: 'debt:unpack', says: '' }, ended(1)])).toMatchObject({
      is: 'no',
      failure: {
        kind: 'refused',
        found: 'on its way out run r1 has undone unpack',
        next: 'start a new one: galera-runbook run test',
      },
    });
  });

  it('not one that began to and did not end it either: repair first', async () => {
    const after = [...unpacking, passed('unpack'), failed('swap'), out, paying, failed('discard'), ended(131)];
    expect(await can(after)).toMatchObject({ is: 'no', failure: { next: expect.stringContaining('runs repair r1') } });
  });

  it('not one that was answered no before it began, or was refused the lease', async () => {
    expect((await can([answered('plan', 'no'), ended(5)])).is).toBe('no');
    expect((await can([answered('plan'), failed('plan'), ended(11)])).is).toBe('no');
  });

  it('not a rollback, which has its own commands', async () => {
    const back: NewEvent = {
      type: 'run-continued',
      way: 'rollback',
      steps: [],
      mode: 'interactive',
      by: 'me',
      program: 'test',
    };
    const after = [...unpacking, started('swap'), failed('swap'), ended(131), back, answered('plan')];
    expect((await can(after)).is).toBe('same-part');
    expect(await can([...after, failed('swap'), ended(131)])).toMatchObject({
      failure: { next: 'galera-runbook runs repair r1' },
    });
  });
});

describe('the steps that are left', () => {
  const left = async (after: readonly NewEvent[]) =>
    stepsOf('resume', foldEvents((await cutOff(newWorld(), after)).events), runbook(steps)).map(({ id }) => id);

  it('are those that have not passed, checks that have to hold again, and who pays for them', async () => {
    expect(await left([...unpacking, failed('unpack'), ended(1)])).toEqual(['unpack', 'swap', 'discard']);
    expect(await left([...begun, failed('room'), ended(4)])).toEqual(['room', 'unpack', 'swap', 'discard']);
    expect(await left([...unpacking, passed('unpack'), failed('swap'), ended(131)])).toEqual(['swap', 'discard']);
  });
});
