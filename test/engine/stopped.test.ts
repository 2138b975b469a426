import { expect, it } from 'vitest';
import { Run } from '../../src/engine/drive.ts';
import type { NewEvent } from '../../src/engine/event.ts';
import { planPart } from '../../src/engine/plan.ts';
import { stepsOf } from '../../src/engine/resumption.ts';
import {
  act,
  catalogueOf,
  drive,
  drivingOf,
  journalOf,
  newWorld,
  plannedOn,
  runbook,
  step,
  type World,
} from './fakes.ts';

const steps = [step('unpack', 'unpack'), step('discard', 'discard', { pays: ['unpack'] })];
const actionsOf = (world: World) =>
  catalogueOf(act(world, 'unpack', { owes: true, stoppable: true }), act(world, 'discard'));

async function planned(world: World) {
  const driving = drivingOf(world, actionsOf(world), true);
  return { driving, ...(await plannedOn(driving, steps)) };
}

it('a gate that is about to open when the run is told to stop is not waited for', { timeout: 5000 }, async () => {
  const world = newWorld();
  const { driving, plan } = await planned(world);
  const run: Run = new Run({
    ...driving,
    frontend: {
      ...driving.frontend,
      event: ({ type }) => {
        if (type === 'run-started') void run.stop('SIGTERM');
      },
      // Nobody is there: only the signal ends it.
      ask: async (_gate, signal) => {
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return { answer: 'no' };
      },
    },
  });
  await run.append({ type: 'run-started', plan, mode: 'interactive', by: 'me@here', format: 1 });
  expect(await run.drive()).toBe(130);
});

it('a step that is let go is in doubt, not failed, and writes nothing after the end of its run', async () => {
  const world = newWorld();
  const ended = Promise.withResolvers<void>();
  world.during = async (_step, run, hands) => {
    await run.stop('SIGINT');
    await run.abandon('SIGINT');
    ended.resolve(new Promise((resolve) => setImmediate(resolve)));
    await hands.kube.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'too-late' } });
  };
  const { exit, run } = await drive(world, actionsOf(world), steps);
  await ended.promise;
  expect(exit).toBe(131);
  expect(run.state.steps.unpack?.is).toBe('started');
  expect(world.journal.at(-1)?.type).toBe('run-ended');
});

it('a repair finds nothing owed by a step that never started', async () => {
  const world = newWorld();
  const { driving, planning, plan } = await planned(world);
  const [debt] = plan.steps[0]?.debts ?? [];
  if (!debt) throw new Error('the step owes nothing');
  const lines: NewEvent[] = [
    { type: 'gate-answered', step: 'plan', sha256: 'x', answer: 'yes', by: 'me@here' },
    { type: 'debt-owed', debt: { ...debt, step: 'unpack' } },
  ];
  const run = new Run(driving, journalOf(plan, 'yes', lines));
  const parts = await planPart(planning, stepsOf('repair', run.state, runbook(steps)), run.state);
  const by = { mode: 'yes', by: 'me@here', program: 'test' } as const;
  await run.takeUp({ type: 'run-continued', way: 'repair', steps: parts, ...by });
  expect(await run.drive()).toBe(0);
  expect(run.state.debts).toEqual([]);
  expect(world.done).toEqual([]);
  expect(world.journal).toContainEqual(expect.objectContaining({ type: 'debt-paid', says: 'unpack never started' }));
});
