import { failure } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import type { Observed } from '../engine/action.ts';
import type { JobReport } from '../target/jobs.ts';
import type { Look } from '../target/look.ts';
import { foundJobs, jobName } from './run-job.ts';

export type EndedJob = JobReport & { readonly result: JsonObject };

/** One member of a step that runs a Job on every member. */
export interface JobOf {
  readonly member: string;
  readonly ordinal: number;
}

/** The step's Jobs as they stand: all ended well, or why that is not so. A Job that failed or has no trailer is not so either. */
export async function endedJobs(look: Look, members: readonly JobOf[]): Promise<readonly EndedJob[] | Observed> {
  const names = members.map(({ ordinal }) => jobName(look.at, ordinal));
  const reports = await foundJobs(look, names);
  const ended = reports.flatMap((report) =>
    report?.phase === 'succeeded' && report.result ? [{ ...report, result: report.result }] : [],
  );
  if (ended.length === names.length) return ended;
  const open = names
    .map((name, index) => `${name} ${stateOf(reports[index])}`)
    .filter((text) => !text.endsWith(' well'));
  return {
    is: 'not-so',
    failure: failure(
      'failed',
      `${names.length} Jobs of this step ended well`,
      open.join('; '),
      "look at the step's output, then run the step again",
    ),
  };
}

function stateOf(report: JobReport | undefined): string {
  if (!report) return 'was not started';
  if (report.phase === 'succeeded') return report.result ? 'well' : 'ended without a result';
  return report.phase === 'failed'
    ? `failed: ${report.failure?.found ?? report.tail.at(-1) ?? 'no output'}`
    : `is ${report.phase}`;
}

export function isObserved(value: readonly EndedJob[] | Observed): value is Observed {
  return 'is' in value;
}
