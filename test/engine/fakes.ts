import { type Failure, FailureError, failure } from '../../src/base/failure.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { Action, AnyAction, Catalogue, Check, Planned } from '../../src/engine/action.ts';
import { type Driving, Run } from '../../src/engine/drive.ts';
import type { Gate, Mode, NewEvent, Plan, RunEvent } from '../../src/engine/event.ts';
import type { Answer } from '../../src/engine/frontend.ts';
import { makePlan, type Planning } from '../../src/engine/plan.ts';
import type { Runbook, Step } from '../../src/runbook/runbook.ts';
import type { Identity } from '../../src/target/identity.ts';
import type { Hands, Look } from '../../src/target/look.ts';

const never = () => Promise.reject(new Error('not in this test'));
const identity: Identity = {
  context: 'lab',
  namespace: 'openstack',
  cluster: 'lab',
  statefulset: 'db',
  kubeSystemUid: 'k'.repeat(36),
  statefulSetUid: 's'.repeat(36),
};

/** What the fake cluster holds: names that were done, in order. */
export interface World {
  readonly done: string[];
  readonly asked: Gate[];
  readonly journal: RunEvent[];
  readonly mirrored: number[];
  fails: { [step: string]: Failure | undefined };
  answers: { [step: string]: Answer };
  fence?: Failure;
  holder?: string;
  moved?: Failure;
  diskFull?: boolean;
  /** A journal that takes no line any more, and whose reserve cannot be freed. */
  unkept?: Failure;
  during?: (step: string, run: Run, hands: Hands) => Promise<void>;
}

export function newWorld(): World {
  return { done: [], asked: [], journal: [], mirrored: [], fails: {}, answers: {} };
}

const base = { summary: '', inputs: {}, outputs: ['value'] };

export function check(world: World, name: string, output: JsonObject = { value: 1 }): Check {
  return {
    ...base,
    name,
    kind: 'check',
    observe: async (_input, look) => {
      const failed = world.fails[look.at.step];
      return failed
        ? { is: failed.kind === 'unknown' ? 'unknown' : 'not-so', failure: failed }
        : { is: 'so', output, says: 'holds' };
    },
  };
}

export function act(
  world: World,
  name: string,
  of: Partial<Pick<Action, 'maxDanger' | 'owes' | 'stoppable'>> & {
    planned?: Partial<Planned>;
    output?: JsonObject;
    pays?: boolean;
  } = {},
): Action {
  const danger = of.maxDanger ?? 'changes';
  return {
    ...base,
    name,
    kind: 'do',
    maxDanger: danger,
    danger: () => danger,
    owes: of.owes ?? false,
    stoppable: of.stoppable ?? false,
    plan: async (_input, look) => ({
      effects: [{ object: name, field: 'state', from: 'off', to: 'on' }],
      debts: of.owes
        ? [
            {
              id: `debt:${look.at.step}`,
              says: `${look.at.step} is on`,
              due: 'end',
              payWith: { action: `${name}.undo`, input: { of: look.at.step } },
            },
          ]
        : [],
      memo: {},
      says: [],
      ...of.planned,
    }),
    observe: async (_input, look) =>
      world.done.includes(look.at.step)
        ? { is: 'so', output: of.output ?? { value: 2 }, says: 'done' }
        : { is: 'not-so', failure: failure('failed', 'it', 'not', 'again') },
    apply: async (_input, hands) => {
      await world.during?.(hands.at.step, worldRun(world), hands);
      await hands.kube.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: hands.at.step } });
      // Half-way: with an effect, and not there yet.
      const failed = world.fails[hands.at.step];
      if (failed) throw new FailureError(failed);
      world.done.push(hands.at.step);
    },
  };
}

const runs = new WeakMap<World, Run>();
export function worldRun(world: World): Run {
  const run = runs.get(world);
  if (!run) throw new Error('no run yet');
  return run;
}

export function step(id: string, action: string, of: Partial<Step> = {}): Step {
  return { id, title: id, prose: '', line: 1, kind: 'do', action, with: {}, when: [], pays: [], ...of };
}

export function runbook(steps: readonly Step[]): Runbook {
  return {
    format: 1,
    name: 'test',
    title: 'Test',
    summary: '',
    flavours: ['statefulset'],
    parameters: {},
    steps,
    rollback: [],
    sha256: 'x',
    text: '',
  };
}

