import { setTimeout as sleep } from 'node:timers/promises';
import { FailureError, failure } from '../base/failure.ts';
import { renderJob } from '../runner/job.ts';
import { parseRunnerLog } from '../runner/log.ts';
import type { JobReads, JobReport, JobWrites, RunnerSpec } from '../target/jobs.ts';
import { Conflict, type Obj, type Ref } from '../target/kubernetes.ts';
import {
  containerOf,
  exitCodeOf,
  failureOfJob,
  hasLog,
  isActive,
  isFinished,
  phaseOf,
  podsOf,
  waitingOf,
  warningOf,
  wasStopped,
} from './job-report.ts';
import type { KubeObjects } from './objects.ts';

/** Enough for the last progress line and what a person wants to see of a runner at work. */
const tailLines = 60;
/** For a look at the log that the next poll can do without: that of a lost Kubernetes node does not come. */
const glanceMs = 3_000;
/** How long `remove` waits for pods that have ended already. */
const removeMs = 10_000;

/** Runners as Jobs of the Kubernetes cluster. */
export class KubeJobs implements JobReads, JobWrites {
  readonly #objects: KubeObjects;
  readonly #pollMs: number;
  /** By the Job's UID, the last that was seen of its log: a deadline, a stop and a lost node take the pod, and its log with it. */
  readonly #seen = new Map<string, string>();
  #eventsAllowed = true;

  constructor(objects: KubeObjects, options: { readonly pollMs?: number } = {}) {
    this.#objects = objects;
    this.#pollMs = options.pollMs ?? 250;
  }

  async start(spec: RunnerSpec): Promise<void> {
    const wanted = renderJob(spec);
    try {
      await this.#objects.create(wanted);
    } catch (thrown) {
      if (!(thrown instanceof Conflict)) throw thrown;
      const found = await this.#objects.get(refOf(spec.place.namespace, spec.name));
      if (found === undefined || !isSameWork(found, wanted)) throw thrown;
      if (found.metadata.deletionTimestamp === undefined) return;
      throw new Conflict(
        failure(
          'failed',
          `Job ${spec.name} to be there or not`,
          'it is being deleted',
          'wait until it is gone; then run the step again',
        ),
      );
    }
  }

  async report(namespace: string, name: string): Promise<JobReport | undefined> {
    const job = await this.#objects.get(refOf(namespace, name));
    if (job === undefined) return undefined;
    const pods = await this.#pods(job);
    const told = phaseOf(job, pods);
    const exitCode = told === 'running' ? exitCodeOf(job, pods) : undefined;
    const atWork = told === 'running' && exitCode === undefined;
    const { log, silent } = await this.#log(job, pods, told === 'succeeded', atWork);
    const waiting = told === 'pending' ? await this.#waiting(job, pods[0]) : atWork ? silent : undefined;
    const { progress, volumes, result, failure: said, tail } = parseRunnerLog(log);
    // Before its Job has ended, a runner has only when its last words are there.
    const phase = exitCode === 0 && result ? 'succeeded' : exitCode && said ? 'failed' : told;
    // A runner that was stopped says that it was ended, too.
    const own = wasStopped(job) ? undefined : said;
    const failed = phase === 'failed' ? (own ?? failureOfJob(job, pods, tail)) : undefined;
    return {
      name,
      uid: job.metadata.uid ?? '',
      phase,
      ...(waiting === undefined ? {} : { waiting }),
      ...(progress === undefined ? {} : { progress }),
      ...(result === undefined ? {} : { result }),
      volumes,
      ...(failed === undefined ? {} : { failure: failed }),
      tail,
      log,
    };
  }

