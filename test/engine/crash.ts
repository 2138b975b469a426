import { canonical } from '../../src/base/json.ts';
import { foldEvents } from '../../src/engine/apply-event.ts';
import { type Driving, Run } from '../../src/engine/drive.ts';
import type { Mode, RunEvent, Way } from '../../src/engine/event.ts';
import { planPart, refusals } from '../../src/engine/plan.ts';
import { resumption, stepsOf } from '../../src/engine/resumption.ts';
import { owed, type RunState } from '../../src/engine/state.ts';
import type { Runbook } from '../../src/runbook/runbook.ts';

/**
 * Where a process dies: when its line of this number is on the disk, or when this effect (counted from 1) has happened and its line has not
 * been written. `mirror`: the line of the effect is in the cluster, the effect has not happened.
 */
export interface Place {
  readonly after: 'line' | 'mirror' | 'effect';
  readonly number: number;
}

/** What a dead process would say if it could. */
export class CrashSignal extends Error {
  readonly place: Place;
  constructor(place: Place) {
    super(`killed after ${place.after} ${place.number}`);
    this.name = 'CrashSignal';
    this.place = place;
  }
}

/** A world that outlives the processes that work on it, whatever stands behind the ports. */
export interface Ground<W> {
  /** From scratch, the same each time. */
  fresh(): W | Promise<W>;
  /** The ports of one process: each life gets its own. The journal is kept here, not by the ground. */
  driving(world: W): Driving;
  runbook(world: W): Runbook;
  /** What the run has behind it when its first process begins: for a part that takes up a run. */
  before?(world: W): Promise<readonly RunEvent[]>;
  /** Plans, and appends `run-started` or `run-continued`. */
  begin(run: Run, world: W): Promise<void>;
  /** All that must be the same after a crash and without one: as data, or text. */
  picture(world: W, state: RunState): unknown | Promise<unknown>;
  readonly mode?: Mode;
}

export interface Ended {
  readonly place: Place | undefined;
  /** What stood in the last line before the crash. */
  readonly line: string;
  /** Undefined: the run was over before it came to this place. */
  readonly exit: number | undefined;
  readonly how: 'undisturbed' | 'over' | 'same-part' | 'anew' | 'refused' | Way;
  readonly picture: unknown;
  /** Without what was before. */
  readonly events: readonly RunEvent[];
}

interface Life {
  readonly driving: Driving;
  readonly died: Promise<never>;
  /** The process is gone: what it had in hand comes to nothing. */
  kill(): void;
}

/** A process that dies at a place: from then on nothing that it asked for ever answers, as after a SIGKILL. */
export function mortal(driving: Driving, journal: RunEvent[], place?: Place): Life {
  const { promise: died, reject } = Promise.withResolvers<never>();
  died.catch(() => undefined);
  const silence = new Promise<never>(() => undefined);
  const counts = { line: 0, mirror: 0, effect: 0 };
  let dead = false;
  const passed = (after: Place['after']): boolean => {
    counts[after]++;
    if (dead || place?.after !== after || place.number !== counts[after]) return dead;
    dead = true;
    reject(new CrashSignal(place));
    return true;
  };
  const port = <T extends object>(of: T, done?: Place['after']): T =>
    new Proxy(of, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          if (dead) return silence;
          const answer: unknown = value.apply(target, args);
          if (!(answer instanceof Promise)) return answer;
          const alive = (settled: () => unknown) => (dead || (done && passed(done)) ? silence : settled());
          return answer.then(
            (result) => alive(() => result),
            (thrown) => (dead ? silence : Promise.reject(thrown)),
          );
        };
      },
    });
  const append = async (event: RunEvent): Promise<void> => {
    if (dead) return await silence;
    journal.push(event);
    if (passed('line')) return await silence;
  };
  return {
    died,
    kill() {
      dead = true;
    },
    driving: {
      ...driving,
      journal: {
        append,
        useReserve: async () => false,
        keepOutput: (name, text) => driving.journal.keepOutput(name, text),
      },
      mirror: port(driving.mirror, 'mirror'),
      fence: port(driving.fence),
      lease: port(driving.lease),
      writes: {
        kube: port(driving.writes.kube, 'effect'),
        sql: port(driving.writes.sql, 'effect'),
        jobs: port(driving.writes.jobs, 'effect'),
      },
      look(step, attempt, signal) {
        const look = driving.look(step, attempt, signal);
        return {
          ...look,
          kube: port(look.kube),
          sql: port(look.sql),
          jobs: port(look.jobs),
          clock: { now: () => look.clock.now(), sleep: port(look.clock).sleep },
        };
      },
      frontend: port(driving.frontend),
      unmoved: (plan) => (dead ? silence : driving.unmoved(plan)),
      tidy: (run) => (dead ? silence : driving.tidy(run)),
    },
  };
}

