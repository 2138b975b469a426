import { type Failure, FailureError, fail, failure } from '../base/failure.ts';
import type { JobReport, RunnerSpec } from '../target/jobs.ts';
import { type Hands, type Look, stoppedByOperator } from '../target/look.ts';
import { type Guard, type Watch, watchOver } from './guard.ts';
import { pauseAfter } from './pace.ts';

/** How the names of a run's Jobs begin; with `step`, of that step's. A step whose id goes on behind this one's begins alike. */
export function jobPrefix(run: string, step?: string): string {
  return step === undefined ? `galera-runbook-${run}-` : `galera-runbook-${run}-${step}-`;
}

/** Names a Job from run, step, attempt and member (design §5): the same for a second start, so that it finds the first one's work. */
export function jobName(
  at: { readonly run: string; readonly step: string; readonly attempt: number },
  ordinal?: number,
): string {
  return `${jobPrefix(at.run, at.step)}${at.attempt}${ordinal === undefined ? '' : `-${ordinal}`}`;
}

/** How long after its own deadline a Job may still be seen: Kubernetes ends it, this is for an API server that does not answer. */
const slackMs = 60_000;
const stopGraceMs = 90_000;

/**
 * Starts the Jobs (or finds them) and waits until each has ended well; gives their reports in order. When one fails, or cannot be
 * started, the others are waited for, so that no work goes on unseen; then the first failure is thrown. When the operator stops the step its
 * Jobs are stopped, so that their traps run; a step whose time is over only waits no longer, since it may be one that must finish. An API
 * server that does not answer is waited out until the deadline: the work goes on in the cluster. What `guard` finds stops the Jobs.
 */
export async function runJobs(
  hands: Hands,
  specs: readonly RunnerSpec[],
  guard?: Guard,
): Promise<readonly (JobReport & { result: NonNullable<JobReport['result']> })[]> {
  const { begun, refused } = await startAll(hands, specs);
  const watch = watchOver(hands, guard);
  const settled = await Promise.all(begun.map((spec) => settle(hands, spec, watch)));
  await watch.end();
  for (const { spec, report } of settled) {
    if (report) await hands.keepOutput(`${spec.name}.log`, report.log);
  }
  const broken = watch.broken() ?? refused;
  if (broken) throw broken;
  const failed = settled.find((each) => each.failed !== undefined)?.failed;
  if (failed) throw failed;
  return settled.flatMap(({ report }) => (report?.result ? [{ ...report, result: report.result }] : []));
}

/**
 * Up to the first that cannot be started: those before it are at work. Once the operator has stopped the step none is started any more; one
 * that a process before has started is among them all the same, to be stopped.
 */
async function startAll(
  hands: Hands,
  specs: readonly RunnerSpec[],
): Promise<{ readonly begun: readonly RunnerSpec[]; readonly refused?: FailureError }> {
  const begun: RunnerSpec[] = [];
  let refused: FailureError | undefined;
  for (const spec of specs) {
    if (stopped(hands)) {
      if (await mayBeThere(hands, spec)) begun.push(spec);
      else refused = new FailureError(stoppedFailure(`Job ${spec.name} to start`));
      continue;
    }
    try {
      await hands.jobs.start(spec);
      begun.push(spec);
    } catch (thrown) {
      if (!(thrown instanceof FailureError)) throw thrown;
      return { begun, refused: thrown };
    }
  }
  return refused === undefined ? { begun } : { begun, refused };
}

async function mayBeThere(hands: Hands, { place, name }: RunnerSpec): Promise<boolean> {
  return await hands.jobs.report(place.namespace, name).then(
    (report) => report !== undefined,
    () => true,
  );
}

function stoppedFailure(expected: string): Failure {
  const next = 'nothing: what it left is cleaned up by the steps that pay for it';
  return failure('failed', expected, stoppedByOperator, next);
}

