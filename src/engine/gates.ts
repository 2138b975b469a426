import { type Asked, type Asking, askGate } from './ask-gate.ts';
import type { Gate, Mode } from './event.ts';
import type { JournalWriter } from './journal-writer.ts';

/** Puts the gates of a run, one at a time, and journals them with their answers. */
export class Gates {
  readonly #asking: Asking;
  readonly #journal: JournalWriter;
  #open: AbortController | undefined;
  #declined = false;

  constructor(asking: Asking, journal: JournalWriter) {
    this.#asking = asking;
    this.#journal = journal;
  }

  /** Somebody said no to all that may be asked yet. */
  get declined(): boolean {
    return this.#declined;
  }

  async ask(gate: Gate): Promise<'yes' | 'no'> {
    await this.#journal.append({ type: 'gate-opened', gate });
    const asked = await this.put(gate, this.#journal.state.mode);
    await this.#answered(asked);
    return asked.answer.answer;
  }

  /** Asks without a line in the journal, which may be another's yet; {@link keep} writes both. */
  async put(gate: Gate, mode: Mode): Promise<Asked> {
    const open = new AbortController();
    this.#open = open;
    // Asked to stop while it was about to open: nobody has to answer it any more.
    if (this.#journal.state.stop !== undefined || this.#declined) open.abort();
    return await askGate(this.#asking, gate, mode, open.signal);
  }

  async keep(asked: Asked): Promise<void> {
    await this.#journal.append({ type: 'gate-opened', gate: asked.gate });
    await this.#answered(asked);
  }

  /** Nobody has to answer the open gate any more. */
  dismiss(): void {
    this.#open?.abort();
  }

  decline(): void {
    this.#declined = true;
    this.dismiss();
  }

  async #answered({ gate, answer, by }: Asked): Promise<void> {
    await this.#journal.append({
      type: 'gate-answered',
      step: gate.step,
      sha256: gate.sha256,
      answer: answer.answer,
      by: answer.why ? `${by} (${answer.why})` : by,
      ...(answer.typed === undefined ? {} : { typed: answer.typed }),
    });
  }
}
