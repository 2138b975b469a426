import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { fail } from '../base/failure.ts';
import { codeOf, fileProblem } from './file-problem.ts';
import { folderMode, syncFolder, writeWhole } from './files.ts';

type Environment = { readonly [name: string]: string | undefined };

/** Ids of runs are ours: nothing else can become a path. */
const runId = /^[a-z0-9]{4,32}$/;
const outputName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,200}$/;

/** `--state-dir`, else the XDG state folder. A relative XDG path is void, says its specification. */
export function stateFolderPath(environment: Environment, flag?: string): string {
  if (flag !== undefined) return resolve(flag);
  const xdg = environment.XDG_STATE_HOME;
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.local', 'state');
  return join(base, 'galera-runbook');
}

/** As a shell takes it too, with `~` for the home folder: row 23 has no room for more. */
export function shortPath(path: string): string {
  const home = homedir();
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

/** The files of one run. Everything in it is for its owner only: a transcript names what an attacker would like to know. */
export class RunFolder {
  readonly id: string;
  readonly path: string;

  constructor(runs: string, id: string) {
    this.id = id;
    this.path = join(runs, id);
  }

  get journal(): string {
    return join(this.path, 'journal.jsonl');
  }

  get transcript(): string {
    return join(this.path, 'transcript.md');
  }

  get runbook(): string {
    return join(this.path, 'runbook.md');
  }

  writeTranscript(text: string): Promise<void> {
    return writeWhole(this.transcript, text);
  }

  /** Changes with each line: nobody but the run writes its journal, and it is only ever added to. */
  async journalVersion(): Promise<string> {
    const { size, mtimeMs } = await stat(this.journal).catch((thrown) =>
      Promise.reject(fileProblem(thrown, `the journal ${this.journal}`)),
    );
    return `${size} ${mtimeMs}`;
  }

  /** The document's bytes as they were read: the hash in the journal is of exactly these. */
  keepRunbook(bytes: Uint8Array): Promise<void> {
    return writeWhole(this.runbook, bytes);
  }

  /** Gives the SHA-256 of what was kept. A second output of that name replaces the first, as a second attempt does. */
  async keepOutput(name: string, text: string): Promise<string> {
    if (!outputName.test(name))
      return fail('failed', 'a plain name for an output', JSON.stringify(name), 'report this defect');
    const folder = join(this.path, 'output');
    try {
      await mkdir(folder, { recursive: true, mode: folderMode });
    } catch (thrown) {
      throw fileProblem(thrown, `the folder ${folder}`);
    }
    await writeWhole(join(folder, name), text);
    return createHash('sha256').update(text).digest('hex');
  }

  async outputs(): Promise<readonly string[]> {
    const names = await readdir(join(this.path, 'output')).catch(() => []);
    return names.filter((name) => outputName.test(name) && !name.endsWith('.partial')).sort();
  }

  async readOutput(name: string): Promise<string> {
    const path = join(this.path, 'output', name);
    if (!outputName.test(name)) return fail('usage', 'the name of an output', name, 'see `runs show`');
    return readFile(path, 'utf8').catch((thrown) => Promise.reject(fileProblem(thrown, `to read ${path}`)));
  }
}

/** `runs/<id>/…` under the state folder. */
export class StateFolder {
  readonly path: string;
  readonly runs: string;

  private constructor(path: string) {
    this.path = path;
    this.runs = join(path, 'runs');
  }

  /** Looks only: the folder need not be there until a run begins. */
  static at(path: string): StateFolder {
    return new StateFolder(path);
  }

  async createRun(id: string): Promise<RunFolder> {
    if (!runId.test(id))
      return fail('failed', 'a run id of small letters and digits', JSON.stringify(id), 'report this defect');
    const folder = new RunFolder(this.runs, id);
    try {
      await mkdir(this.runs, { recursive: true, mode: folderMode });
      await mkdir(folder.path, { mode: folderMode });
      await syncFolder(this.runs);
    } catch (thrown) {
      if (codeOf(thrown) === 'EEXIST')
        return fail('failed', `no run ${id} yet`, `one at ${folder.path}`, 'start again');
      throw fileProblem(thrown, `a folder for the run at ${folder.path}`);
    }
    return folder;
  }

  /** A run that could not begin leaves no folder behind. */
  async dropRun(folder: RunFolder): Promise<void> {
    await rm(folder.path, { recursive: true, force: true });
  }

  /** Ids of all runs with a journal, the newest first. None when there is no state folder. */
  async list(): Promise<readonly string[]> {
    let names: string[];
    try {
      names = await readdir(this.runs);
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT') return [];
      throw fileProblem(thrown, `the runs in ${this.runs}`);
    }
    const ids = names.filter((name) => runId.test(name));
    const dated = await Promise.all(ids.map(async (id) => ({ id, at: await this.#startedAt(id) })));
    return dated
      .filter((run): run is { id: string; at: number } => run.at !== undefined)
      .toSorted((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1))
      .map(({ id }) => id);
  }

  /** Of an id that `list` gave. */
  folderOf(id: string): RunFolder {
    return new RunFolder(this.runs, id);
  }

  /** A run by its id, the beginning of one that is clear, or `last`. */
  async find(word: string): Promise<RunFolder> {
    const ids = await this.list();
    const [newest] = ids;
    if (newest === undefined)
      return fail('usage', `a run ${word}`, `no runs in ${this.runs}`, 'see `runs list`, or give --state-dir');
    if (word === 'last') return new RunFolder(this.runs, newest);
    const fits = ids.includes(word) ? [word] : ids.filter((id) => word !== '' && id.startsWith(word));
    const [id, ...others] = fits;
    if (id === undefined)
      return fail('usage', `a run ${word}`, `no such run in ${this.runs}`, 'see `galera-runbook runs list`');
    if (others.length > 0) return fail('usage', `one run ${word}`, fits.join(', '), 'give more letters of the id');
    return new RunFolder(this.runs, id);
  }

  /** From the journal's first line; a damaged journal still stands in the list, by the time of its file. */
  async #startedAt(id: string): Promise<number | undefined> {
    const { journal } = new RunFolder(this.runs, id);
    try {
      const file = await open(journal, 'r');
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(100), 0, 100, 0);
        const at = /^\{"v":\d+,"seq":1,"at":(\d+)/.exec(buffer.toString('latin1', 0, bytesRead))?.[1];
        return at === undefined ? (await file.stat()).mtimeMs : Number(at);
      } finally {
        await file.close();
      }
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT' || codeOf(thrown) === 'ENOTDIR') return undefined;
      return stat(journal).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      );
    }
  }
}
