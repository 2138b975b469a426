import type { Way } from '../../src/engine/event.ts';
import type { FaultCommand, When } from '../../src/simulator/world.ts';

/** What the robot finds when it comes: a cluster that is new, that has backups, that was restored by a run which is open still, or that stopped. */
export interface Base {
  readonly history: 'new' | 'backed-up' | 'restored';
  readonly podManagement: 'Parallel' | 'OrderedReady';
  readonly layout: 'root' | 'folder';
  readonly writes: number;
}

/** How a gate is answered: a typed one may get another word than it wants. */
export type GateAnswer = 'yes' | 'no' | 'wrong';

/** How one command is given, and what befalls it. Lines and writes are counted from 1, from the command's beginning. */
export interface Manner {
  /** With `--yes`; else at a terminal. */
  readonly yes: boolean;
  /** For its gates in their order; `yes` to those beyond. */
  readonly answers?: readonly GateAnswer[];
  /** Strikes as soon as this line of the journal is written. */
  readonly during?: readonly { readonly line: number; readonly fault: FaultCommand }[];
  /** The process dies: after or before a line, or when a write to the cluster has happened. */
  readonly crash?: { readonly at: 'before-line' | 'after-line' | 'after-write'; readonly number: number };
  /** Ctrl-C once, or twice. */
  readonly stop?: { readonly line: number; readonly hard: boolean };
  /** From another machine, which knows the runs from their mirrors alone. */
  readonly elsewhere?: boolean;
  /** Minutes of the cluster's time after which the operator gives up and kills the program. */
  readonly patience?: number;
}

export type Runbook = 'galera-backup' | 'galera-restore' | 'galera-start' | 'galera-verify' | 'galera-prune';

export type Act =
  | ({
      readonly act: 'run';
      readonly runbook: Runbook;
      /** Which backup of those on the volume, from the oldest. */
      readonly backup?: number;
      readonly parameters?: { readonly [name: string]: string };
    } & Manner)
  /** `run`: 0 is the newest. */
  | ({ readonly act: 'take-up'; readonly way: Way; readonly run: number } & Manner)
  | { readonly act: 'status' }
  | { readonly act: 'fault'; readonly fault: FaultCommand }
  /** Strikes when its moment has come; `at` counts from now. */
  | { readonly act: 'loom'; readonly when: When; readonly fault: FaultCommand }
  /** Everything that was broken and can be mended is. */
  | { readonly act: 'mend' }
  | { readonly act: 'time'; readonly ms: number };

export interface Walk {
  readonly seed: number;
  readonly base: Base;
  readonly acts: readonly Act[];
}