async function settle(
  hands: Hands,
  spec: RunnerSpec,
  watch: Watch,
): Promise<{ spec: RunnerSpec; report?: JobReport; failed?: FailureError }> {
  let report: JobReport | undefined;
  try {
    report = await wait(hands, spec, watch);
    return { spec, report };
  } catch (thrown) {
    if (!(thrown instanceof FailureError)) throw thrown;
    const last = report ?? (await hands.jobs.report(spec.place.namespace, spec.name).catch(() => undefined));
    return { spec, failed: thrown, ...(last ? { report: last } : {}) };
  }
}

async function wait(hands: Hands, spec: RunnerSpec, watch: Watch): Promise<JobReport> {
  const began = hands.clock.now();
  const until = began + spec.deadlineMs + slackMs;
  let silence: FailureError | undefined;
  for (;;) {
    if (stopped(hands)) {
      await hands.jobs.stop(spec.place.namespace, spec.name, stopGraceMs);
      throw new FailureError(stoppedFailure(`Job ${spec.name} to end`));
    }
    const report = await hands.jobs.report(spec.place.namespace, spec.name).catch((thrown) => {
      if (!(thrown instanceof FailureError) || thrown.failure.kind !== 'unknown') throw thrown;
      silence = thrown;
      return 'silent' as const;
    });
    if (report !== 'silent') {
      silence = undefined;
      if (!report) fail('failed', `Job ${spec.name}`, 'it is gone', 'find out who deleted it; then run the step again');
      pulseOf(hands, spec, report);
      if (report.phase === 'succeeded') {
        if (report.result) return report;
        throw new FailureError(
          failure(
            'unknown',
            `a result at the end of Job ${spec.name}'s log`,
            'none: the log was cut',
            "look at the step's output; then run the step again",
          ),
        );
      }
      if (report.phase === 'failed') throw new FailureError(failureOfJob(spec, report));
    }
    const broken = watch.broken();
    if (broken) {
      await hands.jobs.stop(spec.place.namespace, spec.name, stopGraceMs);
      throw broken;
    }
    if (hands.signal.aborted && !stopped(hands)) {
      fail(
        'unknown',
        `Job ${spec.name} to end within the time of step ${spec.step}`,
        `${stillText(report)}; it goes on`,
        "look at the step's output; raise `timeout` in the runbook where the work takes longer",
      );
    }
    if (hands.clock.now() > until) {
      throw (
        silence ??
        new FailureError(
          failure(
            'failed',
            `Job ${spec.name} to end within its deadline`,
            stillText(report),
            'look at the Job and its pod',
          ),
        )
      );
    }
    await hands.clock.sleep(pauseAfter(hands.clock.now() - began), hands.signal).catch(() => undefined);
  }
}

function stopped({ signal }: Look): boolean {
  return signal.aborted && signal.reason === stoppedByOperator;
}

function stillText(report: JobReport | 'silent'): string {
  if (report === 'silent') return 'no answer';
  return report.phase === 'pending' ? `it waits: ${report.waiting ?? 'no reason given'}` : 'it still runs';
}

function failureOfJob(spec: RunnerSpec, report: JobReport) {
  // A runner knows its volume, not whose it is: with three members the name is what the operator needs first.
  const whose = spec.member === undefined ? '' : `${spec.member}: `;
  const { expected, found, next } = report.failure ?? {
    expected: `Job ${spec.name} to end well`,
    found: report.tail.at(-1) ?? 'no output',
    next: "look at the step's output",
  };
  return failure('failed', expected, `${whose}${found}`, next);
}

function pulseOf(hands: Hands, spec: RunnerSpec, report: JobReport): void {
  hands.pulse({
    step: spec.step,
    ...(spec.member ? { member: spec.member } : {}),
    phase: report.progress?.phase ?? (report.phase === 'pending' ? 'waiting' : report.phase),
    ...(report.progress ? { bytes: report.progress.bytes, total: report.progress.total } : {}),
    ...(report.waiting ? { says: report.waiting } : {}),
  });
}

/** Reports of Jobs that a step has started already, without starting anything: for `observe`. */
export async function foundJobs(look: Look, names: readonly string[]): Promise<readonly (JobReport | undefined)[]> {
  return await Promise.all(names.map((name) => look.jobs.report(look.config.namespace, name)));
}
