import { resolveBackup } from '../../src/actions/resolve-backup.ts';
import { FailureError, fail, failure } from '../../src/base/failure.ts';
import { canonical } from '../../src/base/json.ts';
import { checkRun } from '../../src/commands/continue-run.ts';
import { drivingOf } from '../../src/commands/driving.ts';
import { type HeldLease, leaseOf } from '../../src/commands/run-lease.ts';
import { planningOf, type Session, sawOf, see, targetFacts } from '../../src/commands/session.ts';
import { applyEvent, foldEvents } from '../../src/engine/apply-event.ts';
import { askGate } from '../../src/engine/ask-gate.ts';
import { Run } from '../../src/engine/drive.ts';
import type { Gate, Plan, RunEvent } from '../../src/engine/event.ts';
import type { Answer, Frontend } from '../../src/engine/frontend.ts';
import { gateOfTakeover } from '../../src/engine/gate.ts';
import { gatePolicy } from '../../src/engine/gate-policy.ts';
import { parametersOf } from '../../src/engine/parameters.ts';
import { makePlan, planPart, refusals, sha256 } from '../../src/engine/plan.ts';
import { resumption, stepsOf } from '../../src/engine/resumption.ts';
import { newRun, type RunState } from '../../src/engine/state.ts';
import { transcript } from '../../src/record/transcript.ts';
import { names } from '../../src/simulator/names.ts';
import { Simulation } from '../../src/simulator/simulation.ts';
import { type Dir, isDir, isFile, namesIn, nodeAt } from '../../src/simulator/tree.ts';
import type { FaultCommand, World } from '../../src/simulator/world.ts';
import { documentOf } from '../practice/rig.ts';
import { baseOf } from './base.ts';
import { atEachLine, atEveryStep, type Named } from './invariants.ts';
import { Killed, Life, type Write } from './life.ts';
import { leaseHeldBy, tellsOf } from './run-invariants.ts';
import { dataOn, type Memory, memberVolumes, nothingRemembered, type RunSeen, type Seen } from './seen.ts';
import type { Act, GateAnswer, Manner, Walk } from './walk.ts';

export interface Violation {
  readonly invariant: string;
  readonly says: string;
  /** Of the acts, from 0. */
  readonly act: number;
}

export interface Walked {
  readonly violation?: Violation;
  /** One line for each act: how it ended. */
  readonly told: readonly string[];
}

interface Book {
  readonly run: string;
  readonly name: string;
  readonly document: Uint8Array;
  readonly events: RunEvent[];
  state: RunState;
  live: boolean;
  /** How much of it the cluster's copy has. */
  mirrored: number;
}

type Command = Act & { readonly act: 'run' | 'take-up' };

const minute = 60_000;
/** Where nothing else is said. */
const patienceMinutes = 8;

/** Does what a walk says, and looks at everything after each step of the world and each line of a journal. */
export async function walked(walk: Walk): Promise<Walked> {
  return await new Robot(await baseOf(walk.base), walk).go();
}

class Robot {
  readonly #simulation: Simulation;
  readonly #walk: Walk;
  readonly #books: Book[];
  readonly #told: string[] = [];
  #memory: Memory;
  #violation: Violation | undefined;
  #archives: Dir | undefined;
  #life: Life | undefined;
  #driver: Run | undefined;
  #lives = 0;
  #at = 0;

