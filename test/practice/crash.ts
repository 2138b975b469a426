import { EventEmitter } from 'node:events';
import { signalsFor } from '../../src/commands/run-runbook.ts';
import { foldEvents } from '../../src/engine/apply-event.ts';
import { type Driving, Run } from '../../src/engine/drive.ts';
import type { Mode, RunEvent } from '../../src/engine/event.ts';
import { resumption } from '../../src/engine/resumption.ts';
import { owed } from '../../src/engine/state.ts';
import { onSignals } from '../../src/host/signals.ts';
import type { World } from '../../src/simulator/world.ts';
import { type Ended as EngineEnded, lived, mortal, type Place, takenUp } from '../engine/crash.ts';
import { type Beginning, type CrashCase, run } from './crash-cases.ts';
import { type Picture, pictureOf } from './crash-picture.ts';
import { type Done, nothingDone, Process } from './crash-process.ts';
import { Answering, documentOf, MemoryJournal } from './rig.ts';

/** All that a process leaves behind when it dies. */
export interface Standing {
  readonly world: World;
  readonly done: Done;
  readonly events: readonly RunEvent[];
}

/** A place to die: a line is on the disk, or a write has happened in the cluster and no line tells of it. */
export interface Moment extends Standing {
  readonly after: 'line' | 'write';
  readonly number: number;
  /** The line, or the write. */
  readonly what: string;
}

export type How = EngineEnded['how'] | 'begun-anew';

export interface Ended {
  readonly exit: number | undefined;
  readonly picture: Picture;
  /** How each process that took the run up went about it. */
  readonly how: readonly How[];
  readonly events: readonly RunEvent[];
}

export interface Undisturbed extends Ended {
  readonly beginning: Beginning;
  /** What is there before it. */
  readonly before: Picture;
  readonly moments: readonly Moment[];
}

/** A process with the journal that it finds. */
async function processOf(of: CrashCase, mode: Mode, { world, done, events }: Standing, frontend = new Answering()) {
  const journal = new MemoryJournal();
  journal.events.push(...events);
  const { bytes: document } = documentOf(of.document);
  const process = await Process.on(world, done, { run, document, mode, journal, frontend });
  return { process, journal };
}

const hasBegun = (of: CrashCase, events: readonly RunEvent[]): boolean =>
  of.name === 'rollback' ? foldEvents(events).section === 'rollback' : events.length > 0;

/** What a run that takes one up drives with, or one that begins. */
async function drivingFor(process: Process, events: readonly RunEvent[]) {
  if (events.length > 0) return await process.takingUp(events);
  return { driving: process.driving(), events, leave: async () => undefined };
}

/** The run as it is when nobody kills it, and every moment at which somebody could. */
export async function undisturbed(of: CrashCase, mode: Mode): Promise<Undisturbed> {
  const beginning = await of.before();
  const from: Standing = { ...beginning, done: nothingDone };
  const { process, journal } = await processOf(of, mode, from);
  const { simulation, session } = process;
  const moments: Moment[] = [];
  const counts = { line: 0, write: 0 };
  const passed = (after: Moment['after'], what: string, events: readonly RunEvent[]) => {
    counts[after]++;
    moments.push({ after, number: counts[after], what, world: simulation.world, done: simulation.done, events });
  };
  simulation.onWrite = (what) => passed('write', what, [...journal.events]);
  journal.onLine = (event) => passed('line', lineOf(event), [...journal.events, event]);
  const { driving } = await drivingFor(process, beginning.events);
  const engine = new Run(driving, beginning.events);
  await of.begin(engine, session, mode);
  const exit = await engine.drive();
  simulation.onWrite = () => undefined;
  process.end();
  const looking = await processOf(of, mode, from);
  return {
    exit,
    how: [],
    picture: await pictureOf(process, engine.state),
    events: journal.events,
    beginning,
    before: await pictureOf(looking.process, foldEvents(beginning.events)),
    moments,
  };
}

function lineOf(event: RunEvent): string {
  const of = 'step' in event ? event.step : event.type === 'debt-owed' ? event.debt.id : 'id' in event ? event.id : '';
  return `${event.type} ${of}`.trim();
}

/** Enough for every way that there is; more is a run that never ends. */
const livesAtMost = 6;

export interface TakingUp {
  /** What the first process is told to do. */
  readonly first?: 'resume' | 'repair';
  /** Virtual time that passes before it comes. */
  readonly laterMs?: number;
  /** So many processes die, each after so many lines of its own. */
  readonly deaths?: { readonly count: number; readonly lines: number };
}

