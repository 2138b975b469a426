import { expect } from 'vitest';
import { type Failure, FailureError } from '../../src/base/failure.ts';
import { isFailure, type Planned } from '../../src/engine/action.ts';

/** The failure that this ends with. */
export async function failureFrom(work: Promise<unknown>): Promise<Failure> {
  try {
    await work;
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(FailureError);
    return (thrown as FailureError).failure;
  }
  throw new Error('it did not fail');
}

export function refused(planned: Planned | Failure): Failure {
  if (!isFailure(planned)) throw new Error('it was planned');
  return planned;
}

export function planned(of: Planned | Failure): Planned {
  if (isFailure(of)) throw new Error(`refused: ${of.found}`);
  return of;
}
