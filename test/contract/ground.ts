import type { ClusterView } from '../../src/actions/cluster-view.ts';
import { viewCluster } from '../../src/actions/cluster-view.ts';
import { FailureError } from '../../src/base/failure.ts';
import type { Ports } from '../../src/commands/ports.ts';
import { readIdentity } from '../../src/kubernetes/identity.ts';
import type { TargetConfig } from '../../src/target/config.ts';
import type { Identity } from '../../src/target/identity.ts';
import type { JobReport, RunnerSpec } from '../../src/target/jobs.ts';
import type { Look } from '../../src/target/look.ts';

/**
 * What a contract stands on: the simulator, or the lab. The same cases run on both (`simulator.test.ts`, `../e2e/contract.test.ts`), so that what
 * practice shows is what a cluster does. A difference that a lab shows becomes a case here before the simulator learns it.
 */
export interface Ground {
  readonly config: TargetConfig;
  readonly ports: Ports;
  /** The same target by a user who may read but not write. */
  readonly readOnly: Ports;
  readonly poke: Poke;
}

/** How a member's volume and the backups' are called when something happens to them. */
export type Volume = number | 'backups';

/** What happens to a cluster that no port does. Each resolves when it has happened. */
export interface Poke {
  /** Writes rows through one member into the table `shop.ticks`. */
  insert(member: number, rows: number): Promise<void>;
  /** The member's process dies without a word; the kubelet starts its container again. */
  killMember(member: number): Promise<void>;
  /** The process of a Job's container dies, and nothing of it runs on. */
  killJob(name: string): Promise<void>;
  /** Leaves so many bytes on a volume, until `drain`. */
  fill(volume: Volume, leaveBytes: number): Promise<void>;
  drain(volume: Volume): Promise<void>;
  /** Cuts the archive of a backup in half, or flips one bit of it; `mend` puts it back. */
  truncate(backup: string): Promise<void>;
  flip(backup: string): Promise<void>;
  mend(backup: string): Promise<void>;
  /** Another `uuid` in the grastate.dat of a stopped member: a volume that belongs elsewhere. */
  foreign(member: number, uuid: string): Promise<void>;
  /** The names of work folders on a member's volume. */
  workFolders(member: number): Promise<readonly string[]>;
  /** No answer from the API server. */
  cutConnection(): Promise<void>;
  mendConnection(): Promise<void>;
}

/** Reads of one step of an invented run. */
export async function lookAt(ground: Ground, step: string, attempt = 1): Promise<Look> {
  const { config, ports } = ground;
  const identity: Identity = {
    context: ports.context,
    namespace: config.namespace,
    cluster: config.cluster,
    statefulset: config.statefulset,
    ...(await readIdentity(ports.kube, config)),
  };
  return {
    config,
    identity,
    at: { run: 'c0n7rt', step, attempt },
    kube: ports.kube,
    sql: ports.sql,
    jobs: ports.jobs,
    clock: ports.clock,
    signal: new AbortController().signal,
  };
}

/** Waits on the ground's own clock; what throws is asked again. */
export async function until<T>(
  ground: Ground,
  what: string,
  ask: () => Promise<T | false | undefined>,
  ms = 120_000,
): Promise<T> {
  const { clock } = ground.ports;
  const end = clock.now() + ms;
  let last: unknown;
  while (clock.now() < end) {
    const answer = await ask().catch((thrown) => {
      last = thrown;
      return undefined;
    });
    if (answer !== undefined && answer !== false) return answer;
    await clock.sleep(200);
  }
  throw new Error(`no ${what} within ${ms} ms${last instanceof Error ? `: ${last.message}` : ''}`);
}

/** A Job to its end, whatever that is. */
export async function carriedOut(ground: Ground, spec: RunnerSpec): Promise<JobReport> {
  await ground.ports.jobs.start(spec);
  return await endOf(ground, spec);
}

export async function endOf(ground: Ground, spec: Pick<RunnerSpec, 'name'>): Promise<JobReport> {
  return await until(ground, `end of ${spec.name}`, async () => {
    const report = await ground.ports.jobs.report(ground.config.namespace, spec.name);
    return report !== undefined && (report.phase === 'succeeded' || report.phase === 'failed') && report;
  });
}

export async function view(ground: Ground): Promise<ClusterView> {
  return await viewCluster(await lookAt(ground, 'view'), 3);
}

export const member = (ground: Ground, ordinal: number): string => `${ground.config.statefulset}-${ordinal}`;

export async function synced(ground: Ground, ordinals: readonly number[] = [0, 1, 2]): Promise<void> {
  await until(ground, `Synced members ${ordinals.join(', ')}`, async () => {
    const statuses = await Promise.all(ordinals.map((ordinal) => ground.ports.sql.status(member(ground, ordinal))));
    return statuses.every(
      (status) =>
        status.clusterStatus === 'Primary' && status.localState === 4 && status.clusterSize === ordinals.length,
    );
  });
}

export async function scaleTo(ground: Ground, replicas: number): Promise<void> {
  const ref = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    namespace: ground.config.namespace,
    name: ground.config.statefulset,
  };
  const object = await ground.ports.kube.get(ref);
  await ground.ports.kube.patch(ref, { spec: { replicas } }, { uid: object?.metadata.uid ?? '' });
}

/** One after the other, ordinal 0 last, until no pod is left. */
export async function stopAll(ground: Ground): Promise<void> {
  for (const replicas of [2, 1, 0]) {
    await scaleTo(ground, replicas);
    await until(ground, `stop down to ${replicas}`, async () => {
      const { members } = await view(ground);
      return members.filter(({ pod }) => pod !== undefined).length === replicas;
    });
  }
}

/** The kind of the failure that a call ends with; `none` when it does not fail. */
export async function failureKind(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'none';
  } catch (thrown) {
    if (thrown instanceof FailureError) return thrown.failure.kind;
    throw thrown;
  }
}
