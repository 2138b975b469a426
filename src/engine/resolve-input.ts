import { fail } from '../base/failure.ts';
import { canonical, type Json, type JsonObject } from '../base/json.ts';
import type { Input, Reference, Step } from '../runbook/runbook.ts';
import { isPending, pending } from './action.ts';

/** Everything a reference may name: parameters, `target`, `run`, outputs of steps. A value may be `pending`. */
export type Scope = { readonly [name: string]: Json };

export function isReference(value: Json | Reference): value is Reference {
  return typeof value === 'object' && value !== null && '$ref' in value;
}

/** The value of a reference; `pending` while planning when the step that gives it has not run. */
export function lookUp(reference: Reference, scope: Scope): Json {
  const [name = '', ...fields] = reference.$ref;
  let value: Json | undefined = scope[name];
  for (const field of fields) {
    if (value === undefined || isPending(value)) break;
    value =
      typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject)[field] : undefined;
  }
  if (value === undefined) {
    fail(
      'failed',
      `a value for $${reference.$ref.join('.')}`,
      'it was never set',
      'this is a defect of the runbook or of the step that should have set it',
    );
  }
  return value;
}

/** `with:` with its references resolved, over a base that the step takes from elsewhere (a payer: its debt). */
export function resolveInput(given: Input, scope: Scope, base: JsonObject = {}): JsonObject {
  const own = Object.entries(given).map(
    ([name, value]) => [name, isReference(value) ? lookUp(value, scope) : value] as const,
  );
  return { ...base, ...Object.fromEntries(own) };
}

/** Names of input fields that no step has given yet, at any depth. */
export function pendingFields(input: JsonObject): string[] {
  return Object.entries(input).flatMap(([name, value]) =>
    canonical(value).includes(canonical(pending)) ? [name] : [],
  );
}

/** Why `when:` leaves the step out, or undefined when all its conditions hold. */
export function leftOut(step: Step, scope: Scope): string | undefined {
  for (const { reference, oneOf } of step.when) {
    const value = lookUp(reference, scope);
    if (!oneOf.some((accepted) => canonical(accepted) === canonical(value))) {
      return `only when ${reference.$ref.join('.')} is ${oneOf.map(String).join(' or ')}, here ${String(value)}`;
    }
  }
  return undefined;
}
