/**
 * A run as a process of its own, for signals: `node signalled-run.ts STATE-FOLDER stoppable|finishing`. Its first step owes something and then
 * waits; one that can be stopped ends when it is asked to, the other never.
 */
import { FailureError, failure } from '../../src/base/failure.ts';
import { frontendOf } from '../../src/commands/front.ts';
import type { Globals } from '../../src/commands/globals.ts';
import { outliveTerminal } from '../../src/commands/output.ts';
import { RunRecord } from '../../src/commands/run-record.ts';
import { driveRecorded } from '../../src/commands/run-runbook.ts';
import { Run } from '../../src/engine/drive.ts';
import { makePlan } from '../../src/engine/plan.ts';
import { Redactor } from '../../src/record/redact.ts';
import { act, catalogueOf, drivingOf, newWorld, runbook, step } from '../engine/fakes.ts';

const [stateDir = '', kind = 'stoppable'] = process.argv.slice(2);
outliveTerminal();
const globals: Globals = { output: 'text', stateDir };
const redactor = new Redactor([]);
const world = newWorld();
const steps = [step('copy', 'copy'), step('back', 'back', { pays: ['copy'] })];
const waiting = act(world, 'copy', { owes: true, stoppable: kind === 'stoppable' });
const catalogue = catalogueOf(
  {
    ...waiting,
    async apply(input, hands, memo) {
      await waiting.apply(input, hands, memo);
      world.done.pop();
      const alive = setInterval(() => process.stdout.write('works\n'), 5);
      await new Promise((resolve) => hands.signal.addEventListener('abort', resolve, { once: true }));
      clearInterval(alive);
      throw new FailureError(failure('failed', 'it to end', 'it was stopped', 'nothing'));
    },
  },
  act(world, 'back'),
);
const record = await RunRecord.create(globals, 'r1r1r1', new TextEncoder().encode('x'), redactor);
const frontend = frontendOf(globals, redactor, { dryRun: false, mode: 'yes' });
const driving = { ...drivingOf(world, catalogue, false), journal: record, frontend };
const look = (id: string, attempt: number) => driving.look(id, attempt, new AbortController().signal);
const plan = await makePlan(
  { catalogue, look },
  { run: 'r1r1r1', runbook: runbook(steps), parameters: {}, targetFacts: {}, program: 'test', saw: {} },
);
const driver = new Run(driving);
process.exit(
  await driveRecorded(driver, record, frontend, async () => {
    await driver.append({ type: 'run-started', plan, mode: 'yes', by: 'me@here', format: 1 });
    return undefined;
  }),
);