/** Its exit code, or that it died before. */
export async function lived(life: Life, work: Promise<number | undefined>): Promise<number | 'died' | undefined> {
  // What a dead process still had in hand is nobody's failure.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, life.died]);
  } catch (thrown) {
    if (thrown instanceof CrashSignal) return 'died';
    throw thrown;
  } finally {
    life.kill();
  }
}

/**
 * One life up to its place, then others: each takes up what the journal says, as `runs resume` or `runs repair` do. A place for the second
 * life kills it too; the last one lives.
 */
export async function crashed<W>(
  ground: Ground<W>,
  places: readonly Place[],
  takeUp: 'resume' | 'repair' = 'resume',
): Promise<Ended> {
  const world = await ground.fresh();
  const journal: RunEvent[] = [...((await ground.before?.(world)) ?? [])];
  const [place, ...later] = places;
  const first = mortal(ground.driving(world), journal, place);
  const run = new Run(first.driving, [...journal]);
  const begunAt = journal.length;
  let exit = await lived(
    first,
    ground.begin(run, world).then(() => run.drive()),
  );
  let how: Ended['how'] = 'undisturbed';
  const line = described(journal.at(-1));
  for (const next of [...later, undefined]) {
    if (exit !== 'died') break;
    const life = mortal(ground.driving(world), journal, next);
    const taken = await takenUp(ground, world, life, [...journal], takeUp);
    how = taken.how;
    exit = await lived(life, taken.exit);
  }
  const state = foldEvents(journal);
  return {
    place,
    line,
    exit: exit === 'died' ? undefined : exit,
    how,
    picture: await ground.picture(world, state),
    events: journal.slice(begunAt),
  };
}

/**
 * A run that is asked to stop after its line of this number: once, or twice (`hard`). Maybe it is killed too. Then it is taken up until there is
 * nothing left to take up: what cannot be resumed and owes something is repaired.
 */
export async function interrupted<W>(ground: Ground<W>, at: number, hard: boolean, place?: Place): Promise<Ended> {
  const world = await ground.fresh();
  const journal: RunEvent[] = [...((await ground.before?.(world)) ?? [])];
  const begunAt = journal.length;
  const life = mortal(ground.driving(world), journal, place);
  const { frontend } = life.driving;
  const run: Run = new Run(
    {
      ...life.driving,
      frontend: {
        ...frontend,
        event(event, state) {
          frontend.event(event, state);
          if (event.seq === begunAt + at) void (hard ? run.abandon('SIGINT') : run.stop('SIGTERM'));
        },
      },
    },
    [...journal],
  );
  let exit = await lived(
    life,
    ground.begin(run, world).then(() => run.drive()),
  );
  const line = described(journal[begunAt + at - 1]);
  let how: Ended['how'] = 'undisturbed';
  for (let more = 4; more > 0 && exit !== 0 && how !== 'over' && how !== 'refused'; more--) {
    const next = mortal(ground.driving(world), journal);
    const can = resumption(foldEvents(journal));
    const owing = owed(foldEvents(journal)).length > 0;
    const taken = await takenUp(ground, world, next, [...journal], can.is === 'no' && owing ? 'repair' : 'resume');
    how = taken.how;
    exit = await lived(next, taken.exit);
  }
  const picture = await ground.picture(world, foldEvents(journal));
  return { place, line, exit: exit === 'died' ? undefined : exit, how, picture, events: journal.slice(begunAt) };
}

