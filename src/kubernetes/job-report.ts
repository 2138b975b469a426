import type { Failure } from '../base/failure.ts';
import type { JobPhase } from '../target/jobs.ts';
import type { Obj } from '../target/kubernetes.ts';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: object;
  readonly terminated?: { readonly exitCode: number; readonly reason?: string; readonly signal?: number };
}

type Sentences = Pick<Failure, 'expected' | 'found' | 'next'>;

function condition(object: Obj, type: string): Condition | undefined {
  const all: readonly Condition[] = object.status?.conditions ?? [];
  return all.find((each) => each.type === type && each.status === 'True');
}

export function isFinished(job: Obj): boolean {
  return condition(job, 'Complete') !== undefined || condition(job, 'Failed') !== undefined;
}

/** By `stop`: suspended before it had ended. */
export function wasStopped(job: Obj): boolean {
  return job.spec?.suspend === true && !isFinished(job);
}

/** The pods of exactly this Job, newest first. */
export function podsOf(job: Obj, pods: readonly Obj[]): readonly Obj[] {
  const created = (pod: Obj) => pod.metadata.creationTimestamp ?? '';
  return pods
    .filter((pod) => pod.metadata.ownerReferences?.some(({ uid }) => uid === job.metadata.uid))
    .toSorted((a, b) => (created(a) < created(b) ? 1 : -1));
}

export function isActive(pod: Obj): boolean {
  return pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed';
}

/** Its end is decided, and the Job controller waits for its pods. */
function isEnding(job: Obj): boolean {
  return condition(job, 'SuccessCriteriaMet') !== undefined || condition(job, 'FailureTarget') !== undefined;
}

/** By the Job's own conditions; `pods` newest first. */
export function phaseOf(job: Obj, pods: readonly Obj[]): JobPhase {
  if (condition(job, 'Complete')) return 'succeeded';
  if (condition(job, 'Failed')) return 'failed';
  // `stop` suspends: when the last pod is gone, nothing will come of this Job any more.
  if (wasStopped(job)) return pods.some(isActive) ? 'running' : 'failed';
  const [pod] = pods;
  const waits = pod === undefined ? !isEnding(job) : (pod.status?.phase ?? 'Pending') === 'Pending';
  return waits ? 'pending' : 'running';
}

/**
 * How the runner of a Job ended that its controller still counts as running: that takes it 2 to 3 s, and a database may be down
 * meanwhile. Only for Jobs whose pod is never replaced.
 */
export function exitCodeOf(job: Obj, pods: readonly Obj[]): number | undefined {
  const [pod, ...others] = pods;
  if (pod === undefined || others.length > 0 || job.spec?.backoffLimit !== 0) return undefined;
  return runnerState(pod)?.terminated?.exitCode;
}

function runnerState(pod: Obj): ContainerState | undefined {
  return pod.status?.containerStatuses?.[0]?.state;
}

export function containerOf(pod: Obj): string {
  return pod.spec.containers[0].name;
}

/** Whether the pod's container has begun, so that there is a log. */
export function hasLog(pod: Obj): boolean {
  const state = runnerState(pod);
  return state?.running !== undefined || state?.terminated !== undefined;
}

/** Reasons that say no more than that it takes its time; the events say what for. */
const vague = new Set(['ContainerCreating', 'PodInitializing']);

/** Why the newest pod does not run. `vague`: only an event can say more. */
export function waitingOf(pod: Obj | undefined): { readonly says: string; readonly vague: boolean } {
  if (pod === undefined) return { says: 'its pod is not there yet', vague: true };
  const all: readonly Condition[] = pod.status?.conditions ?? [];
  const scheduled = all.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (scheduled) return { says: said(scheduled.reason, scheduled.message), vague: false };
  const waiting = runnerState(pod)?.waiting;
  if (waiting?.reason) return { says: said(waiting.reason, waiting.message), vague: vague.has(waiting.reason) };
  return { says: 'its pod has not started', vague: true };
}

function said(reason: string | undefined, message: string | undefined): string {
  return [reason, message].filter((part) => part !== undefined && part !== '').join(': ') || 'no reason given';
}

/** The newest warning among events of an object. */
export function warningOf(events: readonly Obj[]): string | undefined {
  const at = (event: Obj): string => event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '';
  const [newest] = events.filter((event) => event.type === 'Warning').toSorted((a, b) => (at(a) < at(b) ? 1 : -1));
  return newest && said(newest.reason, newest.message);
}

/** What Kubernetes knows of the end of a Job that has failed, for when the runner itself said nothing. */
export function failureOfJob(job: Obj, pods: readonly Obj[], tail: readonly string[]): Sentences {
  const name = `Job ${job.metadata.name}`;
  const [pod] = pods;
  const failed = condition(job, 'Failed') ?? condition(job, 'FailureTarget');
  const ended = pod && runnerState(pod)?.terminated;
  const still = pods.find(isActive);
  const where = still
    ? `; pod ${still.metadata.name} is still there, on Kubernetes node ${still.spec?.nodeName ?? '(none)'}`
    : '';
  const says = (expected: string, found: string, next: string): Sentences => ({ expected, found: found + where, next });
  if (wasStopped(job)) return says(`${name} to end`, 'it was stopped', "look at the step's output");
  if (ended?.reason === 'OOMKilled') {
    return says(
      `${name} to stay within its memory`,
      'its container was killed: out of memory (OOMKilled)',
      'look at the memory of the Kubernetes node and at limits of the namespace',
    );
  }
  if (failed?.reason === 'DeadlineExceeded') {
    const limit = job.spec?.activeDeadlineSeconds;
    return says(
      `${name} to end within ${limit === undefined ? 'its deadline' : `${limit} s`}`,
      'it was still at work and was ended',
      "look at the step's output: was it slow, or did it wait?",
    );
  }
  const gone = pod && (podReason(pod) ?? disruption(pod));
  if (gone !== undefined)
    return says(`${name} to keep its pod until its work is done`, gone, 'find out why; then run the step again');
  if (pod === undefined) {
    return says(
      `${name} to keep its pod until its work is done`,
      `its pod is gone (${said(failed?.reason, failed?.message)})`,
      'find out who deleted it, or whether its Kubernetes node was lost; then run the step again',
    );
  }
  if (ended) {
    const last = tail.at(-1);
    const signal = ended.exitCode > 128 && ended.exitCode < 160 ? `, signal ${ended.exitCode - 128}` : '';
    return says(
      `${name} to end well`,
      `exit code ${ended.exitCode}${signal}${last === undefined ? '' : `: ${last}`}`,
      "look at the step's output",
    );
  }
  return says(`${name} to end well`, said(failed?.reason, failed?.message), 'look at the Job and its pod');
}

/** `Evicted`, `Shutdown`, `UnexpectedAdmissionError`, `OutOfcpu` …: the kubelet's word for a pod that it ended or never began. */
function podReason(pod: Obj): string | undefined {
  const reason: string | undefined = pod.status?.reason;
  return reason === undefined ? undefined : said(reason, pod.status?.message);
}

function disruption(pod: Obj): string | undefined {
  const target = condition(pod, 'DisruptionTarget');
  return target && said(target.reason, target.message);
}
