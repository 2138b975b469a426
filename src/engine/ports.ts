import type { Look } from '../target/look.ts';
import type { RunEvent } from './event.ts';

/** Where the events of a run are kept on this machine. `append` has reached the disk when it resolves. */
export interface Journal {
  append(event: RunEvent): Promise<void>;
  /** Frees the room that was set aside for paying; false when it is used up already. Called once the disk is full. */
  useReserve(): Promise<boolean>;
  keepOutput(name: string, text: string): Promise<void>;
}

/** The journal's copy in the cluster, for another bastion. Throws a FailureError. */
export interface Mirror {
  push(events: readonly RunEvent[]): Promise<void>;
}

/** Asked before each effect: throws a FailureError when this run may not act any more (lease, identity). */
export interface Fence {
  check(): Promise<void>;
}

/** One run per Galera cluster. */
export interface RunLease {
  /** Undefined: got. Otherwise who has it, in words. */
  take(run: string): Promise<string | undefined>;
  release(): Promise<void>;
}

/** The ports of a target for one step; `signal` ends its waiting. */
export type LookFor = (step: string, attempt: number, signal: AbortSignal) => Look;
