import { it } from 'vitest';
import { invariant } from '../../src/base/failure.ts';
import { foldEvents } from '../../src/engine/apply-event.ts';
import type { Mode } from '../../src/engine/event.ts';
import { exits } from '../../src/engine/exit-code.ts';
import { leftAtWork, owed } from '../../src/engine/state.ts';
import {
  type Ended,
  type Signalled,
  type Standing,
  signalledAt,
  signals,
  type TakingUp,
  takenUpAll,
  type Undisturbed,
  undisturbed,
} from './crash.ts';
import { type CrashCase, crashCases } from './crash-cases.ts';
import { differences, unsound } from './crash-sound.ts';
import { type Row, report } from './crash-table.ts';

/** Set: each signal comes at each line; else they take turns. */
const everySignal = process.env.GALERA_CRASH_ALL !== undefined;
/** By then every Job has ended, and the lease was silent for long. */
const laterMs = 120_000;
const timeout = 180_000;

/**
 * Everything that can happen to a run of one runbook, compared with the run to which nothing happens. `mode`: of those who resume at once or
 * repair; who comes later, and who is told to stop, is a person.
 */
export function crashSuite(name: CrashCase['name'], mode: Mode): void {
  const of = crashCases.find((each) => each.name === name);
  invariant(of, `no case ${name}`);
  const ends = new Map<Mode, Promise<Undisturbed>>();
  const endOf = async (by: Mode) => {
    const end = ends.get(by) ?? undisturbed(of, by);
    ends.set(by, end);
    const { exit } = await end;
    invariant(exit === exits.done, `undisturbed it ends with ${exit}`);
    return await end;
  };

  const killed = async (kind: string, by: Mode, how: TakingUp, compare: Compare) => {
    const end = await endOf(by);
    const rows: Row[] = [];
    for (const moment of end.moments)
      rows.push(rowOf(moment, await takenUpAll(of, by, moment, how), (ended) => compare(end, ended)));
    report({ runbook: name, mode: by, kind }, rows);
  };

  it(`${name}, killed after every line and every write and resumed at once, ends as it would have`, {
    timeout,
  }, async () => {
    await killed('killed, resumed', mode, {}, differences);
  });

  it(`${name}, killed anywhere and resumed when its Jobs have ended, ends as it would have`, { timeout }, async () => {
    await killed('killed, resumed 2 minutes later', 'interactive', { laterMs }, differences);
  });

  it(`${name}, killed anywhere and repaired, owes nothing and is done or taken back`, { timeout }, async () => {
    await killed('killed, repaired', mode, { first: 'repair' }, unsound);
  });

  it(`${name}, killed again and again, ends as it would have`, { timeout }, async () => {
    const end = await endOf(mode);
    const [first] = end.moments;
    invariant(first, 'a run has lines');
    const rows: Row[] = [];
    for (const lines of [14, 17, 21, 26, 32]) {
      const ended = await takenUpAll(of, mode, first, { deaths: { count: 40, lines } });
      rows.push(rowOf({ after: 'each life of', number: lines, what: '' }, ended, (each) => differences(end, each)));
    }
    report({ runbook: name, mode, kind: 'killed again and again' }, rows);
  });

  const told = async (kind: string, signalAt: (line: number) => readonly Signalled[]) => {
    const end = await endOf('interactive');
    const rows: Row[] = [];
    for (const { number, what, after } of end.moments.filter((moment) => moment.after === 'line'))
      for (const signal of signalAt(number)) {
        const stopped = await signalledAt(of, 'interactive', end, number, signal);
        const ended = await takenUpAll(of, 'interactive', stopped);
        const place = { after, number, what: `${what}: ${signal}` };
        const compare = (each: Ended) => [...stoppedBadly(stopped, signal), ...unsound(end, each)];
        rows.push({ ...rowOf(place, ended, compare), exit: stopped.exit });
      }
    report({ runbook: name, mode: 'interactive', kind }, rows);
  };
  const once = signals.filter((signal) => signal !== 'SIGINT twice');

  it(`${name}, told to stop at every line, pays and ends in good order`, { timeout }, async () => {
    const all = everySignal ? ', each of five' : '';
    await told(`a signal${all}`, (line) => (everySignal ? once : once.slice(line % once.length).slice(0, 1)));
  });

  it(`${name}, let go at every line by a second SIGINT, is taken up and done or taken back`, { timeout }, async () => {
    await told('SIGINT twice', () => ['SIGINT twice']);
  });
}

type Compare = (end: Undisturbed, ended: Ended) => readonly string[];

function rowOf(
  { after, number, what }: { readonly after: string; readonly number: number; readonly what: string },
  ended: Ended,
  compare: (ended: Ended) => readonly string[],
): Row {
  const { exit: lastExit, how, picture } = ended;
  return { where: `${after} ${number}`, what, how, lastExit, lost: picture.owed, differs: compare(ended) };
}

/** Interrupted and cleaned up; or owing or with a step left at work, with 131; or over already. Before the point of no return one signal leaves nothing open. */
function stoppedBadly({ exit, events }: Standing & { readonly exit: number }, signal: Signalled): readonly string[] {
  const state = foldEvents(events);
  const open = owed(state).length;
  const left = leftAtWork(state).length;
  const known: readonly number[] = [exits.done, exits.interrupted, exits.owes];
  // A terminal that goes away at a gate is a no: what was asked there is not done by way of paying.
  const refused = state.order.some(({ step }) => step.pays.length > 0 && state.answers[step.id] === 'no');
  const paysByItself = signal !== 'SIGINT twice' && !state.crossed && state.section === 'steps' && !refused;
  return [
    ...(known.includes(exit) ? [] : [`exit ${exit}`]),
    ...((exit === exits.owes) === open + left > 0
      ? []
      : [`exit ${exit} with ${open} debts and ${left} steps left at work`]),
    ...(open > 0 && paysByItself ? [`${open} debts after one signal`] : []),
  ];
}