/** Taken up by one process after the other until nothing is left to do: resumed, and repaired where it cannot be resumed and owes. */
export async function takenUpAll(of: CrashCase, mode: Mode, from: Standing, how: TakingUp = {}): Promise<Ended> {
  const { first = 'resume', laterMs = 0, deaths = { count: 0, lines: 0 } } = how;
  const hows: How[] = [];
  let standing = laterMs > 0 ? await after(of, mode, from, laterMs) : from;
  for (let life = 1; ; life++) {
    const dies: Place | undefined = life <= deaths.count ? { after: 'line', number: deaths.lines } : undefined;
    const before = standing.events.length;
    const lived = await oneLife(of, mode, standing, life === 1 ? first : 'resume', dies);
    hows.push(lived.how);
    standing = lived;
    if (lived.exit === 'died') continue;
    const state = foldEvents(lived.events);
    const left = resumption(state);
    // A repair that had nothing to pay says that `runs resume` goes on.
    const idle = lived.events.length === before && lived.how !== 'repair';
    const finished = idle || left.is === 'over' || (left.is === 'no' && owed(state).length === 0);
    if (finished || life >= deaths.count + livesAtMost)
      return { exit: lived.exit, how: hows, events: lived.events, picture: await pictureOf(lived.process, state) };
  }
}

/** Time in which nobody is at work but the cluster. */
async function after(of: CrashCase, mode: Mode, from: Standing, ms: number): Promise<Standing> {
  const { process } = await processOf(of, mode, from);
  for (let passed = 0; passed < ms; passed += 10_000) process.simulation.do({ do: 'tick', ms: 10_000 });
  return { ...process.end(), events: from.events };
}

async function oneLife(of: CrashCase, mode: Mode, from: Standing, wanted: 'resume' | 'repair', dies?: Place) {
  const { process } = await processOf(of, mode, from);
  const { driving, events, leave } = await drivingFor(process, from.events);
  const journal = [...events];
  const life = mortal(driving, journal, dies);
  const { how, exit } = await takingUp(of, mode, process, life.driving, journal, wanted);
  const ended = await lived(life, exit);
  if (ended !== 'died') await leave();
  return { process, how, exit: ended, ...process.end(), events: journal };
}

async function takingUp(
  of: CrashCase,
  mode: Mode,
  { session }: Process,
  driving: Driving,
  events: readonly RunEvent[],
  wanted: 'resume' | 'repair',
): Promise<{ readonly how: How; readonly exit: Promise<number | undefined> }> {
  if (!hasBegun(of, events)) {
    const engine = new Run(driving, events);
    return { how: 'begun-anew', exit: of.begin(engine, session, mode).then(() => engine.drive()) };
  }
  const state = foldEvents(events);
  const pays = resumption(state).is === 'no' && owed(state).length > 0;
  const runbook = () => documentOf(of.document).runbook;
  return await takenUp({ runbook, mode }, undefined, { driving }, events, pays ? 'repair' : wanted);
}

/** A person at the terminal, or a session that ends: each once, and twice. */
export const signals = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGTERM twice', 'SIGHUP twice', 'SIGINT twice'] as const;
export type Signalled = (typeof signals)[number];

/** Answers with yes, except at a gate that is open when a signal comes: there nobody answers any more. */
class Interrupted extends Answering {
  /** Sends the signal when its line is there; true from then on. */
  onEvent: (event: RunEvent) => boolean = () => false;
  #sent = false;

  override event(event?: RunEvent): void {
    if (event) this.#sent = this.onEvent(event) || this.#sent;
  }

  override async ask(...[gate, signal]: Parameters<Driving['frontend']['ask']>): ReturnType<Answering['ask']> {
    if (!this.#sent) return await super.ask(gate, signal);
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    return { answer: 'no', why: 'the run did not wait for an answer' };
  }
}

/** A run that gets a signal when its line of this number is there, up to its own end. */
export async function signalledAt(
  of: CrashCase,
  mode: Mode,
  { beginning }: Undisturbed,
  line: number,
  signal: Signalled,
): Promise<Standing & { readonly exit: number }> {
  const frontend = new Interrupted();
  const { process, journal } = await processOf(of, mode, { ...beginning, done: nothingDone }, frontend);
  const { driving } = await drivingFor(process, beginning.events);
  const engine = new Run(driving, beginning.events);
  const source = new EventEmitter();
  let seconds = 0;
  // Far enough apart to be two.
  onSignals(signalsFor(engine), source, () => 2000 * seconds++);
  const [name = '', twice] = signal.split(' ');
  frontend.onEvent = (event) => {
    if (event.seq !== beginning.events.length + line) return false;
    source.emit(name);
    if (twice) source.emit(name);
    return true;
  };
  await of.begin(engine, process.session, mode);
  const exit = await engine.drive();
  return { exit, ...process.end(), events: journal.events };
}
