import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fail } from '../base/failure.ts';
import { codeOf, fileProblem } from './file-problem.ts';
import { ownerOnly } from './files.ts';

const folderMode = 0o700;

/**
 * One JSON value in a file, replaced whole. At once and without waiting, so that nothing happens between a change and its being kept. Not
 * synced: it has to outlive its process, which may be killed at any moment, not the machine.
 */
export class ValueFile {
  readonly path: string;
  #known: string | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** Undefined: there is no such file. */
  read(): unknown {
    let text: string;
    try {
      this.#known = this.#stamp();
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

  write(value: unknown): void {
    const partial = `${this.path}.${process.pid}.partial`;
    try {
      mkdirSync(dirname(this.path), { recursive: true, mode: folderMode });
      writeFileSync(partial, JSON.stringify(value), { mode: ownerOnly });
      renameSync(partial, this.path);
      this.#known = this.#stamp();
    } catch (thrown) {
      throw fileProblem(thrown, `to write ${this.path}`);
    }
  }

  /** Another process has replaced it since it was read or written here. */
  get isChanged(): boolean {
    const stamp = this.#stamp();
    return stamp !== undefined && stamp !== this.#known;
  }

  /** Each replacement is another file. */
  #stamp(): string | undefined {
    const stat = statSync(this.path, { bigint: true, throwIfNoEntry: false });
    return stat && `${stat.ino} ${stat.mtimeNs}`;
  }
}
