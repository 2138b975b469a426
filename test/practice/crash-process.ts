import { drivingOf } from '../../src/commands/driving.ts';
import { practicePorts } from '../../src/commands/practice-ports.ts';
import { leaseOf } from '../../src/commands/run-lease.ts';
import { caughtUp } from '../../src/commands/run-of.ts';
import { hasMoved } from '../../src/commands/run-runbook.ts';
import { type Session, sessionOf } from '../../src/commands/session.ts';
import type { Driving } from '../../src/engine/drive.ts';
import type { Mode, RunEvent } from '../../src/engine/event.ts';
import type { Frontend } from '../../src/engine/frontend.ts';
import type { Journal } from '../../src/engine/ports.ts';
import { Redactor } from '../../src/record/redact.ts';
import { practiceConfig } from '../../src/simulator/build.ts';
import { VirtualClock } from '../../src/simulator/clock.ts';
import { Simulation } from '../../src/simulator/simulation.ts';
import type { Command } from '../../src/simulator/step.ts';
import type { World } from '../../src/simulator/world.ts';

/** What must not happen twice, from the world's beginning on. */
export interface Done {
  /** `verb member` of every Job that was made. */
  readonly jobs: readonly string[];
  /** Primary Components that came from nothing. */
  readonly bootstraps: number;
}

export const nothingDone: Done = { jobs: [], bootstraps: 0 };

/** A world that tells what is written to it, and counts what must happen once. */
export class WatchedSimulation extends Simulation {
  /** After each write, once its effect is there. */
  onWrite: (what: string) => void = () => undefined;
  done: Done;

  constructor(world: World, done: Done) {
    super(world);
    this.done = done;
  }

  override do(command: Command): ReturnType<Simulation['do']> {
    const before = this.world.groups;
    const answer = super.do(command);
    this.#count(command, before);
    const what = writtenBy(command);
    if (what !== undefined) this.onWrite(what);
    return answer;
  }

  #count(command: Command, before: World['groups']): void {
    const begun = Object.values(this.world.groups).filter(({ id, primary }) => primary && before[id] === undefined);
    const made = command.do === 'create' && command.object.kind === 'Job' ? [jobOf(command.object)] : [];
    if (begun.length + made.length === 0) return;
    this.done = { jobs: [...this.done.jobs, ...made], bootstraps: this.done.bootstraps + begun.length };
  }
}

function jobOf({ metadata, spec }: Extract<Command, { do: 'create' }>['object']): string {
  const [runner] = spec.template.spec.containers;
  const { value } = runner.env.find(({ name }: { name: string }) => name === 'GR_VERB');
  return `${value} ${metadata.labels?.['galera-runbook/member'] ?? ''}`.trim();
}

/** Undefined: nothing, or a lease that was renewed, which leaves nothing behind. */
function writtenBy(command: Command): string | undefined {
  switch (command.do) {
    case 'create':
      return `create ${command.object.kind} ${command.object.metadata.name}`;
    case 'patch': {
      const renewed = command.ref.kind === 'Lease' && command.patch.metadata === undefined;
      return renewed ? undefined : `patch ${command.ref.kind} ${command.ref.name}`;
    }
    case 'remove':
      return `delete ${command.ref.kind} ${command.ref.name}`;
    case 'desync':
      return `desync ${command.member} ${command.on ? 'ON' : 'OFF'}`;
    default:
      return undefined;
  }
}

export interface ProcessOptions {
  readonly run: string;
  readonly document: Uint8Array;
  readonly mode: Mode;
  readonly journal: Journal;
  readonly frontend: Frontend;
}

/** For a process that may die: what it still waits for then never comes, and moves no time. */
class MortalClock extends VirtualClock {
  dead = false;

  constructor(simulation: Simulation) {
    super(
      () => simulation.world.now,
      (ms) => {
        if (!this.dead) simulation.do({ do: 'tick', ms });
      },
    );
  }

  override sleep(ms: number, signal?: AbortSignal, background = false): Promise<void> {
    return this.dead ? new Promise(() => undefined) : super.sleep(ms, signal, background);
  }
}

/** Never given to a process: the ids of those that are dead. */
const deadPids = 999_000_000;
let processes = 0;

/** One process of the program on a world. Its predecessors are dead processes of this machine. */
export class Process {
  readonly simulation: WatchedSimulation;
  readonly session: Session;
  readonly #clock: MortalClock;
  readonly #options: ProcessOptions;

  private constructor(simulation: WatchedSimulation, session: Session, clock: MortalClock, options: ProcessOptions) {
    this.simulation = simulation;
    this.session = session;
    this.#clock = clock;
    this.#options = options;
  }

  static async on(world: World, done: Done, options: ProcessOptions): Promise<Process> {
    const simulation = new WatchedSimulation(world, done);
    const config = practiceConfig();
    const clock = new MortalClock(simulation);
    const ports = practicePorts(simulation, config, clock);
    const session = await sessionOf(config, ports, new Redactor([]));
    const holder = `${session.holder.replace(/\d+$/, '')}${deadPids + processes++}`;
    return new Process(simulation, { ...session, holder }, clock, options);
  }

  /** What is left of it. From now on it does nothing. */
  end(): { readonly world: World; readonly done: Done } {
    this.#clock.dead = true;
    const { world, done } = this.simulation;
    return { world, done };
  }

  /** For a run that begins here. */
  driving(lease = leaseOf(this.session)): Driving {
    const { run, document, mode, journal, frontend } = this.#options;
    return drivingOf({
      session: this.session,
      run,
      record: journal,
      document,
      frontend,
      terminal: mode === 'interactive',
      cluster: 'openstack/practice',
      unmoved: async (plan) => {
        if (await hasMoved(this.session, plan)) throw new Error(`the target of run ${run} has moved`);
      },
      lease,
    });
  }

  /** For a run that another process began: its lease first, and what the mirror knows. Whoever ends gives the lease back. */
  async takingUp(events: readonly RunEvent[]) {
    const { run, document } = this.#options;
    const lease = leaseOf(this.session);
    await lease.takeUp(run, {
      ownRecord: true,
      mayAsk: false,
      confirm: async () => undefined,
      waits: () => undefined,
    });
    const all = await caughtUp(this.session, { run, events, document, torn: false });
    return { driving: this.driving(lease), events: all, leave: () => lease.lease.release() };
  }
}
