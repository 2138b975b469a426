import { FailureError, fail, invariant } from '../base/failure.ts';
import type { RunEvent } from '../engine/event.ts';
import type { Journal } from '../engine/ports.ts';
import { JournalFile, journalPlace, readLines } from '../host/journal-file.ts';
import { lockRun, type RunLock } from '../host/run-lock.ts';
import { type RunFolder, StateFolder, stateFolderPath } from '../host/state-folder.ts';
import { type KeptTexts, putBack, takeOut } from '../record/kept.ts';
import { isJournal, readJournal, unreadableAt, writeLine } from '../record/line.ts';
import type { Redactor } from '../record/redact.ts';
import { transcript } from '../record/transcript.ts';
import type { Globals } from './globals.ts';

export function stateFolder(globals: Globals): StateFolder {
  return StateFolder.at(stateFolderPath(process.env, globals.stateDir));
}

/** A run's record on this machine while it is going: journal, outputs, transcript. Everything passes the redactor first. */
export class RunRecord implements Journal {
  readonly folder: RunFolder;
  readonly #file: JournalFile;
  readonly #lock: RunLock;
  readonly #redactor: Redactor;

  private constructor(folder: RunFolder, file: JournalFile, lock: RunLock, redactor: Redactor) {
    this.folder = folder;
    this.#file = file;
    this.#lock = lock;
    this.#redactor = redactor;
  }

  static async create(globals: Globals, run: string, document: Uint8Array, redactor: Redactor): Promise<RunRecord> {
    const state = stateFolder(globals);
    const folder = await state.createRun(run);
    try {
      await folder.keepRunbook(document);
      const lock = await lockRun(folder);
      return new RunRecord(folder, await JournalFile.create(folder), lock, redactor);
    } catch (thrown) {
      await state.dropRun(folder);
      throw thrown;
    }
  }

  /** To go on with a run of this machine; nobody else here may be at it. */
  static async open(
    folder: RunFolder,
    redactor: Redactor,
  ): Promise<{ readonly record: RunRecord; readonly events: readonly RunEvent[]; readonly torn: boolean }> {
    const lock = await lockRun(folder);
    try {
      const { journal, text, torn } = await JournalFile.open(folder);
      return { record: new RunRecord(folder, journal, lock, redactor), events: await eventsOf(folder, text), torn };
    } catch (thrown) {
      await lock.release();
      throw thrown;
    }
  }

  async append(event: RunEvent): Promise<void> {
    const { event: line, texts } = takeOut(this.#redactor.json(event));
    for (const [sha256, text] of texts) await this.folder.keepOutput(`${sha256}.json`, text);
    await this.#file.append(writeLine(line));
  }

  async useReserve(): Promise<boolean> {
    const there = this.#file.hasReserve;
    await this.#file.useReserve();
    return there;
  }

  async keepOutput(name: string, text: string): Promise<void> {
    await this.folder.keepOutput(name, this.#redactor.text(text));
  }

  /** Writes the transcript; a disk that is full by now has the journal all the same. */
  async finish(events: readonly RunEvent[]): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await this.folder.writeTranscript(transcript(this.#redactor.json(events))).catch(() => undefined);
    await this.#lock.release().catch(() => undefined);
  }
}

/** A run's events as its journal has them; a damaged journal is refused with its line. */
export async function readEvents(folder: RunFolder): Promise<readonly RunEvent[]> {
  return await eventsOf(folder, (await readLines(folder.journal)).text);
}

async function eventsOf(folder: RunFolder, text: string): Promise<readonly RunEvent[]> {
  const read = readJournal(text);
  if (!isJournal(read)) throw new FailureError(unreadableAt(read, journalPlace(folder.journal)));
  const names = (await folder.outputs()).filter((name) => /^[0-9a-f]{64}\.json$/.test(name));
  const texts: KeptTexts = new Map(
    await Promise.all(names.map(async (name) => [name.slice(0, 64), await folder.readOutput(name)] as const)),
  );
  return read.events.map((event) => {
    const whole = putBack(event, texts);
    if ('missing' in whole)
      fail(
        'failed',
        `${whole.missing}.json in ${folder.path}/output, which the journal of the run names`,
        'it is not there',
        `restore the file; or ${journalPlace(folder.journal).whenDamaged}`,
      );
    invariant('type' in whole, 'an event has a type');
    return whole;
  });
}
