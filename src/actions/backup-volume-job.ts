import { fail } from '../base/failure.ts';
import type { RunnerSpec, Verb } from '../target/jobs.ts';
import type { Look } from '../target/look.ts';
import { viewCluster } from './cluster-view.ts';
import { backupsFolder, placeOf } from './place.ts';
import { jobName } from './run-job.ts';

interface BackupVolumeJob {
  readonly verb: Verb;
  /** Beside BACKUPS. */
  readonly values: { readonly [name: string]: string };
  readonly backups: 'read-only' | 'read-write';
  readonly deadlineMs: number;
}

/** A step's one runner on the backup volume alone: anywhere that volume can be reached, in the image that all members have. */
export async function backupVolumeJob(look: Look, job: BackupVolumeJob): Promise<RunnerSpec> {
  const { run, step, attempt } = look.at;
  const view = await viewCluster(look);
  const member = view.members[0] ?? fail('refused', 'a StatefulSet with members', 'none', 'look at the StatefulSet');
  return {
    name: jobName(look.at),
    run,
    step,
    attempt,
    verb: job.verb,
    values: { BACKUPS: backupsFolder(look), ...job.values },
    place: placeOf(look, view, member, { backups: job.backups, besideMember: false }),
    deadlineMs: job.deadlineMs,
  };
}
