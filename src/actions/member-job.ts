import type { Account } from '../target/config.ts';
import type { RunnerSpec, Verb } from '../target/jobs.ts';
import type { Look } from '../target/look.ts';
import type { ClusterView, MemberView } from './cluster-view.ts';
import { dataDirectory, dataRoot, placeOf } from './place.ts';
import { jobName } from './run-job.ts';

interface MemberJob {
  readonly verb: Verb;
  /** Beside DATADIR. */
  readonly values: { readonly [name: string]: string };
  /** Absent: the step's own name for this member. */
  readonly name?: string;
  readonly backups?: 'read-only';
  readonly account?: Account;
  readonly besideMember: boolean;
  readonly deadlineMs: number;
}

/** A runner on one member's data volume. */
export function memberJob(look: Look, view: ClusterView, member: MemberView, job: MemberJob): RunnerSpec {
  const { run, step, attempt } = look.at;
  return {
    name: job.name ?? jobName(look.at, member.ordinal),
    run,
    step,
    attempt,
    member: member.name,
    verb: job.verb,
    values: { DATADIR: dataDirectory(view), ...job.values },
    ...(job.account ? { account: job.account } : {}),
    place: placeOf(look, view, member, {
      data: 'read-write',
      ...(job.backups ? { backups: job.backups } : {}),
      besideMember: job.besideMember,
    }),
    deadlineMs: job.deadlineMs,
  };
}

/** `galera_runbook_k3p9x2` on each volume: the name without the runner's path. */
export function folderName(run: string): string {
  return `galera_runbook_${run}`;
}

export function folderPath(folder: string): string {
  return `${dataRoot}/${folder}`;
}

const minute = 60_000;

/** How long each verb may take before Kubernetes ends it. */
export const deadlines = {
  unpack: 3 * 60 * minute,
  open: 60 * minute,
  position: 25 * minute,
  swap: 20 * minute,
  bootstrap: 5 * minute,
  discard: 30 * minute,
} as const;
