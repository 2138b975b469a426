import { FailureError, fail } from '../base/failure.ts';
import type { Hands, Pulse } from '../target/look.ts';
import { pauseAfter } from './pace.ts';

/** One look at what is waited for: it is so, or what it waits for now. */
export type Waiting<T> =
  | { readonly done: T }
  | { readonly waits: string; readonly pulses?: readonly Omit<Pulse, 'step'>[] };

export interface Poll<T> {
  /** What is waited for: the first sentence of the failure when it does not come. */
  readonly expected: string;
  readonly next: string;
  readonly deadlineMs: number;
  /** Asked again and again. What it throws ends the wait, but for a question without an answer: that is asked again. */
  look(): Promise<Waiting<T>>;
  /** What to add to the failure: last lines of a log. */
  evidence?(): Promise<string>;
}

/** Waits for a condition with a deadline, and shows what it waits for. An API server that does not answer is waited out. */
export async function poll<T>(hands: Hands, of: Poll<T>): Promise<T> {
  const began = hands.clock.now();
  const until = began + of.deadlineMs;
  for (;;) {
    const seen = await of.look().catch((thrown): Waiting<T> => {
      if (!(thrown instanceof FailureError) || thrown.failure.kind !== 'unknown') throw thrown;
      return { waits: `no answer: ${thrown.failure.found}` };
    });
    if ('done' in seen) return seen.done;
    hands.pulse({ step: hands.at.step, phase: 'waiting', says: seen.waits });
    for (const pulse of seen.pulses ?? []) hands.pulse({ step: hands.at.step, ...pulse });
    if (hands.signal.aborted) fail('unknown', of.expected, `not waited for any longer: ${seen.waits}`, of.next);
    if (hands.clock.now() >= until) {
      const evidence = (await of.evidence?.().catch(() => '')) ?? '';
      fail('failed', of.expected, evidence === '' ? seen.waits : `${seen.waits}; ${evidence}`, of.next);
    }
    await hands.clock.sleep(pauseAfter(hands.clock.now() - began), hands.signal).catch(() => undefined);
  }
}
