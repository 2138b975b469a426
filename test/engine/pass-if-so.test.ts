import { describe, expect, it } from 'vitest';
import type { Action } from '../../src/engine/action.ts';
import { Run } from '../../src/engine/drive.ts';
import type { NewEvent } from '../../src/engine/event.ts';
import { planPart } from '../../src/engine/plan.ts';
import type { Step } from '../../src/runbook/runbook.ts';
import { act, catalogueOf, drive, drivingOf, journalOf, newWorld, plannedOn, step, type World } from './fakes.ts';

const disrupts = { maxDanger: 'disrupts' } as const;
const forward = [step('cut', 'cut'), step('swap', 'swap')];

function actions(world: World): readonly Action[] {
  return [
    act(world, 'cut', disrupts),
    act(world, 'swap', { maxDanger: 'destroys' }),
    act(world, 'stop', { ...disrupts, owes: true }),
    act(world, 'start', disrupts),
    act(world, 'traffic.put-back', disrupts),
  ];
}

const back: readonly Step[] = [
  step('cut-again', 'cut'),
  step('stop-again', 'stop'),
  step('start-again', 'start', { pays: ['stop-again'] }),
];

interface Rollback {
  readonly steps?: readonly Step[];
  readonly actions?: readonly Action[];
  /** Once it has begun. */
  readonly begun?: (run: Run) => void;
}

/** A run that has swapped and failed is rolled back, and what the world holds by then is so already. */
async function rolledBack(world: World, { steps = back, actions: own, begun }: Rollback = {}) {
  const driving = drivingOf(world, catalogueOf(...(own ?? actions(world))), true);
  const { planning, plan } = await plannedOn(driving, forward);
  const lines: readonly NewEvent[] = [
    { type: 'gate-answered', step: 'plan', sha256: 'x', answer: 'yes', by: 'me@here' },
    { type: 'step-started', step: 'swap', attempt: 1, input: {}, memo: {} },
    {
      type: 'step-failed',
      step: 'swap',
      failure: { kind: 'failed', expected: 'a', found: 'b', next: 'c' },
      inDoubt: false,
    },
    { type: 'run-ended', exit: 131, says: '', unpaid: [] },
  ];
  const run = new Run(driving, journalOf(plan, 'interactive', lines));
  const planned = await planPart(planning, steps, run.state);
  await run.takeUp({
    type: 'run-continued',
    way: 'rollback',
    steps: planned,
    mode: 'interactive',
    by: 'you@there',
    program: 'test',
  });
  begun?.(run);
  return { exit: await run.drive(), run, asked: world.asked.map((gate) => gate.step) };
}

describe('a step of a rollback that is so already', () => {
  it('passes unasked, with what it owes, and has no effect', async () => {
    const world = newWorld();
    world.done.push('cut-again', 'stop-again');
    const { exit, run, asked } = await rolledBack(world);
    expect(exit).toBe(0);
    expect(asked).toEqual(['plan', 'start-again']);
    expect(world.done).toEqual(['cut-again', 'stop-again', 'start-again']);
    expect(run.state.debts).toEqual([]);
    const lines = world.journal.filter((event) => 'step' in event && event.step === 'stop-again');
    expect(lines.map(({ type }) => type)).toEqual(['step-started', 'step-passed']);
    expect(lines[1]).toMatchObject({ how: 'already-so' });
  });

  it('is asked about where nobody can tell, and where its document wants a gate', async () => {
    const world = newWorld();
    world.done.push('cut-again');
    const [cut, ...others] = actions(world) as [Action, ...Action[]];
    let looked = 0;
    const observe: Action['observe'] = async (...of) => {
      if (looked++ === 0) throw new Error('the API server is gone');
      return await cut.observe(...of);
    };
    const steps = [step('cut-again', 'cut')];
    expect((await rolledBack(world, { steps, actions: [{ ...cut, observe }, ...others] })).asked).toContain(
      'cut-again',
    );
    const wanted = newWorld();
    wanted.done.push('cut-again');
    const typed = [step('cut-again', 'cut', { gate: 'typed' })];
    expect((await rolledBack(wanted, { steps: typed })).asked).toContain('cut-again');
  });

  it('is asked about where it returns traffic to data that nobody has compared, though another hand did it', async () => {
    const world = newWorld();
    world.done.push('traffic');
    const { asked } = await rolledBack(world, { steps: [step('traffic', 'traffic.put-back')] });
    expect(asked).toEqual(['plan', 'traffic', 'traffic']);
  });

  it.each(['stop', 'abandon'] as const)(
    'is not waited for after %s, and that is no answer to its gate',
    async (how) => {
      const world = newWorld();
      const [cut, ...others] = actions(world) as [Action, ...Action[]];
      let interrupted: Run | undefined;
      const observe: Action['observe'] = async (_input, look) => {
        await interrupted?.[how]('ctrl-c');
        // A look that is given up ends; one that hears nothing goes on for ever.
        if (how === 'stop') look.signal.throwIfAborted();
        return await new Promise<never>(() => undefined);
      };
      const { asked, run } = await rolledBack(world, {
        steps: [step('cut-again', 'cut')],
        actions: [{ ...cut, observe }, ...others],
        begun: (run) => {
          interrupted = run;
        },
      });
      expect(asked).toEqual(['plan']);
      expect(run.state.answers).toEqual({ plan: 'yes' });
      expect(run.state.exit).toBe(130);
    },
  );
});

it('a step of the way forward that is so already is asked about: another hand did it', async () => {
  const world = newWorld();
  world.done.push('stop');
  const { exit } = await drive(world, catalogueOf(act(world, 'stop', disrupts)), [step('stop', 'stop')], {
    mode: 'interactive',
    terminal: true,
  });
  expect(exit).toBe(0);
  expect(world.asked.map((gate) => gate.step)).toEqual(['plan', 'stop']);
});
