import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Failure } from '../../src/base/failure.ts';
import { FailureError } from '../../src/base/failure.ts';

const made: string[] = [];

/** A folder that is gone after the test. */
export function freshFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'galera-runbook-test-'));
  made.push(path);
  return path;
}

afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

/** The failure that a promise is rejected with; anything else fails the test. */
export async function failureFrom(promise: Promise<unknown>): Promise<Failure> {
  const thrown = await promise.then(
    () => new Error('nothing was thrown'),
    (error: unknown) => error,
  );
  if (thrown instanceof FailureError) return thrown.failure;
  throw thrown;
}