  async stop(namespace: string, name: string, graceMs: number): Promise<void> {
    const job = await this.#objects.get(refOf(namespace, name));
    if (job === undefined) return;
    const end = performance.now() + graceMs;
    const pods = (await this.#pods(job)).filter((pod) => isActive(pod) && hasLog(pod));
    const enough = new AbortController();
    const followed = await Promise.all(pods.map((pod) => this.#follow(job, pod, graceMs, enough.signal)));
    try {
      // Suspending lets the Job controller delete the pods (SIGTERM, their grace), and keeps the Job to be reported.
      if (!isFinished(job) && job.spec?.suspend !== true) {
        await this.#objects.patch(refOf(namespace, name), { spec: { suspend: true } }, { uid: job.metadata.uid ?? '' });
      }
      const left = await this.#untilGone(job, end);
      if (left.length > 0) throw stillThere(name, left);
    } finally {
      setTimeout(() => enough.abort(), 1000).unref();
    }
    await Promise.all(followed.map(({ ended }) => ended));
  }

  async remove(namespace: string, name: string): Promise<void> {
    const ref = refOf(namespace, name);
    const job = await this.#objects.get(ref);
    if (job === undefined) return;
    await this.#objects.remove(ref, job.metadata.uid ?? '');
    await this.#untilGone(job, performance.now() + removeMs);
    this.#seen.delete(job.metadata.uid ?? '');
  }

  async #pods(job: Obj): Promise<readonly Obj[]> {
    const { namespace = '', name } = job.metadata;
    return podsOf(job, await this.#objects.list({ apiVersion: 'v1', kind: 'Pod', namespace }, `job-name=${name}`));
  }

  /** Pods that are still there when the time is over. */
  async #untilGone(job: Obj, end: number): Promise<readonly Obj[]> {
    for (;;) {
      const left = (await this.#pods(job)).filter(isActive);
      if (left.length === 0 || performance.now() >= end) return left;
      await sleep(this.#pollMs);
    }
  }

  async #waiting(job: Obj, pod: Obj | undefined): Promise<string> {
    const waiting = waitingOf(pod);
    if (!waiting.vague || !this.#eventsAllowed) return waiting.says;
    // Quotas, policies, volumes that cannot be attached: only events tell.
    const uid = (pod ?? job).metadata.uid ?? '';
    try {
      const events = await this.#objects.listWhere(
        { apiVersion: 'v1', kind: 'Event', namespace: job.metadata.namespace ?? '' },
        { fields: `involvedObject.uid=${uid}` },
      );
      return warningOf(events) ?? waiting.says;
    } catch (thrown) {
      if (!(thrown instanceof FailureError)) throw thrown;
      if (thrown.failure.kind === 'refused') this.#eventsAllowed = false;
      return waiting.says;
    }
  }

  async #log(
    job: Obj,
    pods: readonly Obj[],
    needed: boolean,
    atWork: boolean,
  ): Promise<{ readonly log: string; readonly silent?: string }> {
    const uid = job.metadata.uid ?? '';
    const pod = pods.find(hasLog);
    const seen = this.#seen.get(uid) ?? '';
    if (pod === undefined) return { log: seen };
    try {
      const log = await this.#objects.logs(logOf(pod), atWork ? { tailLines, deadlineMs: glanceMs } : {});
      this.#seen.set(uid, log);
      return { log };
    } catch (thrown) {
      if (!(thrown instanceof FailureError) || thrown.failure.kind === 'refused') throw thrown;
      // Without its trailer a Job has not succeeded: that one has to be asked for again. Everything else can be told without.
      if (needed && thrown.failure.kind === 'unknown') throw thrown;
      return {
        log: seen,
        silent: `its log cannot be read (Kubernetes node ${pod.spec.nodeName}): ${thrown.failure.found}`,
      };
    }
  }

  /** Reads on while the pod is stopped: what its trap says would go with it. Resolves when what was said before is known. */
  async #follow(job: Obj, pod: Obj, ms: number, signal: AbortSignal): Promise<{ readonly ended: Promise<void> }> {
    const uid = job.metadata.uid ?? '';
    const keep = (log: string) => {
      if (log.length > (this.#seen.get(uid) ?? '').length) this.#seen.set(uid, log);
    };
    // Stopping matters more than what is said meanwhile.
    const nothing = (thrown: unknown) => {
      if (!(thrown instanceof FailureError)) throw thrown;
    };
    await this.#objects.logs(logOf(pod), { deadlineMs: glanceMs }).then(keep, nothing);
    return { ended: this.#objects.followLog(logOf(pod), ms, signal).then(keep, nothing) };
  }
}

function refOf(namespace: string, name: string): Ref {
  return { apiVersion: 'batch/v1', kind: 'Job', namespace, name };
}

function logOf(pod: Obj): { namespace: string; name: string; container: string } {
  return { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name, container: containerOf(pod) };
}

/** A pod that does not end may still write: that its Job was stopped is not known. */
function stillThere(job: string, pods: readonly Obj[]): FailureError {
  const names = pods.map((pod) => `pod ${pod.metadata.name} on Kubernetes node ${pod.spec?.nodeName ?? '(none)'}`);
  return new FailureError(
    failure(
      'unknown',
      `no pod of Job ${job} once it is stopped`,
      `${names.join(', ')} ${pods.length === 1 ? 'is' : 'are'} still there`,
      'look at that Kubernetes node; only when it is surely off, delete the pod with --force; then run the step again',
    ),
  );
}

/** Same run, step, attempt and member: all that the rendered Job says of itself in its labels. */
function isSameWork(found: Obj, wanted: Obj): boolean {
  return Object.entries(wanted.metadata.labels ?? {}).every(([key, value]) => found.metadata.labels?.[key] === value);
}
