import type { Obj } from '../target/kubernetes.ts';
import type { Look } from '../target/look.ts';
import { managedBySelector } from './labels.ts';
import { jobPrefix } from './run-job.ts';

async function runnerJobs(look: Look): Promise<readonly Obj[]> {
  return await look.kube.list(
    { apiVersion: 'batch/v1', kind: 'Job', namespace: look.config.namespace },
    managedBySelector,
  );
}

function isActive(job: Obj): boolean {
  const conditions: readonly { type: string; status: string }[] = job.status?.conditions ?? [];
  const ends = ['Complete', 'Failed', 'Suspended'];
  const ended = conditions.some(({ type, status }) => ends.includes(type) && status === 'True');
  // Right after its creation a Job has no status at all. A Job that has ended may still have a pod that ends.
  return !ended || (job.status?.active ?? 0) > 0 || (job.status?.terminating ?? 0) > 0;
}

function claimsOf(job: Obj): readonly string[] {
  const volumes: readonly { persistentVolumeClaim?: { claimName: string } }[] = job.spec?.template?.spec?.volumes ?? [];
  return volumes.flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
}

/** Names of active runners of other runs that mount one of these claims. */
export async function otherRunners(look: Look, claims: readonly string[]): Promise<readonly string[]> {
  const ours = jobPrefix(look.at.run);
  return await atWorkOn(look, claims, (job) => !job.startsWith(ours));
}

/** Ids of backups that active runners work on: what is partial on the volume may still become whole. */
export async function backupsAtWork(look: Look): Promise<ReadonlySet<string>> {
  const jobs = (await runnerJobs(look)).filter(isActive);
  return new Set(
    jobs.flatMap((job) => environmentOf(job).flatMap(({ name, value }) => (name === 'GR_ID' ? [value] : []))),
  );
}

function environmentOf(job: Obj): readonly { readonly name: string; readonly value: string }[] {
  return job.spec?.template?.spec?.containers?.[0]?.env ?? [];
}

/** Names of active runners of the step that this Job belongs to, whatever the attempt. */
export async function activeAttempts(look: Look, job: string): Promise<readonly string[]> {
  const step = job.replace(/-\d+(-\d+)?$/, '-');
  const jobs = await runnerJobs(look);
  const ofStep = (name: string) => name.startsWith(step) && /^\d+(-\d+)?$/.test(name.slice(step.length));
  return await atWork(
    look,
    jobs.filter((each) => ofStep(each.metadata.name)),
  );
}

/** Names of active runners of this run that mount one of these claims, but for `own`. */
export async function runnersAtWork(
  look: Look,
  claims: readonly string[],
  own: readonly string[],
): Promise<readonly string[]> {
  const ours = jobPrefix(look.at.run);
  return await atWorkOn(look, claims, (job) => job.startsWith(ours) && !own.includes(job));
}

async function atWorkOn(
  look: Look,
  claims: readonly string[],
  counts: (job: string) => boolean,
): Promise<readonly string[]> {
  const jobs = await runnerJobs(look);
  return await atWork(
    look,
    jobs.filter((job) => counts(job.metadata.name) && claimsOf(job).some((claim) => claims.includes(claim))),
  );
}

/** The Job controller takes some seconds to say that a Job has ended; its runner has by then. */
async function atWork(look: Look, jobs: readonly Obj[]): Promise<readonly string[]> {
  const open = jobs.filter(isActive).map((each) => each.metadata.name);
  const reports = await Promise.all(open.map((name) => look.jobs.report(look.config.namespace, name)));
  return open.filter((_, index) => reports[index]?.phase === 'pending' || reports[index]?.phase === 'running');
}
