import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fail } from '../base/failure.ts';
import { codeOf, fileProblem } from './file-problem.ts';
import { ownerOnly } from './files.ts';

const folderMode = 0o700;

/**
 * One JSON value in a file, replaced whole. At once and without waiting, so that nothing happens between a change and its being kept. Not
 * synced: it has to outlive its process, which may be killed at any moment, not the machine. What another process has put there
 * since is seen before it is written over, but for the moment between looking and renaming: nothing here is locked.
 */
export class ValueFile {
  readonly path: string;
  /** Which file it was that was last read or written here. */
  #known: string | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** Undefined: there is no such file. */
  read(): unknown {
    let text: string;
    try {
      this.#known = this.#now();
      text = readFileSync(this.path, 'utf8');
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT') return undefined;
      throw fileProblem(thrown, `to read ${this.path}`);
    }
    try {
      return JSON.parse(text);
    } catch {
      return fail('failed', `JSON in ${this.path}`, 'something else', 'remove it; what was kept in it is lost');
    }
  }

  /** `anew`: whatever is there. */
  write(value: unknown, options: { readonly anew?: boolean } = {}): void {
    const now = this.#now();
    if (!options.anew && now !== this.#known) {
      fail(
        'held',
        `${this.path} as this process has left it`,
        'another process has written it since',
        'let one end before the other begins',
      );
    }
    const partial = `${this.path}.${process.pid}.partial`;
    try {
      mkdirSync(dirname(this.path), { recursive: true, mode: folderMode });
      writeFileSync(partial, JSON.stringify(value), { mode: ownerOnly });
      renameSync(partial, this.path);
      this.#known = this.#now();
    } catch (thrown) {
      throw fileProblem(thrown, `to write ${this.path}`);
    }
  }

  /** Another process has replaced it since it was read or written here. */
  get isChanged(): boolean {
    const now = this.#now();
    return now !== undefined && now !== this.#known;
  }

  /** Undefined: there is none. */
  #now(): string | undefined {
    const found = statSync(this.path, { bigint: true, throwIfNoEntry: false });
    return found && `${found.ino} ${found.mtimeNs} ${found.size}`;
  }
}
