import type { Catalogue } from '../../src/engine/action.ts';
import { applyEvent, foldEvents } from '../../src/engine/apply-event.ts';
import { Run } from '../../src/engine/drive.ts';
import type { RunEvent, Way } from '../../src/engine/event.ts';
import type { Frontend } from '../../src/engine/frontend.ts';
import { gateOfPlan } from '../../src/engine/gate-of-plan.ts';
import { makePlan, planPart, refusals } from '../../src/engine/plan.ts';
import { stepsOf } from '../../src/engine/resumption.ts';
import { newRun } from '../../src/engine/state.ts';
import { readDocument } from '../../src/runbook/document.ts';
import type { Runbook, Step } from '../../src/runbook/runbook.ts';
import { frame } from '../../src/screens/frame.ts';
import { textOf } from '../../src/screens/line.ts';
import { type OpenScreens, openScreens } from '../../src/screens/open.ts';
import type { Document, JobLine, Operations, Proposal, TargetChoice, Wish } from '../../src/screens/operations.ts';
import type { Size } from '../../src/screens/state.ts';
import type { Identity } from '../../src/target/identity.ts';
import { drivingOf, newWorld, runbook, type World } from '../engine/fakes.ts';
import { clock } from '../record/canned.ts';
import { Emulator } from './emulator.ts';
import { ManualTimers } from './manual-timers.ts';
import { healthyLook, listing, statusOf, target } from './world.ts';

/** What the fake target does; a test changes it under the screens. */
export interface FakeTarget {
  look: Operations['look'];
  sample: Operations['sample'];
  /** What the shell does while it has the terminal. */
  suspend: () => Promise<void>;
  readonly wishes: Wish[];
  readonly written: string[];
  logs: string;
  /** How long a plan takes to make. */
  planning: () => Promise<void>;
  targets: readonly TargetChoice[];
  identify: (name: string) => Promise<Identity>;
  readonly connected: (string | undefined)[];
  /** What the run's Jobs have written and nobody has taken yet. */
  readonly output: JobLine[];
}

export interface Opened {
  readonly terminal: Emulator;
  readonly timers: ManualTimers;
  readonly screens: OpenScreens;
  readonly fake: FakeTarget;
  readonly world: World;
  /** One second after the other, with what comes of it. */
  seconds(count: number): Promise<void>;
  /** A key as a person presses it, and everything that follows from it at once. */
  press(bytes: string): Promise<void>;
  /** Lets what is due now be done and drawn. */
  settle(): Promise<void>;
}

/** How many turns a key takes until it is drawn differs from machine to machine, and so what the clocks say. */
export function timeless(terminal: Emulator): string {
  return terminal
    .screen()
    .replaceAll(/\d\d:\d\d:\d\dZ/g, '--:--:--Z')
    .replace(/waiting for you \d:\d\d/, 'waiting for you -:--');
}

const begin = clock('03:12:00');
/** A person at a keyboard takes at least so long before a key, and again after it. */
const fingerMs = 30;

