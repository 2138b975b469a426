import { type Failure, failure } from '../base/failure.ts';
import { byOrdinal, type MemberReading, namesOf } from './member-reading.ts';
import { shortUuid, zeroUuid } from './position.ts';
import { isSynced, type MemberStatus } from './wsrep-status.ts';

/** What every member said alike: journaled, and compared when the check is asked again. */
export interface QuorumFacts {
  readonly uuid: string;
  readonly confId: string;
  readonly size: number;
  readonly synced: readonly string[];
}

export type Quorum =
  | { readonly ok: true; readonly facts: QuorumFacts }
  | {
      readonly ok: false;
      readonly failure: Failure;
      readonly problems: readonly Problem[];
      /** Nothing else is wrong than that members gave no answer, which they may give when they are asked again. */
      readonly unanswered: boolean;
    };

export interface Problem {
  readonly text: string;
  /** The members it is about. */
  readonly members: readonly string[];
}

type Named = { readonly member: string; readonly ordinal: number; readonly status: MemberStatus };

/** Members by what they say, each with `uuid 36553af3: mariadb-server-0, -1`; undefined is `unknown`. */
function spread(of: readonly Named[], value: (status: MemberStatus) => string | undefined): string {
  const groups = new Map<string, Named[]>();
  for (const each of of) {
    const said = value(each.status) ?? 'unknown';
    groups.set(said, [...(groups.get(said) ?? []), each]);
  }
  return [...groups].map(([said, members]) => `${said} (${namesOf(members)})`).join(', ');
}

function agreed(of: readonly Named[], value: (status: MemberStatus) => string | undefined): string | undefined {
  const values = new Set(of.map((each) => value(each.status)));
  const [only] = values;
  return values.size === 1 ? only : undefined;
}

const uuidOf = (status: MemberStatus): string | undefined =>
  status.clusterUuid !== undefined && status.clusterUuid === status.localUuid && status.clusterUuid !== zeroUuid
    ? status.clusterUuid
    : undefined;

function uuidText(status: MemberStatus): string {
  const [cluster, local] = [status.clusterUuid, status.localUuid];
  if (cluster === undefined || local === undefined) return 'unknown';
  return cluster === local ? shortUuid(cluster) : `${shortUuid(cluster)} with own ${shortUuid(local)}`;
}

function groupProblems(named: readonly Named[], replicas: number): Problem[] {
  const members = named.map((each) => each.member);
  const problems: Problem[] = [];
  const add = (text: string, about: readonly string[]) => problems.push({ text, members: about });
  const namesWhere = (wrong: (status: MemberStatus) => boolean) =>
    named.filter((each) => wrong(each.status)).map((each) => each.member);

  const outside = namesWhere((status) => status.clusterStatus !== 'Primary');
  if (outside.length > 0) add(`cluster status ${spread(named, (status) => status.clusterStatus)}`, outside);
  if (agreed(named, uuidOf) === undefined) add(`state UUIDs ${spread(named, uuidText)}`, members);
  if (agreed(named, (status) => status.confId) === undefined)
    add(`conf ids ${spread(named, (status) => status.confId)}`, members);
  const wrongSize = namesWhere((status) => status.clusterSize !== replicas);
  if (wrongSize.length > 0) add(`cluster size ${spread(named, (status) => status.clusterSize?.toString())}`, wrongSize);
  const desynced = namesWhere((status) => status.desyncCount !== 0);
  if (desynced.length > 0) add(`desync count ${spread(named, (status) => status.desyncCount?.toString())}`, desynced);
  return problems;
}

/** `mariadb-server-1, -2 (mariadb-server-1: connection refused; …)` */
function silenceText(silent: readonly MemberReading[]): string {
  const reasons = silent.flatMap(({ member, failure }) =>
    failure === undefined ? [] : [`${member}: ${failure.found}`],
  );
  return reasons.length === 0 ? namesOf(silent) : `${namesOf(silent)} (${reasons.join('; ')})`;
}

/**
 * Whether the cluster is fit for taking a member out of flow control (sequences.md §1, preflight): every member answers, one
 * state UUID and `wsrep_cluster_conf_id`, Primary, size = replicas, none desynced, and beside the one to be taken at least
 * `spare` others Synced. A value that is not known is a problem like a wrong one. All problems are told at once.
 */
export function agree(
  of: readonly MemberReading[],
  want: { readonly replicas: number; readonly spare: number },
): Quorum {
  const readings = byOrdinal(of);
  const named: Named[] = readings.flatMap(({ member, ordinal, status }) =>
    status === undefined ? [] : [{ member, ordinal, status }],
  );
  const silent = readings.filter((reading) => reading.status === undefined);
  const problems: Problem[] = [];
  if (readings.length !== want.replicas || new Set(readings.map((each) => each.ordinal)).size !== readings.length) {
    problems.push({ text: `${readings.length} members looked at`, members: [] });
  }
  if (silent.length > 0) {
    problems.push({ text: `no answer from ${silenceText(silent)}`, members: silent.map((each) => each.member) });
  }
  if (named.length > 0) problems.push(...groupProblems(named, want.replicas));
  const synced = named.filter((each) => isSynced(each.status));
  if (synced.length < want.spare + 1) {
    const off = readings.filter((each) => each.status === undefined || !isSynced(each.status));
    problems.push({ text: `${synced.length} Synced`, members: off.map((each) => each.member) });
  }
  const uuid = agreed(named, uuidOf);
  const confId = agreed(named, (status) => status.confId);
  if (problems.length === 0 && uuid !== undefined && confId !== undefined) {
    const facts = { uuid, confId, size: want.replicas, synced: synced.map((each) => each.member) };
    return { ok: true, facts };
  }
  return {
    ok: false,
    problems,
    unanswered: isUnanswered(problems, silent),
    failure: failure(
      'unsafe',
      `${want.replicas} of ${want.replicas} members answer, one state UUID and conf id, Primary, size ${want.replicas}, none desynced, at least ${want.spare + 1} Synced`,
      problems.map((problem) => problem.text).join('; '),
      'see galera-runbook status for each member, mend the cause, then plan again',
    ),
  };
}

function isUnanswered(problems: readonly Problem[], silent: readonly MemberReading[]): boolean {
  const mayAnswer = silent.filter(({ failure, podExists }) => failure?.kind === 'unknown' && podExists !== false);
  const names = mayAnswer.map(({ member }) => member);
  return problems.every(({ members }) => members.length > 0 && members.every((member) => names.includes(member)));
}

/** A failure when a member that answered belongs to a cluster of another name, or does not say to which. */
export function otherCluster(readings: readonly MemberReading[], clusterName: string): Failure | undefined {
  const others = readings.filter(({ status }) => status !== undefined && status.settings.clusterName !== clusterName);
  const [first] = others;
  if (first === undefined) return undefined;
  return failure(
    'refused',
    `wsrep_cluster_name '${clusterName}'`,
    `wrong cluster: ${namesOf(others)}: ${first.status?.settings.clusterName ?? 'no wsrep_cluster_name read'}`,
    'compare the target in the configuration with the cluster that you mean',
  );
}
