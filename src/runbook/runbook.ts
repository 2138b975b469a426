import type { Json } from '../base/json.ts';

/** What an action may do to the cluster, from least to worst (design §4.9). */
export const dangers = ['reads', 'changes', 'disrupts', 'destroys'] as const;
export type Danger = (typeof dangers)[number];

export function worse(a: Danger, b: Danger): Danger {
  return dangers.indexOf(a) >= dangers.indexOf(b) ? a : b;
}

/** How a platform runs Galera (design §9). */
export const flavours = ['statefulset', 'mosk', 'rhoso', 'rhosp', 'docker-host'] as const;

/** The fields of `$target` and `$run`, and of a parameter of type `backup`: whoever resolves references provides exactly these. */
export const targetFields = [
  'name',
  'flavour',
  'context',
  'namespace',
  'cluster',
  'statefulset',
  'service',
  'container',
  'members',
] as const;
export const runFields = ['id'] as const;
export const backupFields = ['id', 'kind', 'cluster', 'position'] as const;

export type StepKind = 'check' | 'do' | 'wait';
export type GateNeed = 'yes-no' | 'typed';
export type ParameterType = 'string' | 'boolean' | 'integer' | 'choice' | 'backup';

export interface Parameter {
  readonly type: ParameterType;
  readonly description: string;
  readonly default?: Json;
  /** Only with type `choice`. */
  readonly choices?: readonly string[];
}

/**
 * A whole-value reference, `$name.field`: `path` is `['name', 'field']`. Anything else in `with:` is a plain value; `$$x` has
 * become the text `$x` while parsing.
 */
export interface Reference {
  readonly $ref: readonly string[];
}

export type Input = { readonly [key: string]: Json | Reference };

export interface Step {
  readonly id: string;
  /** The heading without the id. */
  readonly title: string;
  /** The section's Markdown without heading and fence, as written. */
  readonly prose: string;
  /** Line of the heading in the document, 1-based. */
  readonly line: number;
  readonly kind: StepKind;
  readonly action: string;
  readonly with: Input;
  /** All must hold; the values are the accepted ones. */
  readonly when: readonly { readonly reference: Reference; readonly oneOf: readonly Json[] }[];
  readonly until?: string;
  readonly timeoutMs?: number;
  readonly pays: readonly string[];
  readonly undoes?: string;
  readonly gate?: GateNeed;
}

export interface Runbook {
  readonly format: 1;
  /** File name without folder and `.md`. */
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly flavours: readonly string[];
  readonly parameters: { readonly [name: string]: Parameter };
  readonly steps: readonly Step[];
  readonly rollback: readonly Step[];
  /** SHA-256 of the file's bytes, hexadecimal. */
  readonly sha256: string;
  readonly text: string;
}

/** What the validator must know of each action; the catalogue gives it, so that `runbook` imports no action. */
export interface ActionFacts {
  readonly name: string;
  /** `check` may stand under `check:` and `wait:`, `do` under `do:`. */
  readonly kind: 'check' | 'do';
  /** The greatest danger with any input. */
  readonly danger: Danger;
  readonly owes: boolean;
  /** Input names; the values are checked by the action's own schema when a plan is made, literals already while validating. */
  readonly inputs: {
    readonly [name: string]: {
      readonly required: boolean;
      readonly accepts: (literal: Json) => boolean;
      readonly says: string;
    };
  };
  /** Names of the output's fields. */
  readonly outputs: readonly string[];
}
