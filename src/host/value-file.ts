import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fail } from '../base/failure.ts';
import { withFileLock } from './file-lock.ts';
import { codeOf, fileProblem } from './file-problem.ts';
import { folderMode, ownerOnly } from './files.ts';

/**
 * One JSON value in a file, replaced whole. At once and without waiting, so that nothing happens between a change and its being kept. Not
 * synced: it has to outlive its process, which may be killed at any moment, not the machine. What another process has put there
 * since is seen before it is written over; for certain only by who reads and writes in {@link exclusively}.
 */
export class ValueFile {
  readonly path: string;
  /** Which file it was that was last read or written here. */
  #known: string | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** While nobody else on this machine does the same. */
  exclusively<T>(work: () => T): T {
    return withFileLock(this.path, work);
  }

  /** Undefined: there is no such file. `next`: what to do with one that holds no JSON. */
  read(next: string): unknown {
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
    } catch (thrown) {
      return fail(
        'failed',
        `JSON in ${this.path}`,
        thrown instanceof Error ? thrown.message : String(thrown),
        next,
        thrown,
      );
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
