import type { Failure } from '../base/failure.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { Danger, GateNeed } from '../runbook/runbook.ts';
import type { Hands, Look } from '../target/look.ts';

/** The answer to "is it so?": asked before, after and on resume. */
export type Observed =
  | {
      readonly is: 'so';
      readonly output: JsonObject;
      readonly says: string;
      readonly facts?: JsonObject;
      readonly warnings?: readonly string[];
      /** What was seen holds, and wants a person's answer all the same: a backup of a rebuilt cluster. */
      readonly gate?: GateNeed;
    }
  | { readonly is: 'not-so' | 'unknown'; readonly failure: Failure };

/** One change of one field of one object, foretold. */
export interface Effect {
  readonly object: string;
  readonly field: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Something a step leaves for somebody to end. `due: 'end'`: the run may not end without it paid or named. `due: 'close'`: stays
 * until `runs close`. `payWith` repairs it without the document. `undoneSays`: what it is once the step that left it was undone.
 */
export interface Debt {
  readonly id: string;
  readonly step: string;
  readonly says: string;
  readonly undoneSays?: string;
  readonly due: 'end' | 'close';
  readonly payWith: { readonly action: string; readonly input: JsonObject };
}

/** What a step will do, read from the target before anything is written. */
export interface Planned {
  readonly effects: readonly Effect[];
  readonly debts: readonly Omit<Debt, 'step'>[];
  /** What `apply` and `observe` need to know from planning; journaled with the step's start. */
  readonly memo: JsonObject;
  /** Sentences for plan and gate. */
  readonly says: readonly string[];
  /** What cannot be known before. */
  readonly unknowns?: readonly string[];
  readonly bytes?: number;
  readonly ms?: number;
  /** Output fields that are certain already (names, ids), for the planning of later steps. */
  readonly foretold?: JsonObject;
  /** Of what it says, the sentence on what is lost by it for ever; the gate of a rollback's plan says it too. */
  readonly loses?: string;
  /** Of what it says, the sentence on what is set aside and how that is put back; or that it is deleted. */
  readonly keeps?: string;
  readonly deletes?: string;
}

/** Stands for a value that a later step's input takes from a step that has not run: `plan` sees it, `apply` never does. */
export const pending = '(known only then)' as const;

export function isPending(value: unknown): boolean {
  return value === pending;
}

export interface ActionBase {
  readonly name: string;
  readonly summary: string;
  /** Input fields: the validator checks names and literals, the engine checks values before use. */
  readonly inputs: {
    readonly [name: string]: {
      readonly required: boolean;
      readonly says: string;
      readonly accepts: (value: Json) => boolean;
    };
  };
  readonly outputs: readonly string[];
}

/**
 * Reads only. `not-so` is a refusal; `unknown` is never a yes. `planned` is its output when the run was planned: what it chose then was
 * answered yes to, so it chooses the same or refuses.
 */
export interface Check extends ActionBase {
  readonly kind: 'check';
  observe(input: JsonObject, look: Look, planned?: JsonObject): Promise<Observed>;
}

export interface Action extends ActionBase {
  readonly kind: 'do';
  /** The greatest danger with any input. */
  readonly maxDanger: Danger;
  danger(input: JsonObject): Danger;
  readonly owes: boolean;
  /** Whether it may be stopped in the middle: its Jobs are stopped then; otherwise it finishes (design §5, Ctrl-C). */
  readonly stoppable: boolean;
  plan(input: JsonObject, look: Look): Promise<Planned | Failure>;
  observe(input: JsonObject, look: Look, memo: JsonObject): Promise<Observed>;
  /** Converges: a second start finds the first one's work. Throws a FailureError. */
  apply(input: JsonObject, hands: Hands, memo: JsonObject): Promise<void>;
}

export type AnyAction = Check | Action;
export type Catalogue = ReadonlyMap<string, AnyAction>;

export function isFailure(value: Planned | Failure): value is Failure {
  return 'expected' in value;
}
