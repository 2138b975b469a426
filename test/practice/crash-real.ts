import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { invariant } from '../../src/base/failure.ts';
import { onPractice } from '../../src/commands/globals.ts';
import { RunRecord, readEvents, stateFolder } from '../../src/commands/run-record.ts';
import { foldEvents } from '../../src/engine/apply-event.ts';
import type { Mode } from '../../src/engine/event.ts';
import { ValueFile } from '../../src/host/value-file.ts';
import { Redactor } from '../../src/record/redact.ts';
import type { World } from '../../src/simulator/world.ts';
import { freshFolder } from '../host/folder.ts';
import { type Ended, nextWay, processOf, type Signalled } from './crash.ts';
import { type Beginning, type CrashCase, run } from './crash-cases.ts';
import { pictureOf } from './crash-picture.ts';
import { nothingDone } from './crash-process.ts';
import { documentOf } from './rig.ts';

const program = join(import.meta.dirname, 'mortal-cli.ts');
const yes = ['--yes', '--cluster', 'openstack/practice'];

/** Of a process's own journal: death after the line of this number, before it, or in the middle of it; or a signal after it. */
export interface Death {
  readonly at: 'after' | 'before' | 'torn' | Signalled;
  readonly line: number;
}

/** A practice in a folder of its own, on which real processes work one after the other. */
export class RealPractice {
  readonly #of: CrashCase;
  readonly #mode: Mode;
  readonly #stateDir = freshFolder();
  #said = '';

  private constructor(of: CrashCase, mode: Mode) {
    this.#of = of;
    this.#mode = mode;
  }

  static async of(of: CrashCase, mode: Mode, { world, events }: Beginning): Promise<RealPractice> {
    const made = new RealPractice(of, mode);
    made.#world.write(world);
    if (events.length > 0) {
      const record = await RunRecord.create(made.#globals, run, documentOf(of.document).bytes, new Redactor([]));
      for (const event of events) await record.append(event);
      await record.finish(events);
    }
    return made;
  }

  get #globals() {
    return onPractice({ output: 'text', stateDir: this.#stateDir });
  }

  get #world(): ValueFile {
    const folder = this.#globals.stateDir ?? '';
    mkdirSync(folder, { recursive: true });
    return new ValueFile(join(folder, 'world.json'));
  }

  /** The one run of this practice. */
  get #run(): string {
    const [found] = readdirSync(join(this.#globals.stateDir ?? '', 'runs'));
    invariant(found, `no run: ${this.#said}`);
    return found;
  }

  async begin(death?: Death): Promise<number | 'killed'> {
    if (this.#of.name === 'rollback') return await this.#process(['runs', 'rollback', this.#run], death);
    return await this.#process(this.#of.name === 'restore' ? ['restore', 'latest'] : [this.#of.name], death);
  }

  async resume(death?: Death): Promise<number | 'killed'> {
    return await this.#process(['runs', 'resume', this.#run], death);
  }

  /** What the program says is next, until nothing is: as an operator would, who has the last line before him. */
  async takeUpAll(): Promise<number | 'killed'> {
    let exit: number | 'killed' = Number.NaN;
    for (let lives = 0; lives < 6; lives++) {
      const events = await readEvents(await stateFolder(this.#globals).find(this.#run));
      const way = nextWay(events);
      if (way === undefined) break;
      exit = await this.#process(['runs', way, this.#run]);
      const now = await readEvents(await stateFolder(this.#globals).find(this.#run));
      if (now.length === events.length) break;
    }
    return exit;
  }

  async #process(words: readonly string[], death?: Death): Promise<number | 'killed'> {
    const args = [...words, ...(this.#mode === 'yes' ? yes : []), '--practice', '--state-dir', this.#stateDir];
    const env = {
      ...process.env,
      ...(death ? { CRASH_AT: `${death.at}:${death.line}` } : {}),
      ...(this.#mode === 'interactive' ? { CRASH_PERSON: 'yes' } : {}),
    };
    const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        this.#said += chunk;
      });
    const [exit, signal] = (await once(child, 'close')) as [number | null, string | null];
    if (signal === 'SIGKILL') return 'killed';
    return exit ?? Number.NaN;
  }

  async ended(exit: number, how: Ended['how']): Promise<Ended> {
    const events = await readEvents(await stateFolder(this.#globals).find(this.#run));
    const world = this.#world.read('') as World;
    const { process: looking } = await processOf(this.#of, this.#mode, { world, done: nothingDone, events });
    return { exit, how, events, picture: await pictureOf(looking, foldEvents(events)) };
  }

  get said(): string {
    return this.#said;
  }

  remove(): void {
    rmSync(this.#stateDir, { recursive: true, force: true });
  }
}