export function catalogueOf(...actions: readonly AnyAction[]): Catalogue {
  return new Map(actions.map((action) => [action.name, action]));
}

export interface Driven {
  readonly exit: number;
  readonly run: Run;
  readonly plan: Plan;
}

/** Plans and drives; `--yes` unless told. */
export async function drive(
  world: World,
  catalogue: Catalogue,
  steps: readonly Step[],
  of: { mode?: Mode; terminal?: boolean; event?: (event: RunEvent, run: Run) => void } = {},
): Promise<Driven> {
  const driving = drivingOf(world, catalogue, of.terminal ?? false);
  const event = (line: RunEvent) => of.event?.(line, worldRun(world));
  const { plan } = await plannedOn(driving, steps);
  const run = new Run({ ...driving, frontend: { ...driving.frontend, event } });
  runs.set(world, run);
  await run.append({ type: 'run-started', plan, mode: of.mode ?? 'yes', by: 'me@here', format: 1 });
  return { exit: await run.drive(), run, plan };
}

/** The plan of these steps, and what its run plans further parts with. */
export async function plannedOn(driving: Driving, steps: readonly Step[]): Promise<{ planning: Planning; plan: Plan }> {
  const planning = {
    catalogue: driving.catalogue,
    look: (id: string, attempt: number) => driving.look(id, attempt, new AbortController().signal),
  };
  const request = { run: 'r1', runbook: runbook(steps), parameters: {}, targetFacts: {}, program: 'test', saw: {} };
  return { planning, plan: await makePlan(planning, request) };
}

/** The journal of a process before, which may have died after any of these lines. */
export function journalOf(plan: Plan, mode: Mode, after: readonly NewEvent[]): readonly RunEvent[] {
  const started: NewEvent = { type: 'run-started', plan, mode, by: 'me@here', format: 1 };
  return [started, ...after].map((event, index) => ({ ...event, seq: index + 1, at: index }) as RunEvent);
}

export function drivingOf(world: World, catalogue: Catalogue, terminal: boolean): Driving {
  let now = 1_000;
  const clock = { now: () => now++, sleep: async () => undefined };
  const look = (s: string, attempt: number, signal: AbortSignal): Look => ({
    config: {
      name: 't',
      flavour: 'statefulset',
      namespace: 'openstack',
      cluster: 'lab',
      statefulset: 'db',
      container: 'c',
      service: 'svc',
      account: { user: 'u', secret: 's', key: 'k' },
      bootstrap: 'grastate',
      backups: { claim: 'b', keep: 3 },
    },
    identity,
    at: { run: 'r1', step: s, attempt },
    kube: { get: never, list: never, logs: never },
    sql: { status: never, tables: never, rights: never, checksums: never },
    jobs: { report: never },
    clock,
    signal,
  });
  return {
    catalogue,
    look,
    clock,
    terminal,
    by: 'me@here',
    cluster: 'openstack/lab',
    writes: {
      kube: { create: async (o) => o, patch: never, remove: never },
      sql: { setDesync: never },
      jobs: { start: never, stop: never, remove: never },
    },
    journal: {
      append: async (event) => {
        if (world.unkept) throw new FailureError(world.unkept);
        if (world.diskFull) throw new FailureError(failure('failed', 'room', 'disk full', 'free some'));
        world.journal.push(event);
      },
      useReserve: async () => {
        if (world.unkept) throw new FailureError(world.unkept);
        world.diskFull = false;
        return true;
      },
      keepOutput: async () => undefined,
    },
    mirror: { push: async (events) => void world.mirrored.push(events.length) },
    fence: {
      check: async () => {
        if (world.fence) throw new FailureError(world.fence);
      },
    },
    lease: { take: async () => world.holder, release: async () => undefined },
    frontend: {
      planned: () => undefined,
      event: () => undefined,
      pulse: () => undefined,
      ask: async (gate) => {
        world.asked.push(gate);
        return world.answers[gate.step] ?? { answer: 'yes', ...(gate.word === undefined ? {} : { typed: gate.word }) };
      },
      close: async () => undefined,
    },
    unmoved: async () => {
      if (world.moved) throw new FailureError(world.moved);
    },
    tidy: async () => undefined,
  };
}
