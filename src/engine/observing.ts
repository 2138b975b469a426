import { failureOf } from '../base/failure.ts';
import type { Look } from '../target/look.ts';
import type { Observed } from './action.ts';

/** An observation whose answer is unknown (a dropped connection) is made again after this, until its deadline or this often. */
const againAfterMs = 2_000;
const askAgain = 3;

/** What was thrown is an answer too: unknown. */
export async function observed(ask: () => Promise<Observed>): Promise<Observed> {
  try {
    return await ask();
  } catch (thrown) {
    return { is: 'unknown', failure: failureOf(thrown, 'look at the target by hand') };
  }
}

/**
 * What is waited for. `answer`: while it is unknown it is asked again, a few times. `effect`: of what was just done, a no is asked again too:
 * a probe that was missed or an EndpointSlice that is late is no failure. `state`: until it is so, or the step's time is over.
 */
export type WaitsFor = 'answer' | 'effect' | 'state';

export async function observedAgain(
  ask: () => Promise<Observed>,
  look: Look,
  waits: WaitsFor = 'answer',
): Promise<Observed> {
  let no: Observed | undefined;
  for (let asked = 1; ; asked++) {
    const now = await observed(ask);
    if (now.is === 'not-so') no = now;
    // What was known a moment ago says more than a look that failed.
    const answer = now.is === 'unknown' && waits === 'effect' ? (no ?? now) : now;
    const isAnswered = waits === 'answer' && answer.is === 'not-so';
    const enough = waits !== 'state' && (isAnswered || asked >= askAgain);
    if (answer.is === 'so' || enough || look.signal.aborted) return answer;
    await look.clock.sleep(againAfterMs, look.signal).catch(() => undefined);
  }
}
