import type { Failure } from '../base/failure.ts';
import type { Gate, Plan, RunEvent, Way } from '../engine/event.ts';
import type { Frontend } from '../engine/frontend.ts';
import type { RunState } from '../engine/state.ts';
import type { MemberStatus } from '../galera/wsrep-status.ts';
import type { RunSummary } from '../record/run-summary.ts';
import type { DocumentBlock } from '../runbook/document.ts';
import type { Danger, Runbook } from '../runbook/runbook.ts';
import type { Identity } from '../target/identity.ts';
import type { RestorePace } from '../views/restore-pace.ts';
import type { BackupRow, DebtRow, StatusView, Unread } from '../views/status-view.ts';
import type { Dangers } from './document-lines.ts';
import type { Timers } from './timers.ts';

/** The target that is looked at: its four names, and what panels call it. */
export interface Target extends Identity {
  readonly name: string;
  readonly service: string;
  readonly claim: string;
  readonly reserveBytes?: number;
}

/** A member as Kubernetes knows it. What is absent is unknown. */
export interface MemberLook {
  readonly member: string;
  readonly ordinal: number;
  readonly pod?: {
    readonly uid: string;
    readonly ready: boolean;
    readonly readySince?: number;
    readonly deleting: boolean;
    readonly restarts: number;
    /** Why its container waits, e.g. CrashLoopBackOff. */
    readonly waiting?: string;
    readonly ip?: string;
    readonly node?: string;
  };
  readonly inService: boolean;
  readonly claim: string;
  readonly capacityBytes?: number;
}

export interface ClusterLook {
  /** Members that the StatefulSet wants to run now. */
  readonly replicas: number;
  readonly members: readonly MemberLook[];
}

/** What a runner last measured on a volume. */
export interface Measured {
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly at: number;
}

/** What changes with runs, read every few seconds. */
export interface Listing {
  readonly backups: StatusView['backups'];
  readonly debts: readonly DebtRow[];
  readonly lease?: StatusView['lease'];
  /** Newest first, of this Galera cluster. */
  readonly runs: readonly RunSummary[];
  /** What the lists say nothing of, since it could not be read. */
  readonly unread: readonly Unread[];
  readonly measures: { readonly [claim: string]: Measured };
  /** The last restore that was done here. */
  readonly restored?: RestorePace;
}

/** A text in Markdown, with what it is made of. */
export interface Document {
  readonly text: string;
  readonly blocks: readonly DocumentBlock[];
  readonly dangers: Dangers;
}

export interface RunbookRow {
  readonly runbook: Runbook;
  readonly danger: string;
  /** Of each step, the rollback's too. */
  readonly steps: { readonly [step: string]: StepFacts };
}

export interface StepFacts {
  readonly danger: Danger;
  /** ctrl-c stops it in the middle; otherwise it is finished first. */
  readonly stoppable: boolean;
}

/** What the operator wants planned: a runbook by name, with its parameters as on the command line. */
export interface Wish {
  readonly runbook: string;
  readonly parameters: { readonly [name: string]: string };
}

/** A plan that may be carried out once. Making it has read only. */
export interface Proposal {
  readonly plan: Plan;
  /** The run as it would be with its first event: what is asked at the plan's gate is made from it. */
  readonly state: RunState;
  readonly gate: Gate;
  readonly refusals: readonly { readonly step: string; readonly failure: Failure }[];
  carryOut(frontend: Frontend): CarriedOut;
}

/** Work that has begun, or asks whether it may. */
export interface CarriedOut {
  /** The exit code; `moved`: what the plan saw has changed, so it must be made again. */
  readonly ended: Promise<number | 'moved'>;
  stop(by: string): void;
  abandon(by: string): void;
}

/** A line that a Job of a step has written, fit to be read. */
export interface JobLine {
  readonly step: string;
  readonly member?: string;
  readonly text: string;
}

export interface TargetChoice {
  readonly name: string;
  readonly context: string;
  readonly namespace: string;
  readonly cluster: string;
}

/** A story that is told beside the screens, part by part. */
export interface Story {
  /** All of it so far; the end says what to do now. */
  told(): readonly string[];
  /** Tells the next part; why not, when what was asked is not done yet. */
  goOn(): string | undefined;
}

/**
 * All that the screens ask of the rest of the program. Everything but `carryOut` only reads, has a deadline of its own and throws a
 * FailureError.
 */
export interface Operations {
  readonly target: Target;
  /** Of a practice: what is rehearsed. */
  readonly story?: Story;
  /** The time that its runs and samples count in, where it is not this machine's: a practice cluster has its own. */
  readonly time?: Timers;
  /** Kubernetes' view. */
  look(): Promise<ClusterLook>;
  /** One member's own word, by SQL. */
  sample(member: string): Promise<MemberStatus>;
  list(): Promise<Listing>;
  runbooks(): Promise<readonly RunbookRow[]>;
  propose(wish: Wish): Promise<Proposal>;
  /** Takes up a run that has ended or was cut off. It asks at the gate of what is left to do before it does anything. */
  takeUp(run: string, way: Way, frontend: Frontend): CarriedOut;
  /** The manifest and the proofs of a backup, as lines. */
  backup(id: BackupRow['id']): Promise<readonly string[]>;
  transcript(run: string): Promise<Document>;
  /** A runbook as it is read, with what each step may do. */
  document(runbook: string): Promise<Document>;
  logs(member: string): Promise<string>;
  /** What the run's Jobs have written since this was asked before. What nobody asks for in time is only in the kept output. */
  output(run: string): readonly JobLine[];
  /** What has happened in a run of this Galera cluster: its journal, or its mirror where another bastion has it. */
  run(run: string): Promise<readonly RunEvent[]>;
  /** All that a step's Jobs have written, as far as it was kept or can be read now. */
  stepOutput(run: string, step: string): Promise<readonly string[]>;
  targets(): Promise<readonly TargetChoice[]>;
  /** Connects to a target, reads which one it is, and lets it go. */
  identify(target: string): Promise<Identity>;
  /** Writes a view to a file of its own and gives the path. */
  write(name: string, text: string): Promise<string>;
}
