import { fail } from '../base/failure.ts';
import { nearest } from '../base/nearest.ts';
import { dateTimeText } from '../base/time.ts';
import { exits } from '../engine/exit-code.ts';
import { still } from '../practice/endings.ts';
import type { Act, Rows, Scenario } from '../practice/scenario.ts';
import { scenarios } from '../practice/scenarios.ts';
import { newWorld, practiceConfig } from '../simulator/build.ts';
import { clientTable } from '../simulator/dataset.ts';
import type { Simulation } from '../simulator/simulation.ts';
import { sumsOf } from '../simulator/sql.ts';
import { namesIn, nodeAt } from '../simulator/tree.ts';
import { namespace } from '../simulator/world.ts';
import { columns } from './columns.ts';
import type { Globals } from './globals.ts';
import { data } from './output.ts';
import { beginPractice, openPractice } from './practice-world.ts';
import { hasTerminal } from './run-runbook.ts';

export interface PracticeOptions {
  readonly scenario?: string;
  readonly seed?: string;
}

/** Carries out a command line of this program, and gives its exit code. */
type Perform = (args: readonly string[]) => Promise<number>;

export async function listScenarios(): Promise<number> {
  data(
    columns(
      ['scenario', 'what it is'],
      scenarios.map(({ name, summary }) => [name, summary]),
    ).join('\n'),
  );
  return exits.done;
}

/** Begins a new practice and plays a scenario on it: by the same command lines as on a real cluster. */
export async function practice(globals: Globals, options: PracticeOptions, perform: Perform): Promise<number> {
  const scenario = scenarioNamed(options.scenario);
  const seed = seedOf(options.seed);
  const begun = beginPractice(globals, newWorld({ ...scenario.world, seed }));
  data(`Practice "${scenario.name}", seed ${seed}: a simulated cluster, nothing real is read or changed.`);
  for (const paragraph of scenario.document) data(`\n${wrapped(paragraph)}`);
  const play = new Play(globals, perform);
  for (const act of scenario.acts((below) => Math.floor(begun.draw() * below))) {
    const stopped = await play.act(act);
    if (stopped !== undefined) return stopped;
  }
  return play.end(scenario);
}

function scenarioNamed(name: string | undefined): Scenario {
  const [tour] = scenarios;
  const found = name === undefined ? tour : scenarios.find((each) => each.name === name);
  if (found) return found;
  const names = scenarios.map((each) => each.name);
  const like = nearest(name ?? '', names);
  return fail(
    'usage',
    `one of the scenarios ${names.join(', ')}`,
    name ?? '',
    like === undefined ? 'galera-runbook practice list tells what they are' : `did you mean ${like}?`,
  );
}

const largestSeed = 2 ** 31 - 1;

function seedOf(text: string | undefined): number {
  if (text === undefined) return 1;
  const seed = Number(text);
  if (/^\d+$/.test(text) && seed <= largestSeed) return seed;
  return fail('usage', `a seed: a whole number from 0 to ${largestSeed}`, text, 'correct --seed, or leave it out');
}

class Play {
  readonly #globals: Globals;
  readonly #perform: Perform;
  #before: Rows = {};
  #wrong: string[] = [];

  constructor(globals: Globals, perform: Perform) {
    this.#globals = globals;
    this.#perform = perform;
  }

  /** The exit code with which the practice ends here; undefined: it goes on. */
  async act(act: Act): Promise<number | undefined> {
    switch (act.act) {
      case 'say':
        data(`\n${wrapped(act.says)}\n`);
        return undefined;
      case 'command':
        return await this.#command(act.words, act.exit);
      case 'happens': {
        const world = this.#open();
        data(`\n*** ${dateTimeText(world.world.now)}: ${act.says}\n`);
        const named = JSON.parse(withBackups(world, JSON.stringify(act.faults))) as typeof act.faults;
        for (const fault of named) world.do(fault);
        // A moment for the members to notice.
        world.do({ do: 'tick', ms: 1000 });
        return undefined;
      }
      case 'looms': {
        const world = this.#open();
        data(`\n*** ${act.says}\n`);
        for (const fault of act.faults) world.do({ do: 'plan', fault });
        return undefined;
      }
      case 'time':
        this.#open().do({ do: 'tick', ms: act.ms });
        data(`\n*** ${act.says}\n`);
        return undefined;
      case 'remember':
        this.#before = rowsOf(this.#open());
        return undefined;
      case 'compare':
        data(`\n${comparison(this.#before, rowsOf(this.#open())).join('\n')}`);
        return undefined;
    }
  }

