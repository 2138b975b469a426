import type { Failure } from '../base/failure.ts';
import { safeText } from '../base/safe-text.ts';

/** Data on stdout, talk on stderr (design §7). A stream that has gone away is nobody's failure but its reader's. */
export function data(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

export function talk(text: string): void {
  process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
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
