import type { Failure } from '../base/failure.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { Danger, GateNeed, Step } from '../runbook/runbook.ts';
import type { Identity } from '../target/identity.ts';
import type { Debt, Planned } from './action.ts';

/** How a run is driven: a person at a terminal, or `--yes`. */
export type Mode = 'interactive' | 'yes';

/** A question with what it shows. `sha256` is of what is shown: an answer counts only for exactly that. */
export interface Gate {
  /** Step id, or `plan`. */
  readonly step: string;
  readonly need: GateNeed;
  /** What must be typed, when typed. */
  readonly word?: string;
  readonly danger: Danger;
  readonly shows: readonly string[];
  /** Those of its lines that say what is lost for ever, and those that are changes. */
  readonly loses: readonly string[];
  readonly changes: readonly string[];
  readonly sha256: string;
  /** A decision that `--yes` never takes: override, attestation, rollback, unproven traffic. */
  readonly personal: boolean;
}

/** A step as planned: resolved input (pending values marked), effects, debts. */
export interface PlannedStep extends Planned {
  readonly step: Step;
  readonly input: JsonObject;
  /** Input fields whose value a step before it will give. */
  readonly pendingInputs: readonly string[];
  readonly danger: Danger;
  readonly gate?: GateNeed;
  /** Why the step is left out of this run. */
  readonly skipped?: string;
  /** For leading checks: what was read while planning. */
  readonly seen?: {
    readonly is: 'so' | 'not-so' | 'unknown';
    readonly says: string;
    readonly failure?: Failure;
    readonly warnings?: readonly string[];
  };
}

export interface Plan {
  readonly run: string;
  readonly runbook: { readonly name: string; readonly title: string; readonly sha256: string };
  readonly parameters: { readonly [name: string]: Json };
  /** `$target` and `$run` as the document sees them. */
  readonly facts: { readonly target: JsonObject; readonly run: JsonObject };
  readonly identity: Identity;
  readonly program: string;
  readonly readAt: number;
  readonly steps: readonly PlannedStep[];
  /** SHA-256 of what planning saw and must not move: identity, pods, specs, donor, manifest (design §5). */
  readonly saw: string;
}

/** How a run is taken up again with steps planned anew: pay or go on, go back, remove what was kept, go forward after a failure. */
export type Way = 'repair' | 'rollback' | 'close' | 'resume';

/** `settled`: it had happened before the process died. `attested`: nobody can read whether it has, and a person says so. */
export type StepHow = 'applied' | 'already-so' | 'settled' | 'attested' | 'held';

/** One line of the journal. */
export type RunEvent = { readonly seq: number; readonly at: number } & (
  | { readonly type: 'run-started'; readonly plan: Plan; readonly mode: Mode; readonly by: string; readonly format: 1 }
  | {
      readonly type: 'run-continued';
      readonly way: Way;
      readonly steps: readonly PlannedStep[];
      readonly mode: Mode;
      readonly by: string;
      readonly program: string;
    }
  /** The process died: the same plan goes on where the journal ends. */
  | { readonly type: 'run-resumed'; readonly mode: Mode; readonly by: string; readonly program: string }
  /** `from`: who held it and was silent, or dead. */
  | { readonly type: 'lease-taken'; readonly holder: string; readonly from?: string }
  | { readonly type: 'lease-released'; readonly holder: string }
  | { readonly type: 'stop-asked'; readonly by: string; readonly hard: boolean }
  | { readonly type: 'gate-opened'; readonly gate: Gate }
  | {
      readonly type: 'gate-answered';
      readonly step: string;
      readonly sha256: string;
      readonly answer: 'yes' | 'no';
      readonly by: string;
      readonly typed?: string;
    }
  | {
      readonly type: 'step-started';
      readonly step: string;
      readonly attempt: number;
      readonly input: JsonObject;
      readonly memo: JsonObject;
      readonly pays?: readonly string[];
    }
  | { readonly type: 'effect-started'; readonly step: string; readonly effect: string }
  | {
      readonly type: 'effect-ended';
      readonly step: string;
      readonly effect: string;
      readonly result: 'done' | 'failed' | 'unknown';
      readonly says?: string;
    }
  | {
      readonly type: 'step-passed';
      readonly step: string;
      readonly how: StepHow;
      readonly says: string;
      readonly output: JsonObject;
      readonly facts: JsonObject;
    }
  | { readonly type: 'step-failed'; readonly step: string; readonly failure: Failure; readonly inDoubt: boolean }
  | { readonly type: 'step-skipped'; readonly step: string; readonly reason: string }
  | { readonly type: 'warned'; readonly step: string; readonly says: string }
  | { readonly type: 'debt-owed'; readonly debt: Debt }
  | { readonly type: 'debt-paid'; readonly id: string; readonly says: string }
  | { readonly type: 'way-out-started'; readonly reason: string }
  | { readonly type: 'run-ended'; readonly exit: number; readonly says: string; readonly unpaid: readonly string[] }
  | { readonly type: 'run-closed'; readonly by: string }
);

type WithoutStamp<E> = E extends unknown ? Omit<E, 'seq' | 'at'> : never;
/** An event before it has its number and time. */
export type NewEvent = WithoutStamp<RunEvent>;
