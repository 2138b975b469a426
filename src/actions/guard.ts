import { type Failure, FailureError } from '../base/failure.ts';
import type { Hands } from '../target/look.ts';

/** Asked again and again while work goes on: why it must stop now, or undefined. */
export type Guard = () => Promise<Failure | undefined>;

export interface Watch {
  /** What the guard has found. */
  broken(): FailureError | undefined;
  end(): Promise<void>;
}

const everyMs = 1000;

/** Asks the guard until it finds something or the watch is ended. A question without an answer is asked again. */
export function watchOver(hands: Hands, guard: Guard | undefined): Watch {
  const over = new AbortController();
  let broken: FailureError | undefined;
  async function keepLooking(ask: Guard): Promise<void> {
    while (!broken && !over.signal.aborted) {
      broken = await found(ask);
      if (!broken) await hands.clock.sleep(everyMs, over.signal).catch(() => undefined);
    }
  }
  const looking = guard ? keepLooking(guard) : Promise.resolve();
  // What it throws is a defect, and told where the watch ends.
  looking.catch(() => undefined);
  return {
    broken: () => broken,
    async end() {
      over.abort();
      await looking;
    },
  };
}

async function found(ask: Guard): Promise<FailureError | undefined> {
  try {
    const failure = await ask();
    return failure && new FailureError(failure);
  } catch (thrown) {
    if (!(thrown instanceof FailureError)) throw thrown;
    return thrown.failure.kind === 'unknown' ? undefined : thrown;
  }
}