  constructor(
    base: {
      readonly world: World;
      readonly runs: readonly Omit<Book, 'live' | 'mirrored'>[];
      readonly memory?: Memory;
    },
    walk: Walk,
  ) {
    this.#walk = walk;
    this.#books = base.runs.map((run) => ({
      ...run,
      events: [...run.events],
      live: false,
      mirrored: run.events.length,
    }));
    this.#memory = base.memory ?? nothingRemembered(base.world);
    this.#simulation = new Simulation(
      { ...base.world, random: walk.seed },
      {
        exclusively: (work) => work(),
        keep: () => this.#look(),
        changed: () => undefined,
      },
    );
  }

  async go(): Promise<Walked> {
    for (const [index, act] of this.#walk.acts.entries()) {
      this.#at = index;
      this.#told.push(await this.#act(act));
      if (this.#violation) break;
    }
    return { told: this.#told, ...(this.#violation ? { violation: this.#violation } : {}) };
  }

  async #act(act: Act): Promise<string> {
    switch (act.act) {
      case 'run':
      case 'take-up':
        return await this.#command(act);
      case 'status':
        return await this.#status();
      case 'fault':
        this.#strike(act.fault);
        this.#pass(1000);
        return act.fault.do;
      case 'loom': {
        const when = 'at' in act.when ? { at: this.#world.now + act.when.at } : act.when;
        this.#simulation.do({ do: 'plan', fault: { when, command: this.#named(act.fault) } });
        return `${act.fault.do} looms`;
      }
      case 'mend':
        this.#mend();
        this.#pass(30_000);
        return 'mended';
      case 'time':
        this.#pass(act.ms);
        return `${act.ms} ms`;
    }
  }

  get #world(): World {
    return this.#simulation.world;
  }

  #pass(ms: number): void {
    for (let left = ms; left > 0 && !this.#violation; left -= 1000)
      this.#simulation.do({ do: 'tick', ms: Math.min(left, 1000) });
  }

  // --- faults

  #strike(fault: FaultCommand): void {
    this.#simulation.do(this.#named(fault));
  }

  /** `{backup 1}` is the oldest but one on the volume. */
  #named(fault: FaultCommand): FaultCommand {
    const ids = this.#backups();
    const text = JSON.stringify(fault).replaceAll(
      /\{backup (\d+)\}/g,
      (_, number) => ids[Number(number) % Math.max(1, ids.length)] ?? 'none',
    );
    return JSON.parse(text) as FaultCommand;
  }

  #backups(): readonly string[] {
    const root = this.#world.volumes['volume-galera-backups']?.root;
    const folder = root && nodeAt(root, names.cluster);
    return isDir(folder) ? namesIn(folder).filter((name) => /^\w+Z$/.test(name)) : [];
  }

  #mend(): void {
    const { faults, objects, volumes } = this.#world;
    this.#simulation.do({ do: 'api', up: true });
    this.#simulation.do({ do: 'heal' });
    this.#simulation.do({ do: 'lose-answers', count: 0 });
    for (const right of faults.denied) this.#simulation.do({ do: 'allow', right });
    for (const member of faults.silent) this.#simulation.do({ do: 'silence', member, on: false });
    for (const member of faults.crashing) this.#simulation.do({ do: 'crash-always', member, on: false });
    for (const node of faults.nodesDown) this.#simulation.do({ do: 'node-up', node });
    for (const { claim, totalBytes } of Object.values(volumes)) {
      this.#simulation.do({ do: 'fill-volume', claim, leaveBytes: totalBytes });
      this.#simulation.do({ do: 'slow', claim, percent: 100 });
    }
    const lease = Object.values(objects).find(({ kind }) => kind === 'Lease');
    if (lease?.spec.holderIdentity?.startsWith('somebody')) this.#simulation.do({ do: 'release-lease' });
    this.#simulation.do({ do: 'rename-cluster', cluster: names.cluster });
  }

  // --- looking

  #seen(): Seen {
    return { world: this.#world, runs: this.#books, memory: this.#memory };
  }

  /** Books are what invariants look at: their events and state, as they are now. */
  #look(): void {
    if (this.#violation) return;
    this.#noteDamage();
    this.#noteDumps();
    this.#holds(atEveryStep);
    this.#noteGroups();
  }

  /** When an archive was found broken first: a fault that was planned strikes unseen. */
  #noteDamage(): void {
    const volume = this.#world.volumes['volume-galera-backups'];
    if (volume === undefined || volume.root === this.#archives) return;
    this.#archives = volume.root;
    for (const id of this.#backups()) {
      const folder = nodeAt(volume.root, `${names.cluster}/${id}`);
      const broken = namesIn(folder).some((name) => {
        const file = nodeAt(volume.root, `${names.cluster}/${id}/${name}`);
        return isFile(file) && file.broken !== undefined;
      });
      if (broken && this.#memory.damaged[id] === undefined)
        this.#memory = { ...this.#memory, damaged: { ...this.#memory.damaged, [id]: this.#world.now } };
    }
  }

  #holds(invariants: readonly Named[]): void {
    const seen = this.#seen();
    for (const { name, holds } of invariants) {
      const says = holds(seen);
      if (says === undefined) continue;
      this.#violated(name, says);
      return;
    }
  }

  #violated(invariant: string, says: string): void {
    this.#violation ??= { invariant, says, act: this.#at };
    this.#life?.kill('the robot has seen enough');
  }

  #noteDumps(): void {
    const { dumped } = this.#memory;
    const now = Object.values(this.#world.members).flatMap(({ phase, volume }) =>
      phase === 'sst' && !dumped.has(volume) ? [volume] : [],
    );
    if (now.length > 0) this.#memory = { ...this.#memory, dumped: new Set([...dumped, ...now]) };
  }

  /** After the look: a Primary Component is judged when it is seen first. */
  #noteGroups(): void {
    const ids = Object.keys(this.#world.groups);
    if (ids.some((id) => !this.#memory.groups.has(id)))
      this.#memory = { ...this.#memory, groups: new Set([...this.#memory.groups, ...ids]) };
  }

  #line(book: Book, event: RunEvent): void {
    book.events.push(event);
    book.state = applyEvent(book.state, event);
    if (
      event.type === 'debt-owed' &&
      event.debt.id === `old-data:${book.run}` &&
      this.#memory.old[book.run] === undefined
    ) {
      const old = memberVolumes(this.#world).flatMap(([volume]) => {
        const data = dataOn(this.#world, volume);
        return data ? [[volume, data] as const] : [];
      });
      this.#memory = { ...this.#memory, old: { ...this.#memory.old, [book.run]: Object.fromEntries(old) } };
    }
    this.#holds([...atEveryStep, ...atEachLine]);
  }

  // --- commands

  async #command(act: Command): Promise<string> {
    const life = this.#begin(act);
    this.#life = life;
    try {
      const work = act.act === 'run' ? this.#start(act, life) : this.#takeUp(act, life);
      work.catch(() => undefined);
      return await Promise.race([work, life.died]);
    } catch (thrown) {
      if (thrown instanceof Killed) return `killed: ${thrown.message}`;
      if (thrown instanceof FailureError) return `${thrown.failure.kind}: ${thrown.failure.found}`;
      this.#violated(
        'no broken invariant inside',
        thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
      );
      return 'broken';
    } finally {
      life.kill('it has ended');
      this.#life = undefined;
      this.#driver = undefined;
      for (const book of this.#books) book.live = false;
    }
  }

  #begin(manner: Manner): Life {
    this.#lives += 1;
    let count = 0;
    const current = () => this.#books.find(({ live }) => live);
    const life: Life = new Life({
      simulation: this.#simulation,
      number: this.#lives,
      host: manner.elsewhere === true ? 'bastion-2' : 'bastion-1',
      patienceMs: (manner.patience ?? patienceMinutes) * minute,
      writes: (write) => this.#writes(write, current(), `/${900_000_000 + this.#lives}`),
      written: () => {
        count += 1;
        if (manner.crash?.at === 'after-write' && manner.crash.number === count) life.kill(`after write ${count}`);
      },
    });
    return life;
  }

  #writes(write: Write, book: Book | undefined, holder: string): void {
    const says = tellsOf(write, book && seenOf(book), book?.mirrored ?? 0);
    if (says !== undefined) this.#violated('transcript tells what happened', says);
    const by = leaseHeldBy(this.#seen());
    const free = write.kind === 'Lease' || (write.verb === 'delete' && write.kind === 'Job');
    if (!free && !by.endsWith(holder))
      this.#violated(
        'no effect without the lease',
        `${write.verb} ${write.kind} ${write.name}, while the lease is held by ${by || 'nobody'}`,
      );
  }

  /** The ports of a run, with its record in memory. */
  #driving(session: Session, life: Life, book: Book, manner: Manner, lease?: HeldLease) {
    const journal = this.#journal(life, book, manner);
    const driving = drivingOf({
      session,
      run: book.run,
      record: journal,
      document: book.document,
      frontend: this.#frontend(life, manner),
      terminal: !manner.yes,
      ...(manner.yes ? { cluster: 'openstack/practice' } : {}),
      unmoved: async (plan: Plan) => {
        if (sha256(canonical(sawOf(session, await see(session)))) !== plan.saw)
          fail('refused', 'the target as the plan saw it', 'it has moved', 'plan again');
      },
      ...(lease ? { lease } : {}),
    });
    const mirror = {
      // The real one packs the whole journal each time; what is in it is held by its own tests.
      push: async (events: readonly RunEvent[]) => {
        if (this.#world.faults.apiGone)
          throw new FailureError(
            failure('unknown', 'an answer to: write the mirror', 'connect ECONNREFUSED', 'ask again'),
          );
        book.mirrored = events.length;
      },
    };
    return { ...driving, mirror: { push: (events: readonly RunEvent[]) => life.guard(mirror.push(events)) } };
  }

  #journal(life: Life, book: Book, { crash, during = [] }: Manner) {
    let line = 0;
    return {
      append: async (event: RunEvent): Promise<void> => {
        if (life.dead) return await life.guard(undefined);
        line += 1;
        if (crash?.at === 'before-line' && crash.number === line) life.kill(`before line ${line}`);
        if (life.dead) return await life.guard(undefined);
        this.#line(book, event);
        for (const { line: at, fault } of during) if (at === line) this.#strike(fault);
        if (crash?.at === 'after-line' && crash.number === line) life.kill(`after line ${line}`);
        return await life.guard(undefined);
      },
      useReserve: async () => false,
      keepOutput: async () => undefined,
    };
  }

  #frontend(life: Life, { answers = [], stop }: Manner): Frontend {
    let asked = 0;
    let line = 0;
    return {
      planned() {},
      event: () => {
        line += 1;
        if (stop?.line === line && !life.dead)
          void (stop.hard ? this.#driver?.abandon('SIGINT') : this.#driver?.stop('SIGTERM'));
      },
      pulse() {},
      ask: (gate) => life.guard(answerOf(gate, answers[asked++] ?? 'yes')),
      close: async () => undefined,
    };
  }

  async #start(act: Command & { readonly act: 'run' }, life: Life): Promise<string> {
    const session = await life.session();
    const { runbook, bytes } = documentOf(act.runbook);
    const run = session.ports.newRun();
    const view = await see(session);
    const ids = this.#backups();
    const backup = act.backup === undefined ? {} : { backup: ids[act.backup % Math.max(1, ids.length)] ?? 'latest' };
    const given = { ...backup, ...act.parameters };
    const parameters = await parametersOf(runbook, given, (wanted) => resolveBackup(session.look(), wanted));
    const plan = await makePlan(planningOf(session, run), {
      run,
      runbook,
      parameters,
      targetFacts: targetFacts(session, view),
      program: 'robot',
      saw: sawOf(session, view),
    });
    const no = refusals(plan.steps);
    if (no.length > 0) return `refused: ${no.map(({ step, failure: of }) => `${step}: ${of.found}`).join('; ')}`;
    const holder = await session.lease().read();
    if (holder) return `held by ${holder.holder}`;
    const book: Book = { run, name: act.runbook, document: bytes, events: [], state: newRun, live: true, mirrored: 0 };
    this.#books.push(book);
    const driver = new Run(this.#driving(session, life, book, act));
    const mode = act.yes ? 'yes' : 'interactive';
    await driver.append({ type: 'run-started', plan, mode, by: session.by, format: 1 });
    return await this.#drive(driver, book, act);
  }

  async #drive(driver: Run, book: Book, act: Command): Promise<string> {
    this.#driver = driver;
    const exit = await driver.drive();
    this.#ended(book);
    return `${book.run} ${act.act === 'run' ? act.runbook : act.way} ends with ${exit}: ${lastFailure(book.state)}`;
  }

  /** Every open debt is named on the page, with the command that ends it. */
  #ended({ run, events, state }: Book): void {
    if (state.debts.length === 0) return;
    const page = transcript(events);
    for (const { id, due } of state.debts) {
      const command = `galera-runbook runs ${due === 'end' ? 'repair' : 'close'} ${run}`;
      if (!page.includes(id) || !page.includes(command))
        this.#violated('transcript tells what happened', `${id} of run ${run} is not named with ${command}`);
    }
  }

  async #takeUp(act: Command & { readonly act: 'take-up' }, life: Life): Promise<string> {
    const book = this.#books.toReversed()[act.run];
    if (book === undefined) return 'no such run';
    if (act.elsewhere === true) this.#lost(book);
    const session = await life.session();
    const { way } = act;
    const mode = act.yes ? 'yes' : 'interactive';
    checkRun(session, book.events, way);
    const held = leaseOf(session);
    const over = await held.takeUp(book.run, {
      ownRecord: act.elsewhere !== true,
      mayAsk: gatePolicy({ need: 'typed', personal: true }, mode, !act.yes) === 'ask',
      confirm: async (by) => {
        const { plan } = book.state;
        if (!plan) return undefined;
        const asking = { frontend: this.#frontend(life, act), terminal: !act.yes, by: session.by };
        const asked = await askGate(asking, gateOfTakeover(plan, by.holder, []), mode, new AbortController().signal);
        return asked.answer.answer === 'yes' ? { from: by.holder, asked } : undefined;
      },
      waits: () => undefined,
    });
    try {
      book.live = true;
      const state = foldEvents(book.events);
      checkRun(session, book.events, way);
      const driver = new Run(this.#driving(session, life, book, act, held), book.events.slice());
      const part = way === 'resume' ? resumption(state) : ({ is: 'anew' } as const);
      if (part.is === 'no' || part.is === 'over') {
        await driver.tidyUp();
        return part.is === 'over' ? 'over' : `no: ${part.failure.found}`;
      }
      const by = { mode, by: session.by, program: 'robot' } as const;
      if (part.is === 'same-part') {
        if (!(await driver.takeUp({ type: 'run-resumed', ...by }, over))) return 'left as it was';
        return await this.#drive(driver, book, act);
      }
      const steps = stepsOf(way, state, documentOf(book.name).runbook);
      if (steps.length === 0 && way !== 'close') {
        await driver.tidyUp();
        return 'nothing to do';
      }
      const planned = await planPart(planningOf(session, book.run), steps, state);
      const no = refusals(planned);
      if (no.length > 0) {
        await driver.tidyUp();
        return `refused: ${no.map(({ failure: of }) => of.found).join('; ')}`;
      }
      if (!(await driver.takeUp({ type: 'run-continued', way, steps: planned, ...by }, over))) return 'left as it was';
      return await this.#drive(driver, book, act);
    } finally {
      if (!life.dead) await held.lease.release().catch(() => undefined);
    }
  }

  /** The machine that had the journal is gone with what the cluster's copy does not have. */
  #lost(book: Book): void {
    book.events.length = book.mirrored;
    book.state = foldEvents(book.events);
  }

  /** Reading alone: nothing is written by it. */
  async #status(): Promise<string> {
    const life = this.#begin({ yes: true });
    const before = this.#world.revision;
    try {
      const session = await life.session();
      await see(session);
    } catch (thrown) {
      if (!(thrown instanceof FailureError)) throw thrown;
      return `status: ${thrown.failure.found}`;
    } finally {
      life.kill('it has ended');
    }
    if (this.#world.revision !== before) this.#violated('reading writes nothing', 'status has written');
    return 'status';
  }
}

function seenOf(book: Book): RunSeen {
  return book;
}

function lastFailure(state: RunState): string {
  return state.failure ? `${state.failure.step}: ${state.failure.failure.found}` : 'no failure';
}

async function answerOf(gate: Gate, how: GateAnswer): Promise<Answer> {
  if (how === 'no') return { answer: 'no' };
  if (gate.word === undefined) return { answer: 'yes' };
  return { answer: 'yes', typed: how === 'wrong' ? `${gate.word} ` : gate.word };
}
