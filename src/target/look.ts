import type { TargetConfig } from './config.ts';
import type { Identity } from './identity.ts';
import type { JobReads, JobWrites } from './jobs.ts';
import type { KubeReads, KubeWrites } from './kubernetes.ts';
import type { SqlReads, SqlWrites } from './sql.ts';

/** Time as a port: the core reads no clock. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Resolves after `ms`, rejects with the signal's reason when that aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Where in a run this is: names Jobs and work folders. */
export interface At {
  readonly run: string;
  readonly step: string;
  readonly attempt: number;
  /** Ids of the debts that this run may not end with, as this step began. */
  readonly owes?: readonly string[];
  /** This run has replaced data, and nobody has compared what runs with what was proven (design §6.12). */
  readonly unproven?: boolean;
}

export const stoppedByOperator = 'stopped by the operator';

/** Reading the target. Planning, checks and dry runs get only this: they cannot write, by type (design §3). */
export interface Look {
  readonly config: TargetConfig;
  readonly identity: Identity;
  readonly at: At;
  readonly kube: KubeReads;
  readonly sql: SqlReads;
  readonly jobs: JobReads;
  readonly clock: Clock;
  /**
   * Ends the waiting: when the operator stops a step that may be stopped ({@link stoppedByOperator} is the reason then), or when the step's
   * time is over. Writes race their own deadline, never this.
   */
  readonly signal: AbortSignal;
}

/** Progress of a step for one member, or for all. Lossy, never journaled. */
export interface Pulse {
  readonly step: string;
  readonly member?: string;
  readonly phase: string;
  readonly bytes?: number;
  readonly total?: number;
  /** What it waits for, when it waits. */
  readonly says?: string;
}

/** Writing the target: every write is fenced, journaled before and after, by whoever gives these. */
export interface Hands extends Look {
  readonly kube: KubeReads & KubeWrites;
  readonly sql: SqlReads & SqlWrites;
  readonly jobs: JobReads & JobWrites;
  pulse(pulse: Pulse): void;
  /** Keeps a step's output (a Job's log) beside the journal; returns the file's name. */
  keepOutput(name: string, text: string): Promise<void>;
}
