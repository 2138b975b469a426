/**
 * Adds up what the test runners reported: `node tools/count-tests.ts NAME=EXIT[:REPORT]…`, with each command's exit code and its JSON
 * report. The last line is the sum; whatever went wrong without a test to its name counts as one failure.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Report = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
});

export interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What the numbers alone do not say. */
  readonly says: readonly string[];
}

export interface Command {
  readonly name: string;
  readonly exit: number;
  /** Text of its report; null when there is none although there should be, undefined when it makes none. */
  readonly report?: string | null;
}

export function countOf({ name, exit, report }: Command): Count {
  const nothing = { passed: 0, failed: 0, skipped: 0 };
  const broken = (why: string): Count => ({ ...nothing, failed: 1, says: [`${name}: ${why}`] });
  if (report === null) return broken(`exit ${exit} and no report`);
  if (report === undefined) return exit === 0 ? { ...nothing, says: [] } : broken(`exit ${exit}`);
  const parsed = Report.safeParse(asJson(report));
  if (!parsed.success) return broken(`exit ${exit} and a report that cannot be read`);
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests, numTodoTests } = parsed.data;
  const skipped = numPendingTests + numTodoTests;
  if (passed + failed === 0) return broken(`exit ${exit} and no test was run`);
  // A file that cannot be loaded, a hook that throws, an error in between: no test failed, and yet nothing is well.
  if (failed === 0 && exit !== 0)
    return { passed, failed: 1, skipped, says: [`${name}: exit ${exit} with no failed test`] };
  return { passed, failed, skipped, says: [] };
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function sumOf(counts: readonly Count[]): Count {
  const sum = (of: 'passed' | 'failed' | 'skipped') => counts.reduce((total, count) => total + count[of], 0);
  return {
    passed: sum('passed'),
    failed: sum('failed'),
    skipped: sum('skipped'),
    says: counts.flatMap(({ says }) => says),
  };
}

export function lineOf({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

export function commandOf(argument: string): Command {
  const [, name = '', exit, path] = /^([\w-]+)=(\d+)(?::(.+))?$/.exec(argument) ?? [];
  if (exit === undefined) throw new Error(`${argument}: expected NAME=EXIT[:REPORT]`);
  return { name, exit: Number(exit), ...(path === undefined ? {} : { report: read(path) }) };
}

if (import.meta.main) {
  const sum = sumOf(process.argv.slice(2).map((argument) => countOf(commandOf(argument))));
  for (const line of [...sum.says, lineOf(sum)]) process.stdout.write(`${line}\n`);
  process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0;
}
