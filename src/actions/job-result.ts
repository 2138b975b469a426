import { fail, failure } from '../base/failure.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { Observed } from '../engine/action.ts';
import type { JobReport } from '../target/jobs.ts';
import type { Look } from '../target/look.ts';

export type EndedReport = JobReport & { readonly result: JsonObject };

/** The step's Job when it has ended well; else how it stands, as an answer. A Job without a trailer has not succeeded. */
export async function endedJob(look: Look, name: string): Promise<EndedReport | Observed> {
  const report = await look.jobs.report(look.config.namespace, name);
  if (report?.phase === 'succeeded' && report.result) return { ...report, result: report.result };
  const next = "look at the step's output, then run the step again";
  const answer = (found: string): Observed => ({
    is: 'not-so',
    failure: failure('failed', `Job ${name} to have ended well`, found, next),
  });
  if (!report) return answer('it was not started');
  if (report.phase === 'succeeded')
    return { is: 'unknown', failure: failure('unknown', `a result of Job ${name}`, 'none: its log was cut', next) };
  if (report.phase !== 'failed') return answer(`it is ${report.phase}`);
  const of = report.failure;
  if (of) return { is: 'not-so', failure: failure('failed', of.expected, of.found, of.next) };
  return answer(report.tail.at(-1) ?? 'it failed without output');
}

export function isAnswer(value: EndedReport | Observed): value is Observed {
  return 'is' in value;
}

function absent(name: string, found: Json | undefined): never {
  fail(
    'unknown',
    `'${name}' in what a step or its runner gave`,
    JSON.stringify(found ?? null),
    "look at the step's output",
  );
}

/** A text field; numbers, which the runner's shell may print bare, count as text. */
export function textOf(object: JsonObject, name: string): string {
  const value = object[name];
  if (typeof value === 'number' || (typeof value === 'string' && value !== '')) return String(value);
  return absent(name, value);
}

export function numberOf(object: JsonObject, name: string): number {
  const value = object[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : absent(name, value);
}

export function objectOf(object: JsonObject, name: string): JsonObject {
  const value = object[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : absent(name, value);
}

/** The objects of `result.rows`. */
export function rowsOf(result: JsonObject): readonly JsonObject[] {
  const { rows } = result;
  if (!Array.isArray(rows)) return [];
  return rows.filter((row): row is JsonObject => typeof row === 'object' && row !== null && !Array.isArray(row));
}
