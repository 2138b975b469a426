import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '../../src/actions/catalogue.ts';
import { resolveBackup } from '../../src/actions/resolve-backup.ts';
import { FailureError, failure, invariant } from '../../src/base/failure.ts';
import { canonical } from '../../src/base/json.ts';
import { drivingOf } from '../../src/commands/driving.ts';
import { practiceClock, practicePorts } from '../../src/commands/practice-ports.ts';
import { planningOf, type Session, sawOf, see, sessionOf, targetFacts } from '../../src/commands/session.ts';
import { factsOf } from '../../src/engine/catalogue-facts.ts';
import { Run } from '../../src/engine/drive.ts';
import type { Gate, Mode, Plan, RunEvent } from '../../src/engine/event.ts';
import type { Answer, Frontend } from '../../src/engine/frontend.ts';
import { parametersOf } from '../../src/engine/parameters.ts';
import { makePlan, refusals, sha256 } from '../../src/engine/plan.ts';
import type { Journal } from '../../src/engine/ports.ts';
import { Redactor } from '../../src/record/redact.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import type { Runbook } from '../../src/runbook/runbook.ts';
import { newWorld, practiceConfig, type WorldOptions } from '../../src/simulator/build.ts';
import type { VirtualClock } from '../../src/simulator/clock.ts';
import { Simulation } from '../../src/simulator/simulation.ts';
import type { World } from '../../src/simulator/world.ts';

const documents = new Map<string, { readonly runbook: Runbook; readonly bytes: Uint8Array }>();

/** One of docs/runbooks, parsed once. */
export function documentOf(name: string): { readonly runbook: Runbook; readonly bytes: Uint8Array } {
  const known = documents.get(name);
  if (known) return known;
  const path = join(import.meta.dirname, '..', '..', 'docs', 'runbooks', `${name}.md`);
  const bytes = readFileSync(path);
  const parsed = parseRunbook(bytes, path, factsOf(catalogue));
  invariant('runbook' in parsed, `${path} is no runbook`);
  const made = { runbook: { ...parsed.runbook, name }, bytes };
  documents.set(name, made);
  return made;
}

/** A journal in memory; every line is seen by `onLine` before it counts as written. */
export class MemoryJournal implements Journal {
  readonly events: RunEvent[] = [];
  readonly outputs = new Map<string, string>();
  onLine: (event: RunEvent) => void = () => undefined;

  async append(event: RunEvent): Promise<void> {
    this.onLine(event);
    this.events.push(event);
  }

  async useReserve(): Promise<boolean> {
    return false;
  }

  async keepOutput(name: string, text: string): Promise<void> {
    this.outputs.set(name, text);
  }
}

/** Answers every gate with what `answer` says; by default yes, with the word that is wanted. */
export class Answering implements Frontend {
  answer: (gate: Gate) => Answer = (gate) => ({
    answer: 'yes',
    ...(gate.word === undefined ? {} : { typed: gate.word }),
  });
  readonly gates: Gate[] = [];
  planned(): void {}
  event(): void {}
  pulse(): void {}
  async ask(gate: Gate, _signal: AbortSignal): Promise<Answer> {
    this.gates.push(gate);
    return this.answer(gate);
  }
  async close(): Promise<void> {}
}

export interface Ended {
  /** Undefined: the plan was refused, and nothing began. */
  readonly exit: number | undefined;
  readonly plan: Plan;
  readonly events: readonly RunEvent[];
  readonly refused: readonly string[];
}

export interface RunOptions {
  readonly run?: string;
  readonly parameters?: { readonly [name: string]: string };
  readonly mode?: Mode;
  readonly frontend?: Answering;
  readonly journal?: MemoryJournal;
}

async function sessionOn(simulation: Simulation, clock: VirtualClock): Promise<Session> {
  const config = practiceConfig();
  return await sessionOf(config, practicePorts(simulation, config, clock), new Redactor([]));
}

/** A practice world with a session on it, all in memory. */
export class Rig {
  readonly simulation: Simulation;
  readonly session: Session;
  readonly #clock: VirtualClock;
  #runs = 0;

  private constructor(simulation: Simulation, clock: VirtualClock, session: Session) {
    this.simulation = simulation;
    this.session = session;
    this.#clock = clock;
  }

  static async on(of: World | WorldOptions = {}): Promise<Rig> {
    const simulation = new Simulation('objects' in of ? of : newWorld(of));
    const clock = practiceClock(simulation);
    return new Rig(simulation, clock, await sessionOn(simulation, clock));
  }

  /** Another operator, from another bastion, on the same cluster and in the same time. */
  async beside(user: string): Promise<Rig> {
    const session = await sessionOn(this.simulation, this.#clock);
    const other = { ...session, holder: `${user}@bastion-2/4711`, by: `${user}@bastion-2` };
    return new Rig(this.simulation, this.#clock, other);
  }

  get world(): World {
    return this.simulation.world;
  }

  /** Time alone. */
  tick(ms: number): void {
    this.simulation.do({ do: 'tick', ms });
  }

  async run(name: string, options: RunOptions = {}): Promise<Ended> {
    const { session } = this;
    const { runbook, bytes } = documentOf(name);
    const run = options.run ?? `r${++this.#runs}a2b3`.slice(0, 6);
    const view = await see(session);
    const parameters = await parametersOf(runbook, options.parameters ?? {}, (wanted) =>
      resolveBackup(session.look(), wanted),
    );
    const saw = sawOf(session, view);
    const plan = await makePlan(planningOf(session, run), {
      run,
      runbook,
      parameters,
      targetFacts: targetFacts(session, view),
      program: 'galera-runbook test',
      saw,
    });
    const no = refusals(plan.steps);
    if (no.length > 0) return { exit: undefined, plan, events: [], refused: no.map(({ failure }) => failure.found) };
    const journal = options.journal ?? new MemoryJournal();
    const driver = new Run(
      drivingOf({
        session,
        run,
        record: journal,
        document: bytes,
        frontend: options.frontend ?? new Answering(),
        terminal: options.mode !== 'yes',
        cluster: 'openstack/practice',
        unmoved: async (of) => {
          if (sha256(canonical(sawOf(session, await see(session)))) !== of.saw)
            throw new FailureError(failure('refused', 'the target as the plan saw it', 'it has moved', 'plan again'));
        },
      }),
    );
    await driver.append({ type: 'run-started', plan, mode: options.mode ?? 'yes', by: session.by, format: 1 });
    const exit = await driver.drive();
    return { exit, plan, events: driver.events, refused: [] };
  }
}
