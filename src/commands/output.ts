import type { Failure } from '../base/failure.ts';
import { safeText } from '../base/safe-text.ts';

/** Data on stdout, talk on stderr (design §7). A stream that has gone away is nobody's failure but its reader's. */
export function data(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

let divert: ((text: string) => void) | undefined;

/** Talk to a person; where the screens are open, on them. */
export function talk(text: string): void {
  if (divert !== undefined) divert(text.trimEnd());
  else process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** While the screens have the terminal, nothing else writes to it. Gives the function that ends it. */
export function divertTalk(to: (text: string) => void): () => void {
  divert = to;
  return () => {
    divert = undefined;
  };
}

const ignored = (): void => undefined;

/** A reader that went away (`| head`), or a terminal that hung up (EIO), ends nobody's run: what is written is lost, and the journal has it. */
export function outliveTerminal(): void {
  for (const stream of [process.stdin, process.stdout, process.stderr])
    stream.off('error', ignored).on('error', ignored);
}

/** The three sentences of a failure. */
export function tellFailure(failure: Failure): void {
  talk(`galera-runbook: expected ${safeText(failure.expected)}`);
  talk(`found: ${safeText(failure.found)}`);
  talk(`next:  ${safeText(failure.next)}`);
}
