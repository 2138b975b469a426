import { fail } from '../base/failure.ts';
import type { TakenOver } from '../engine/drive.ts';
import type { RunLease as LeaseOfRun } from '../engine/ports.ts';
import type { LeaseHolder, RunLease } from '../target/lease.ts';
import type { Session } from './session.ts';

/** The Galera cluster's lease for one run, renewed on a timer of its own while the run has it. */
export interface HeldLease {
  readonly lease: LeaseOfRun;
  /** Throws when this process may not act under it any more. */
  holds(): Promise<void>;
}

export interface TakingUp {
  /** The run's journal is of this machine, and no process here works on it. */
  readonly ownRecord: boolean;
  /** Somebody can be asked: without, a lease that is not dead is left alone at once. */
  readonly mayAsk: boolean;
  /** Asks a person, once the holder was silent for long enough. Undefined: no. */
  readonly confirm: (by: LeaseHolder) => Promise<TakenOver | undefined>;
  /** Called before the silence is waited for. */
  readonly waits: (by: LeaseHolder) => void;
}

export function leaseOf(
  session: Session,
): HeldLease & { takeUp(run: string, of: TakingUp): Promise<TakenOver | undefined> } {
  const port: RunLease = session.lease();
  let stopKeeping: (() => void) | undefined;
  let lost: string | undefined;
  const got = () => {
    stopKeeping = port.keep((why) => {
      lost = why.found;
    });
  };
  return {
    lease: {
      async take(run) {
        const answer = await port.acquire(session.holder, run);
        if (!answer.got) return `run ${answer.by.run} of ${answer.by.holder}`;
        got();
        return undefined;
      },
      async release() {
        stopKeeping?.();
        await port.release();
      },
    },
    /** Takes the lease for a run that is taken up, from its own dead or silent holder too. Throws `held` with who has it. */
    async takeUp(run, of) {
      const free = await port.acquire(session.holder, run);
      if (free.got) {
        got();
        return undefined;
      }
      const { by } = free;
      if (by.run !== run)
        heldBy(by, `end that run first: galera-runbook runs resume ${by.run}, or runs repair ${by.run}`);
      const dead = of.ownRecord && isDeadHere(by.holder, session.holder);
      let over: TakenOver | undefined = dead ? { from: by.holder } : undefined;
      let refused = false;
      const person =
        'only a person at a terminal takes a run over, by typing its id; or end that process where it runs';
      if (!dead && !of.mayAsk) heldBy(by, person);
      if (!dead) of.waits(by);
      const taken = await port.takeOver(
        session.holder,
        run,
        dead
          ? { silenceMs: 0 }
          : {
              confirm: async (now) => {
                over = await of.confirm(now);
                refused = over === undefined;
                return !refused;
              },
            },
      );
      if (!taken.got) heldBy(taken.by, refused ? person : 'it lives: wait for its end, or stop it where it runs');
      got();
      return over;
    },
    async holds() {
      if (lost !== undefined)
        fail(
          'held',
          'the lease of this Galera cluster',
          lost,
          'another run has taken over: galera-runbook status shows it',
        );
      if (await port.verify()) return;
      fail(
        'held',
        'the lease of this Galera cluster, renewed within 40 s',
        'it is not ours, or could not be renewed',
        'galera-runbook status shows who holds it; then galera-runbook runs resume, or runs repair',
      );
    },
  };
}

function heldBy(by: LeaseHolder, next: string): never {
  fail(
    'held',
    'no other process at work on this Galera cluster',
    `run ${by.run} of ${by.holder} holds the lease`,
    next,
  );
}

/** A process of this machine and user that is gone: a kill -9 leaves a lease behind that nobody renews. */
function isDeadHere(holder: string, mine: string): boolean {
  const [who = '', pid = ''] = [holder.slice(0, holder.lastIndexOf('/')), holder.slice(holder.lastIndexOf('/') + 1)];
  if (who !== mine.slice(0, mine.lastIndexOf('/')) || !/^\d+$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
