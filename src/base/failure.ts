/**
 * What went wrong, as data: three sentences a person can act on.
 *
 * `kind` decides the exit code (design §7): `refused` 4 (nothing was changed), `unsafe` 10 (the Galera cluster is not fit for this),
 * `usage` 2, `held` 11 (another run holds the lease), `failed` 1. `unknown` is a question without an answer: a dropped
 * connection, a deadline, a value that could not be read. It never counts as yes or no.
 */
export type FailureKind = 'refused' | 'unsafe' | 'usage' | 'held' | 'failed' | 'unknown';

export interface Failure {
  readonly kind: FailureKind;
  readonly expected: string;
  readonly found: string;
  readonly next: string;
}

export function failure(kind: FailureKind, expected: string, found: string, next: string): Failure {
  return { kind, expected, found, next };
}

/** Carries a {@link Failure} through code that can only throw. Caught where a step, a plan or a command ends. */
export class FailureError extends Error {
  readonly failure: Failure;
  constructor(of: Failure, options?: ErrorOptions) {
    super(`expected ${of.expected}; found ${of.found}; next: ${of.next}`, options);
    this.name = 'FailureError';
    this.failure = of;
  }
}

export function fail(kind: FailureKind, expected: string, found: string, next: string, cause?: unknown): never {
  throw new FailureError(failure(kind, expected, found, next), cause === undefined ? undefined : { cause });
}

/** A broken invariant: a defect of this program, never the operator's or the cluster's. Stops the run. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

export function invariant(holds: unknown, says: string): asserts holds {
  if (!holds) throw new InvariantError(says);
}

/** The failure inside anything that was thrown. An invariant is not a failure: it is thrown again. */
export function failureOf(thrown: unknown, next: string): Failure {
  if (thrown instanceof FailureError) return thrown.failure;
  if (thrown instanceof InvariantError) throw thrown;
  const found = thrown instanceof Error ? thrown.message : String(thrown);
  return failure('failed', 'no error', found, next);
}
