import type { Failure } from '../base/failure.ts';
import { safeText } from '../base/safe-text.ts';

/** Data on stdout, talk on stderr (design §7). A stream that has gone away is nobody's failure but its reader's. */
export function data(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

export function talk(text: string): void {
  process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** The three sentences of a failure. */
export function tellFailure(failure: Failure): void {
  talk(`galera-runbook: expected ${safeText(failure.expected)}`);
  talk(`found: ${safeText(failure.found)}`);
  talk(`next:  ${safeText(failure.next)}`);
}
