import { FailureError, failure } from '../base/failure.ts';
import type { Hands, Look } from '../target/look.ts';
import { fencedHands, type Writes } from './fenced-hands.ts';
import type { Frontend } from './frontend.ts';
import type { JournalWriter } from './journal-writer.ts';
import type { Fence, Journal, Mirror } from './ports.ts';
import { owed } from './state.ts';

export interface Acting {
  readonly writes: Writes;
  readonly journal: Pick<Journal, 'keepOutput'>;
  readonly mirror: Mirror;
  readonly fence: Fence;
  readonly frontend: Pick<Frontend, 'pulse'>;
}

/** The hands of one step: they do nothing once nobody waits for it, nor on the way forward when the journal has lost a line. `paying`: on a way out. */
export function handsOfStep(acting: Acting, journal: JournalWriter, look: Look, paying: boolean): Hands {
  const { state } = journal;
  const at = { ...look.at, owes: owed(state).map(({ id }) => id), unproven: state.unproven };
  return fencedHands({ ...look, at }, acting.writes, {
    append: (event) => journal.append(event),
    mirror: () => acting.mirror.push(journal.events),
    check: async () => {
      if (journal.state.stop === 'hard') throw nobodyWaits();
      if (journal.unkept && !paying) throw journal.unkept;
      await acting.fence.check();
    },
    pulse: (pulse) => acting.frontend.pulse(pulse),
    keepOutput: (name, text) => acting.journal.keepOutput(name, text),
  });
}

function nobodyWaits(): FailureError {
  return new FailureError(
    failure('failed', 'somebody waiting for this step', 'the operator stopped waiting', 'galera-runbook runs repair'),
  );
}