/** The screens on an emulator, over a target of test doubles and the real engine. */
export async function opened(
  of: {
    size?: Size;
    parameters?: Runbook['parameters'];
    steps?: readonly Step[];
    catalogue?: (world: World) => Catalogue;
  } = {},
): Promise<Opened> {
  const terminal = new Emulator(of.size ?? { columns: 80, rows: 24 });
  const timers = new ManualTimers(begin);
  const world = newWorld();
  const fake: FakeTarget = {
    look: async () => healthyLook,
    sample: async (member) => statusOf(Number(member.at(-1))),
    suspend: async () => undefined,
    wishes: [],
    written: [],
    logs: '',
    planning: async () => undefined,
    targets: [],
    identify: async () => target,
    connected: [],
    output: [],
  };
  const operations: Operations = {
    target,
    look: () => fake.look(),
    sample: (member) => fake.sample(member),
    list: async () => listing('03:12:00'),
    runbooks: async () => [
      {
        runbook: { ...runbook(of.steps ?? []), name: 'galera-backup', parameters: of.parameters ?? {} },
        danger: 'changes',
        steps: {},
      },
    ],
    propose: async (wish) => {
      fake.wishes.push(wish);
      await fake.planning();
      return await proposalOf(world, of.catalogue?.(world) ?? new Map(), of.steps ?? []);
    },
    takeUp: (_run, way, frontend) => {
      const ended = takeUp(world, of.catalogue?.(world) ?? new Map(), of.steps ?? [], way, frontend);
      return { ended, stop: () => undefined, abandon: () => undefined };
    },
    backup: async () => [],
    transcript: async () => documentOf('# Run q8d4w6\n\nIt ended.'),
    document: async () => documentOf('# Back up\n\n## Copy `copy`\n\nReads.', { copy: 'disrupts' }),
    logs: async () => fake.logs,
    output: () => fake.output.splice(0),
    stepOutput: async (_run, step) => [`all of ${step}`],
    run: async () => [...world.journal],
    targets: async () => fake.targets,
    identify: async (name) => fake.identify(name),
    write: async (name, text) => {
      fake.written.push(text);
      return `/tmp/${name}`;
    },
  };
  const screens = openScreens({
    streams: terminal.streams,
    theme: { colour: true, unicode: true },
    timers,
    connect: async (name) => {
      fake.connected.push(name);
      if (name === undefined) return operations;
      const { kubeSystemUid, statefulSetUid } = await fake.identify(name);
      return { ...operations, target: { ...target, name, context: 'prod-west', kubeSystemUid, statefulSetUid } };
    },
    transcript: (run) => `runs/${run}/transcript.md`,
    suspend: () => fake.suspend(),
  });
  const shown = () =>
    `${frame(screens.store.getState())
      .map((line) => textOf(line).trimEnd())
      .join('\n')}\n`;
  /** What is due now is done, and stands on the terminal. */
  const settle = async () => {
    for (let turn = 0; turn < 200; turn++) {
      for (let each = 0; each < 10; each++) await new Promise((resolve) => setImmediate(resolve));
      await terminal.drawn();
      if (!terminal.alternate || terminal.screen() === shown()) return;
      if (turn < 20) timers.advance(10);
      else {
        // A busy machine: what came late is drawn by a timer too.
        await new Promise((resolve) => setTimeout(resolve, 1));
        timers.advance(1);
      }
    }
    throw new Error(`never drawn:\n${shown()}\nbut:\n${terminal.screen()}`);
  };
  const seconds = async (count: number) => {
    for (let second = 0; second < count; second++) {
      timers.advance(1000);
      await settle();
    }
  };
  await settle();
  await seconds(3);
  return {
    terminal,
    timers,
    screens,
    fake,
    world,
    settle,
    seconds,
    press: async (bytes) => {
      timers.advance(fingerMs);
      terminal.press(bytes);
      await settle();
      timers.advance(fingerMs);
      await settle();
    },
  };
}

function documentOf(text: string, dangers: Document['dangers'] = {}): Document {
  return { text, blocks: readDocument(text), dangers };
}

/** As the program makes one: planned by the engine, carried out by it. */
async function proposalOf(world: World, catalogue: Catalogue, steps: readonly Step[]): Promise<Proposal> {
  const driving = drivingOf(world, catalogue, true);
  const look = (step: string, attempt: number) => driving.look(step, attempt, new AbortController().signal);
  const plan = await makePlan(
    { catalogue, look },
    {
      run: 'q8d4w6',
      runbook: { ...runbook(steps), name: 'galera-backup', title: 'Back up' },
      parameters: {},
      targetFacts: {},
      program: 'test',
      saw: {},
    },
  );
  const started: RunEvent = {
    seq: 1,
    at: begin,
    type: 'run-started',
    plan,
    mode: 'interactive',
    by: 'me@here',
    format: 1,
  };
  const state = applyEvent(newRun, started);
  return {
    plan,
    state,
    gate: gateOfPlan(plan, state),
    refusals: refusals(plan.steps),
    carryOut: (frontend) => {
      const run = new Run({ ...driving, frontend });
      const ended = run
        .append({ type: 'run-started', plan, mode: 'interactive', by: 'me@here', format: 1 })
        .then(() => run.drive())
        .finally(() => frontend.close());
      return { ended, stop: (by) => void run.stop(by), abandon: (by) => void run.abandon(by) };
    },
  };
}

/** As the program takes one up: what is left is planned anew, and asked about before it begins. */
async function takeUp(
  world: World,
  catalogue: Catalogue,
  steps: readonly Step[],
  way: Way,
  frontend: Frontend,
): Promise<number> {
  const driving = drivingOf(world, catalogue, true);
  const look = (step: string, attempt: number) => driving.look(step, attempt, new AbortController().signal);
  const state = foldEvents(world.journal);
  const left = await planPart({ catalogue, look }, stepsOf(way, state, runbook(steps)), state);
  const run = new Run({ ...driving, frontend }, [...world.journal]);
  await run.takeUp({
    type: 'run-continued',
    way,
    steps: left,
    mode: 'interactive',
    by: 'me@here',
    program: 'test',
  });
  return await run.drive();
}
