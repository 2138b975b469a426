import { describe, expect, it } from 'vitest';
import { Run } from '../../src/engine/drive.ts';
import type { NewEvent } from '../../src/engine/event.ts';
import { planPart } from '../../src/engine/plan.ts';
import { stepsOf } from '../../src/engine/resumption.ts';
import { act, catalogueOf, drivingOf, journalOf, newWorld, plannedOn, runbook, step, type World } from './fakes.ts';

const kept = {
  id: 'old-data',
  step: 'swap',
  says: 'old data on 3 volumes',
  due: 'close',
  payWith: { action: 'discard', input: {} },
} as const;

const answeredYes = { type: 'gate-answered', step: 'plan', sha256: 'x', answer: 'yes', by: 'me@here' } as const;

/** A run that has replaced data and ended well is closed. */
async function closing(world: World, more: readonly NewEvent[] = [], keeps = true, way: 'close' | 'resume' = 'close') {
  const driving = drivingOf(
    world,
    catalogueOf(act(world, 'swap', { maxDanger: 'destroys' }), act(world, 'discard', { maxDanger: 'destroys' })),
    true,
  );
  const forward = [step('swap', 'swap')];
  const { planning, plan } = await plannedOn(driving, forward);
  const lines: readonly NewEvent[] = [
    answeredYes,
    ...(keeps ? [{ type: 'debt-owed', debt: kept } as const] : []),
    { type: 'step-started', step: 'swap', attempt: 1, input: {}, memo: {} },
    { type: 'step-passed', step: 'swap', how: 'applied', says: 'whole', output: {}, facts: {} },
    { type: 'run-ended', exit: 0, says: 'done', unpaid: [] },
    ...more,
  ];
  const run = new Run(driving, journalOf(plan, 'interactive', lines));
  const steps = await planPart(planning, stepsOf('close', run.state, runbook(forward)), run.state);
  const by = { mode: 'interactive', by: 'you@there', program: 't' } as const;
  const event =
    way === 'resume'
      ? ({ type: 'run-resumed', ...by } as const)
      : ({ type: 'run-continued', way, steps, ...by } as const);
  const began = await run.takeUp(event);
  return { exit: began ? await run.drive() : undefined, run, steps };
}

/** What a close has written that died while it removed. */
async function begun(): Promise<readonly NewEvent[]> {
  const { steps } = await closing(newWorld());
  return [
    { type: 'run-continued', way: 'close', steps, mode: 'interactive', by: 'me@here', program: 't' },
    answeredYes,
    { type: 'step-started', step: 'close', attempt: 1, input: {}, memo: {} },
  ];
}

describe('a close', () => {
  it('is asked about once, typed, with what is lost by it', async () => {
    const world = newWorld();
    const { exit, run } = await closing(world);
    expect(exit).toBe(0);
    expect(world.asked).toHaveLength(1);
    expect(world.asked[0]).toMatchObject({
      step: 'plan',
      need: 'typed',
      word: 'openstack/lab',
      danger: 'destroys',
      personal: false,
      loses: ['removed for ever: old data on 3 volumes; no rollback is left after that'],
      changes: ['discard: state: off -> on'],
    });
    expect(world.asked[0]?.shows.at(-1)).toBe('if no: nothing is removed, and the rollback stays possible');
    expect(world.done).toEqual(['close']);
    expect(run.state.closed).toBe(true);
  });

  it('removes nothing after a no', async () => {
    const world = newWorld();
    world.answers.plan = { answer: 'no' };
    expect((await closing(world)).exit).toBeUndefined();
    expect(world.done).toEqual([]);
    expect(world.journal).toEqual([]);
  });

  it('that died while it removed is asked about once more, and not twice', async () => {
    const world = newWorld();
    expect((await closing(world, await begun())).exit).toBe(0);
    expect(world.asked.map(({ step, need }) => [step, need])).toEqual([['plan', 'typed']]);
    expect(world.asked[0]?.loses).toEqual(['removed for ever: old data on 3 volumes']);
    expect(world.asked[0]?.shows.at(-1)).toBe('if no: nothing more is removed; some of it may be gone already');
    expect(world.done).toEqual(['close']);
  });

  it('that is resumed is asked about in the same way; on its way out it asks for no name, and removes nothing', async () => {
    const world = newWorld();
    expect((await closing(world, await begun(), true, 'resume')).exit).toBe(0);
    expect(world.asked.map(({ need, loses }) => [need, loses])).toEqual([
      ['typed', ['removed for ever: old data on 3 volumes']],
    ]);
    expect(world.done).toEqual(['close']);
    const stopped = newWorld();
    const stop = { type: 'stop-asked', by: 'SIGINT', hard: false } as const;
    expect((await closing(stopped, [...(await begun()), stop], true, 'resume')).exit).toBe(130);
    expect(stopped.asked.map(({ need, loses }) => [need, loses])).toEqual([['yes-no', []]]);
    expect(stopped.done).toEqual([]);
  });

  it('of a run that keeps nothing is no typed question', async () => {
    const world = newWorld();
    expect((await closing(world, [], false)).exit).toBe(0);
    expect(world.asked.map(({ need, loses }) => [need, loses])).toEqual([['yes-no', []]]);
  });
});
