import type { Readable } from 'node:stream';
import type { Gate } from '../engine/event.ts';
import type { Answer } from '../engine/frontend.ts';
import type { Clock } from '../target/look.ts';

/** Standard input, or what stands for it in a test. */
export type AskInput = Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };

export interface AskPorts {
  readonly input: AskInput;
  /** Where people read: never standard output, which may go to a file. */
  readonly talk: (text: string) => void;
  readonly clock: Clock;
}

/** What is typed before this has passed was meant for something else (design §6.18). */
const armedAfterMs = 400;
/** More input within this time of a line is a paste, or a key held down. */
const settleMs = 50;
const tries = 3;
const longest = 1000;
const ctrlC = '\u0003';

/**
 * Asks one gate on one line. The default is no: an empty line, the end of the input, ctrl-c, and the third line that is no answer are no.
 * Only what was typed after the question stood there counts, one line by itself, and a word only letter by letter.
 */
export async function ask(gate: Gate, ports: AskPorts, signal: AbortSignal): Promise<Answer> {
  const typing = new Typing(ports.input);
  try {
    for (let left = tries; left > 0; left--) {
      const early = await drained(typing, ports, signal);
      if (early !== undefined) return told(ports, early);
      ports.talk(questionOf(gate));
      const line = await typing.line(ports.clock, signal);
      if (signal.aborted) return told(ports, 'the run did not wait for an answer');
      if ('ended' in line) return told(ports, 'input ended');
      if ('several' in line) ports.talk('several lines at once are no answer\n');
      else {
        const answer = answerOf(gate, line.text);
        if (answer !== undefined) return answer;
        ports.talk(gate.need === 'typed' ? 'that is not it, letter by letter\n' : 'neither yes nor no\n');
      }
    }
    return told(ports, 'no answer that could be understood');
  } finally {
    typing.close();
  }
}

function told(ports: AskPorts, why: string): Answer {
  ports.talk(`\n${why}: no\n`);
  return { answer: 'no', why };
}

function questionOf(gate: Gate): string {
  if (gate.need === 'yes-no')
    return gate.step === 'plan' ? 'start this run? [y/N] ' : `go on with ${gate.step}? [y/N] `;
  return gate.word?.includes('/') === true ? 'type namespace/name of the cluster: ' : 'type the id of the run: ';
}

/** Undefined: neither yes nor no. */
function answerOf(gate: Gate, text: string): Answer | undefined {
  if (text === '' || /^no?$/i.test(text)) return { answer: 'no' };
  if (gate.need === 'typed')
    return gate.word !== undefined && text === gate.word ? { answer: 'yes', typed: text } : undefined;
  return /^y(es)?$/i.test(text) ? { answer: 'yes' } : undefined;
}

/**
 * Throws away what was typed too early. A terminal keeps an unfinished line to itself, and a `y` in it would answer with the next enter:
 * so it is made to give that up too. Says why, when it is no already.
 */
async function drained(typing: Typing, { input, clock }: AskPorts, signal: AbortSignal): Promise<string | undefined> {
  const raw = input.isTTY === true && input.setRawMode !== undefined;
  if (raw) input.setRawMode?.(true);
  try {
    await clock.sleep(armedAfterMs, signal);
  } catch {
    return 'the run did not wait for an answer';
  } finally {
    if (raw) input.setRawMode?.(false);
  }
  // As keys, not as a signal, while the terminal gave everything as it came.
  return typing.discard().includes(ctrlC) ? 'ctrl-c' : undefined;
}

/** What comes in while a gate is open. Outside of that nothing is read, so the next gate sees what was typed meanwhile, and discards it. */
class Typing {
  readonly #input: AskInput;
  #text = '';
  #ended: boolean;
  #wake: () => void = () => undefined;

  constructor(input: AskInput) {
    this.#input = input;
    this.#ended = input.readableEnded || input.destroyed;
    input.on('data', this.#data).on('end', this.#end).on('close', this.#end).on('error', this.#end);
    if (!this.#ended) input.resume();
  }

  close(): void {
    this.#input.pause();
    this.#input.off('data', this.#data).off('end', this.#end).off('close', this.#end).off('error', this.#end);
  }

  discard(): string {
    const early = this.#text;
    this.#text = '';
    return early;
  }

  /** The next line, if it comes alone. */
  async line(
    clock: Clock,
    signal: AbortSignal,
  ): Promise<{ readonly text: string } | { readonly several: true } | { readonly ended: true }> {
    const aborted = () => this.#wake();
    signal.addEventListener('abort', aborted, { once: true });
    try {
      while (!this.#text.includes('\n') && this.#text.length < longest) {
        if (signal.aborted || this.#ended) return { ended: true };
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      await clock.sleep(settleMs);
      const all = this.discard();
      return all.indexOf('\n') === all.length - 1 ? { text: all.replace(/\r?\n$/, '') } : { several: true };
    } finally {
      signal.removeEventListener('abort', aborted);
    }
  }

  readonly #data = (chunk: Buffer | string): void => {
    // Enough to know that it is no answer; a file on standard input must not fill the memory.
    if (this.#text.length < 2 * longest) this.#text += chunk.toString().slice(0, 2 * longest);
    this.#wake();
  };

  readonly #end = (): void => {
    this.#ended = true;
    this.#wake();
  };
}