  #open(): Simulation {
    return openPractice(this.#globals);
  }

  async #command(words: readonly string[], exit: readonly number[]): Promise<number | undefined> {
    const named = words.map((word) => withBackups(this.#open(), word));
    const answered = ['backup', 'restore', 'start', 'verify', 'prune', 'repair'].some((word) => named.includes(word));
    const alone = answered && !hasTerminal() && !named.includes('--yes');
    const shown = [...named, ...(alone ? ['--yes', '--cluster', `${namespace}/practice`] : [])];
    data(`\n$ galera-runbook ${shown.join(' ')} --practice\n`);
    const ended = await this.#perform([...shown, '--practice', ...this.#folder()]);
    if (exit.includes(ended)) return undefined;
    if (ended === exits.answeredNo || ended === exits.interrupted) {
      data(
        '\nThe practice ends here, with the cluster as this command has left it: galera-runbook status --practice\n',
      );
      return ended;
    }
    this.#wrong.push(`galera-runbook ${named.join(' ')} ended with exit ${ended}, not ${exit.join(' or ')}`);
    return undefined;
  }

  /** Whoever gave a state folder to `practice` means it for its commands too. */
  #folder(): readonly string[] {
    const { stateDir } = this.#globals;
    return stateDir === undefined ? [] : ['--state-dir', stateDir.replace(/\/practice$/, '')];
  }

  end(scenario: Scenario): number {
    const simulation = this.#open();
    const ended = { world: simulation.world, before: this.#before, after: rowsOf(simulation) };
    const wrong = [...this.#wrong, ...scenario.ending.flatMap((ending) => ending(ended) ?? [])];
    data(`\nThe record of the last run: galera-runbook transcript show last --practice`);
    if (wrong.length === 0) {
      data(
        `The practice "${scenario.name}" ended as it should. The cluster stays as it is: galera-runbook status --practice\n`,
      );
      return exits.done;
    }
    data(`The practice "${scenario.name}" did not end as it should: ${wrong.join('; ')}\n`);
    return exits.failed;
  }
}

function rowsOf(simulation: Simulation): Rows {
  const { account } = practiceConfig();
  const read = (member: string) => {
    try {
      return sumsOf(simulation.world, member, account);
    } catch {
      // It serves nobody now.
      return undefined;
    }
  };
  return Object.fromEntries(
    [0, 1, 2].map((ordinal) => `mariadb-server-${ordinal}`).map((member) => [member, read(member)]),
  );
}

/** A line for each table: its rows before, and on each member now. */
function comparison(before: Rows, after: Rows): string[] {
  const was = Object.values(before)[0] ?? [];
  const names = [...new Set([was, ...Object.values(after)].flatMap((rows) => (rows ?? []).map(nameOf)))].toSorted();
  const cell = (rows: Rows[string], name: string) => rows?.find((each) => nameOf(each) === name);
  const lines = names.map((name) => {
    const then = cell(was, name);
    const now = Object.values(after).map((rows) => cell(rows, name));
    const same = now.every((each) => each?.rows === then?.rows && each?.checksum === then?.checksum);
    const checksums = name === clientTable ? 'clients write to it' : same ? 'equal' : 'differ';
    return [name, ...[then, ...now].map((each) => String(each?.rows ?? '-')), checksums];
  });
  const all = Object.values(after).every((rows) => still(rows) === still(was));
  return [
    ...columns(
      ['rows of', 'before', ...Object.keys(after).map((name) => name.replace(/^.*-/, 'member ')), 'checksums'],
      lines,
    ),
    all ? `Every table but ${clientTable} is as it was, on every member.` : '',
  ];
}

const nameOf = (of: { readonly schema: string; readonly table: string }) => `${of.schema}.${of.table}`;

/** `{backup 2}` is the second oldest on the volume. */
function withBackups(simulation: Simulation, text: string): string {
  const { world } = simulation;
  const root = world.volumes['volume-galera-backups']?.root;
  const ids = root === undefined ? [] : namesIn(nodeAt(root, world.cluster)).filter((name) => /^\w+Z$/.test(name));
  return text.replaceAll(/\{backup (\d+)\}/g, (_, number) => ids[Number(number) - 1] ?? '');
}

/** For a terminal of 80 columns. */
function wrapped(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + word.length + 1 > 78) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}
