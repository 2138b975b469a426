import type { Json, JsonObject } from '../base/json.ts';
import { isPending } from '../engine/action.ts';

/** One input field: its type in TypeScript, and the sentence and test for what a runbook's author may write. */
export interface Field<T> {
  readonly required: boolean;
  readonly says: string;
  readonly accepts: (value: Json) => boolean;
  /** Only for types. */
  readonly is?: T;
}

type Fields = { readonly [name: string]: Field<unknown> };
/** The input that these fields describe. Values a step before must still give are `undefined` while planning. */
export type InputOf<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T | undefined : never;
};

export function field<T>(says: string, accepts: (value: Json) => boolean) {
  return {
    required: { required: true, says, accepts } as Field<T>,
    optional: { required: false, says, accepts } as Field<T>,
  };
}

export const isObject = (v: Json): boolean => typeof v === 'object' && v !== null && !Array.isArray(v);

export const textField = field<string>('text', (v) => typeof v === 'string' && v !== '');
export const booleanField = field<boolean>('true or false', (v) => typeof v === 'boolean');
export const countField = field<number>(
  'a whole number from 0',
  (v) => typeof v === 'number' && Number.isInteger(v) && v >= 0,
);
export const listField = field<readonly Json[]>('a list', (v) => Array.isArray(v));
export const objectField = field<JsonObject>('an object that a step before gave', isObject);

export function choiceField<const T extends string>(...choices: readonly T[]) {
  return field<T>(
    `one of ${choices.join(', ')}`,
    (v) => typeof v === 'string' && (choices as readonly string[]).includes(v),
  );
}

/** The input by type; pending values become `undefined`, so that `plan` must say what it does without them. */
export function known<F extends Fields>(_fields: F, input: JsonObject): InputOf<F> {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, isPending(value) ? undefined : value]),
  ) as InputOf<F>;
}
