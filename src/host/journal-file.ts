import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { constants, type FileHandle, open, readFile, truncate, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FailureError, failure } from '../base/failure.ts';
import { resumeCommand } from '../record/commands.ts';
import type { JournalPlace } from '../record/line.ts';
import { codeOf, fileProblem, isFull } from './file-problem.ts';
import { ownerOnly, syncFolder, writeAll } from './files.ts';
import type { RunFolder } from './state-folder.ts';

/** Kept for paying: with it, payers can journal on a disk that is full (design §5). */
export const reserveBytes = 1024 * 1024;

/** The disk is full. The journal is as it was before; with {@link JournalFile.useReserve} payers can go on. */
export class JournalFull extends FailureError {
  override readonly name = 'JournalFull';
}

/**
 * One run's journal on disk. A line counts when `append` has resolved: it is synced then. A line that could not be written whole is taken
 * back, so a torn last line, from a power cut or a killed process, is the only damage there can be.
 */
export class JournalFile {
  readonly path: string;
  readonly #folder: string;
  readonly #file: FileHandle;
  /** Bytes of whole, synced lines. */
  #length: number;
  #pendingRepair = false;
  #broken: unknown;
  #queue: Promise<unknown> = Promise.resolve();
  #hasReserve = false;

  private constructor(run: RunFolder, file: FileHandle, length: number) {
    this.path = run.journal;
    this.#folder = run.path;
    this.#file = file;
    this.#length = length;
  }

  /** Refused when there is no room even for the reserve: better before the first effect than after it. */
  static async create(run: RunFolder): Promise<JournalFile> {
    try {
      const flags = constants.O_APPEND | constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY;
      const journal = new JournalFile(run, await open(run.journal, flags, ownerOnly), 0);
      try {
        await journal.#makeReserve();
      } catch (thrown) {
        await journal.#file.close();
        await unlink(run.journal);
        throw thrown;
      }
      return journal;
    } catch (thrown) {
      throw fileProblem(thrown, `a journal at ${run.journal} and 1 MiB beside it, kept for paying`);
    }
  }

  /** For going on with a run, whose lock is held. A torn last line is cut off; `text` is what is left. Without room there is no reserve, but the run goes on. */
  static async open(
    run: RunFolder,
  ): Promise<{ readonly journal: JournalFile; readonly text: string; readonly torn: boolean }> {
    const { text, bytes, torn } = await readLines(run.journal);
    try {
      if (torn) await truncate(run.journal, bytes);
      const file = await open(run.journal, constants.O_APPEND | constants.O_WRONLY);
      const journal = new JournalFile(run, file, bytes);
      if (torn) await file.sync();
      await journal.#makeReserve().catch((thrown) => {
        if (!isFull(thrown)) throw thrown;
      });
      return { journal, text, torn };
    } catch (thrown) {
      throw fileProblem(thrown, `to append to ${run.journal}`);
    }
  }

  get hasReserve(): boolean {
    return this.#hasReserve;
  }

  /** One line with its line feed. Resolves when it is on the disk. Lines are written in the order of the calls. */
  append(line: string): Promise<void> {
    const written = this.#queue.then(() => this.#append(line));
    this.#queue = written.catch(() => undefined);
    return written;
  }

  /** Frees the reserve, so that those who pay can still journal. */
  async useReserve(): Promise<void> {
    this.#hasReserve = false;
    try {
      await unlink(this.#reserve);
      await syncFolder(this.#folder);
    } catch (thrown) {
      if (codeOf(thrown) !== 'ENOENT') throw fileProblem(thrown, `to free the reserve ${this.#reserve}`);
    }
  }

  /** A run that does not go on needs no reserve; `open` makes it again. */
  async close(): Promise<void> {
    await this.#queue;
    await this.#file.close();
    await this.useReserve();
  }

  get #reserve(): string {
    return join(this.#folder, 'reserve');
  }

  async #append(line: string): Promise<void> {
    if (this.#broken !== undefined) throw fileProblem(this.#broken, `to append to ${this.path}`);
    const bytes = Buffer.from(line, 'utf8');
    try {
      if (this.#pendingRepair) await this.#takeBack();
      await writeAll(this.#file, bytes);
      await this.#file.datasync();
      this.#length += bytes.length;
    } catch (thrown) {
      await this.#takeBack().catch(() => undefined);
      if (isFull(thrown)) throw full(this.path, thrown);
      // After a sync that failed nobody knows what the disk holds; a second one would say that all is well.
      this.#broken = thrown;
      throw fileProblem(thrown, `to append to ${this.path}`);
    }
  }

  async #takeBack(): Promise<void> {
    this.#pendingRepair = true;
    await this.#file.truncate(this.#length);
    await this.#file.datasync();
    this.#pendingRepair = false;
  }

  async #makeReserve(): Promise<void> {
    try {
      const file = await open(this.#reserve, 'w', ownerOnly);
      try {
        // Random: a file system that compresses would keep no room for zeros.
        await writeAll(file, randomBytes(reserveBytes));
        await file.sync();
      } finally {
        await file.close();
      }
      await syncFolder(this.#folder);
      this.#hasReserve = true;
    } catch (thrown) {
      await unlink(this.#reserve).catch(() => undefined);
      throw thrown;
    }
  }
}

/** The folder of a run is named like it. Without that folder the run is known from its mirror alone, in the practice cluster too. */
export function journalPlace(path: string): JournalPlace {
  const folder = dirname(path);
  return {
    at: `at ${path}`,
    whenDamaged: `move ${folder} to another place and keep it; ${resumeCommand(basename(folder))}, with the same options, then goes on from the run's mirror in the cluster`,
  };
}

/** Reads a journal without touching it: another process may be writing. What stands after the last line feed is left out. */
export async function readLines(
  path: string,
): Promise<{ readonly text: string; readonly bytes: number; readonly torn: boolean }> {
  const all = await readFile(path).catch((thrown) => Promise.reject(fileProblem(thrown, `a journal at ${path}`)));
  const end = all.lastIndexOf(0x0a) + 1;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(all.subarray(0, end));
    return { text, bytes: end, torn: end !== all.length };
  } catch (thrown) {
    const { at, whenDamaged } = journalPlace(path);
    const found = `other bytes in line ${damagedLine(all.subarray(0, end))}`;
    throw new FailureError(failure('failed', `a journal in UTF-8 ${at}`, found, whenDamaged), { cause: thrown });
  }
}

function damagedLine(bytes: Uint8Array): number {
  const lines = Buffer.from(bytes).toString('latin1').split('\n');
  return 1 + lines.findIndex((line) => !isUtf8(Buffer.from(line, 'latin1')));
}

function full(path: string, cause: unknown): JournalFull {
  const next = 'free room on that disk; what is owed is paid meanwhile';
  return new JournalFull(
    failure('failed', `room for the journal ${path}`, `the disk is full (${codeOf(cause)})`, next),
    { cause },
  );
}
