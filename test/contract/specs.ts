import { backupVolumeJob } from '../../src/actions/backup-volume-job.ts';
import { deadlines, memberJob } from '../../src/actions/member-job.ts';
import { backupsFolder, placeOf, workFolder } from '../../src/actions/place.ts';
import { jobName } from '../../src/actions/run-job.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { RunnerSpec, Verb } from '../../src/target/jobs.ts';
import { type Ground, lookAt, view } from './ground.ts';

/** Specs of runners as actions make them; each case takes a step name of its own, since a Job's name finds the work of an earlier start. */
export async function onMember(
  ground: Ground,
  ordinal: number,
  step: string,
  verb: Verb,
  values: Readonly<Record<string, string>> = {},
  more: { readonly backups?: 'read-only'; readonly besideMember?: boolean; readonly user?: string } = {},
): Promise<RunnerSpec> {
  const look = await lookAt(ground, step);
  const { account } = ground.config;
  const seen = await view(ground);
  const member = seen.members[ordinal];
  if (!member) throw new Error(`no member ${ordinal}`);
  return memberJob(look, seen, member, {
    verb,
    values,
    ...(more.backups ? { backups: more.backups } : {}),
    ...(more.user === undefined ? {} : { account: { ...account, user: more.user } }),
    besideMember: more.besideMember ?? false,
    deadlineMs: deadlines.open,
  });
}

export async function onBackups(
  ground: Ground,
  step: string,
  verb: Verb,
  values: Readonly<Record<string, string>> = {},
): Promise<RunnerSpec> {
  const look = await lookAt(ground, step);
  return await backupVolumeJob(look, {
    verb,
    values,
    backups: verb === 'list' ? 'read-only' : 'read-write',
    deadlineMs: deadlines.open,
  });
}

export async function copySpec(
  ground: Ground,
  step: string,
  of: { readonly ordinal: number; readonly id: string; readonly reserve?: number; readonly hostOf?: number },
): Promise<RunnerSpec> {
  const look = await lookAt(ground, step);
  const seen = await view(ground);
  const donor = seen.members[of.ordinal];
  const host = seen.members[of.hostOf ?? of.ordinal]?.pod?.ip;
  if (!donor || host === undefined) throw new Error(`member ${of.ordinal} has no pod`);
  const { account } = ground.config;
  return {
    name: jobName(look.at, of.ordinal),
    run: look.at.run,
    step,
    attempt: 1,
    member: donor.name,
    verb: 'copy',
    values: {
      HOST: host,
      USER: account.user,
      DATADIR: seen.mount.dataDirectory,
      BACKUPS: backupsFolder(look),
      ID: of.id,
      RESERVE: String(of.reserve ?? 1 << 20),
      ARCHIVE_PERCENT: '100',
      QUEUE_LIMIT: '16',
      DESYNC_COUNT: '0',
      STARTED: new Date(look.clock.now()).toISOString(),
    },
    account,
    place: placeOf(look, seen, donor, { data: 'as-member', backups: 'read-write', besideMember: true }),
    deadlineMs: deadlines.open,
  };
}

export interface Copied {
  readonly id: string;
  readonly result: JsonObject;
}

export function proveValues({ id, result }: Copied): Record<string, string> {
  return { ID: id, SHA256: String(result.sha256), BYTES: String(result.bytes), MANIFEST: '' };
}

export async function unpackSpec(
  ground: Ground,
  step: string,
  ordinal: number,
  copied: Copied,
  change: Readonly<Record<string, string>> = {},
): Promise<RunnerSpec> {
  const look = await lookAt(ground, step);
  const { id, result } = copied;
  const position = result.position as JsonObject;
  return await onMember(
    ground,
    ordinal,
    step,
    'unpack',
    {
      WORK: workFolder(look.at.run),
      BACKUPS: backupsFolder(look),
      ID: id,
      SHA256: String(result.sha256),
      BYTES: String(result.bytes),
      DATA_BYTES: String(result.dataBytes),
      COMPRESSION: String(result.compression),
      FILE: String(result.file),
      RESERVE: String(1 << 20),
      POSITION: `${position.uuid}:${position.seqno}`,
      ...change,
    },
    { backups: 'read-only', besideMember: true },
  );
}