/** As `runs resume` or `runs repair` do, once the lease is theirs. */
export async function takenUp<W>(
  ground: Pick<Ground<W>, 'runbook' | 'mode'>,
  world: W,
  { driving }: Pick<Life, 'driving'>,
  events: readonly RunEvent[],
  wanted: 'resume' | 'repair',
): Promise<{ readonly how: Ended['how']; readonly exit: Promise<number | undefined> }> {
  const run = new Run(driving, events);
  const { state } = run;
  const mode = ground.mode ?? 'yes';
  const { by } = driving;
  const can = resumption(state);
  if (can.is === 'over') return { how: 'over', exit: run.tidyUp().then(() => state.exit) };
  if (wanted === 'resume' && can.is === 'no') return { how: 'refused', exit: run.tidyUp().then(() => state.exit) };
  if (wanted === 'resume' && can.is === 'same-part') {
    const exit = run.takeUp({ type: 'run-resumed', mode, by, program: 'test' }).then(() => run.drive());
    return { how: 'same-part', exit };
  }
  const planning = {
    catalogue: driving.catalogue,
    look: (step: string, attempt: number) => driving.look(step, attempt, new AbortController().signal),
  };
  const exit = (async () => {
    const steps = stepsOf(wanted, state, ground.runbook(world));
    if (steps.length === 0) return await run.tidyUp().then(() => 0);
    const planned = await planPart(planning, steps, state);
    const no = refusals(planned);
    if (no.length > 0) return await run.tidyUp().then(() => state.exit);
    await run.takeUp({ type: 'run-continued', way: wanted, steps: planned, mode, by, program: 'test' });
    return await run.drive();
  })();
  return { how: wanted === 'repair' ? 'repair' : 'anew', exit };
}

function described(event: RunEvent | undefined): string {
  if (!event) return 'nothing';
  const of = 'step' in event ? event.step : event.type === 'debt-owed' ? event.debt.id : '';
  return `${event.type} ${of}`.trim();
}

/** Every place of an undisturbed run: after each of its lines, and around each of its effects. */
export async function everyPlace<W>(ground: Ground<W>): Promise<{ readonly end: Ended; readonly places: Place[] }> {
  const end = await crashed(ground, []);
  const effects = end.events.filter((event) => event.type === 'effect-ended' && event.result === 'done').length;
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  return {
    end,
    places: [
      ...numbers(end.events.length).map((number): Place => ({ after: 'line', number })),
      ...numbers(effects).flatMap((number): Place[] => [
        { after: 'mirror', number },
        { after: 'effect', number },
      ]),
    ],
  };
}

/** One line of the crash table: what was killed where, and how it ended. */
export function row({ place, line, how, exit }: Ended): string {
  const where = place === undefined ? 'not killed' : `${place.after} ${place.number}`;
  return `${where.padEnd(12)} ${line.padEnd(32)} ${how.padEnd(12)} ${exit}`;
}

/** The crash table's rows that end otherwise than the undisturbed run, with what differs. */
export function otherEnds(end: Ended, ends: readonly Ended[]): readonly string[] {
  const wanted = end.picture as { readonly [part: string]: unknown };
  return ends.flatMap((each) => {
    const found = each.picture as { readonly [part: string]: unknown };
    const differ = Object.keys(wanted).filter((part) => canonical(wanted[part]) !== canonical(found[part]));
    const parts = differ.map((part) => `${part} ${canonical(found[part])} for ${canonical(wanted[part])}`);
    return parts.length === 0 ? [] : [`${row(each)}: ${parts.join('; ')}`];
  });
}
