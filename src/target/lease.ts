import type { Failure } from '../base/failure.ts';

/** Of the `Lease` in the cluster's namespace. */
export function leaseName(statefulset: string): string {
  return `galera-runbook-${statefulset}`;
}

/** Who holds a Galera cluster's lease, as the lease says it. */
export interface LeaseHolder {
  /** `user@host/pid`. */
  readonly holder: string;
  readonly run: string;
  /** By the holder's clock: to be shown, never to be compared with ours. */
  readonly renewedAt?: number;
}

export type LeaseAnswer = { readonly got: true } | { readonly got: false; readonly by: LeaseHolder };

/** One run per Galera cluster (design §5). A held lease is never taken because its time looks old: clocks differ. */
export interface RunLease {
  /** Takes a lease that is free: not there, or released. */
  acquire(holder: string, run: string): Promise<LeaseAnswer>;
  /** Says that we live. Throws `held` when the lease is another's, `unknown` without an answer. */
  renew(): Promise<void>;
  /** Renews on a timer of its own until the returned function is called; `onLost` once, when the lease is another's. */
  keep(onLost: (why: Failure) => void): () => void;
  /** Reads again: still ours, and renewed within 40 s. Throws `unknown` without an answer. */
  verify(): Promise<boolean>;
  /** Lets go of a lease that is ours; another's is left alone. */
  release(): Promise<void>;
  /** Absent: free. */
  read(): Promise<LeaseHolder | undefined>;
  /**
   * Takes a held lease after `silenceMs` (60 s) in which it did not change while we looked on; resolves at once with `got: false` when it does change.
   * `onWait` gets the milliseconds still to wait. `confirm` is asked once the silence is over; what changes while it is asked counts as a sign
   * of life, and without a yes the lease stays where it is.
   */
  takeOver(
    holder: string,
    run: string,
    options?: {
      readonly silenceMs?: number;
      readonly signal?: AbortSignal;
      readonly onWait?: (leftMs: number) => void;
      readonly confirm?: (by: LeaseHolder) => Promise<boolean>;
    },
  ): Promise<LeaseAnswer>;
}
