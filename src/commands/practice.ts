import { fail } from '../base/failure.ts';
import { nearest } from '../base/nearest.ts';
import { exits } from '../engine/exit-code.ts';
import type { Act, Scenario } from '../practice/scenario.ts';
import { scenarios } from '../practice/scenarios.ts';
import { newWorld } from '../simulator/build.ts';
import { namespace } from '../simulator/world.ts';
import { columns } from './columns.ts';
import type { Globals } from './globals.ts';
import { data } from './output.ts';
import { Guide, type Told } from './practice-guide.ts';
import { Stage } from './practice-stage.ts';
import { beginPractice, refuseWhileAtWork } from './practice-world.ts';
import { hasTerminal } from './run-runbook.ts';
import { tui } from './tui.ts';

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
  const { scenario, acts, title } = await begin(globals, options);
  data(title);
  for (const paragraph of scenario.document) data(`\n${wrapped(paragraph)}`);
  const play = new Play(globals, perform);
  for (const act of acts) {
    const stopped = await play.act(act);
    if (stopped !== undefined) return stopped;
  }
  return play.end(scenario);
}

/** The same on the screens: the story is told there, and the operator presses the keys. */
export async function practiceOnScreens(globals: Globals, options: PracticeOptions): Promise<number> {
  const { scenario, acts, title } = await begin(globals, options);
  return await tui(globals, new Guide(new Stage(globals), { scenario, acts, title }));
}

/** A new practice cluster, with the scenario that is to be played on it. */
async function begin(globals: Globals, options: PracticeOptions): Promise<Told> {
  const scenario = scenarioNamed(options.scenario);
  const seed = seedOf(options.seed);
  await refuseWhileAtWork(globals);
  const begun = beginPractice(globals, newWorld({ ...scenario.world, seed }));
  return {
    scenario,
    acts: scenario.acts((below) => Math.floor(begun.draw() * below)),
    title: `Practice "${scenario.name}", seed ${seed}: a simulated cluster, nothing real is read or changed.`,
  };
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
  readonly #stage: Stage;
  #wrong: string[] = [];

  constructor(globals: Globals, perform: Perform) {
    this.#globals = globals;
    this.#perform = perform;
    this.#stage = new Stage(globals);
  }

  /** The exit code with which the practice ends here; undefined: it goes on. */
  async act(act: Act): Promise<number | undefined> {
    if (act.act === 'command') return await this.#command(act.words, act.exit);
    const told = this.#stage.act(act);
    if (told.length > 0)
      data(
        `\n${act.act === 'compare' ? told.join('\n') : `${told.map((line) => (act.act === 'say' ? wrapped(line) : line)).join('\n')}\n`}`,
      );
    return undefined;
  }

  async #command(words: readonly string[], exit: readonly number[]): Promise<number | undefined> {
    const named = this.#stage.words(words);
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
    const wrong = [...this.#wrong, ...this.#stage.wrongAtEnd(scenario)];
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
