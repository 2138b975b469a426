import { systemClock } from '../host/clock.ts';
import { connectKubernetes } from '../kubernetes/connect.ts';
import { secretPasswords } from '../mariadb/password.ts';
import { connectMariaDb } from '../mariadb/sql.ts';
import type { Timers } from '../screens/timers.ts';
import type { TargetConfig } from '../target/config.ts';
import type { JobReads, JobWrites } from '../target/jobs.ts';
import type { KubeReads, KubeWrites } from '../target/kubernetes.ts';
import type { RunLease } from '../target/lease.ts';
import type { Clock } from '../target/look.ts';
import type { SqlReads, SqlWrites } from '../target/sql.ts';
import type { Globals } from './globals.ts';
import { newRunId } from './run-id.ts';

/** All that a session needs of one target: nothing else reaches a cluster. */
export interface Ports {
  /** The kubeconfig context's name, as every screen and gate shows it. */
  readonly context: string;
  readonly kube: KubeReads & KubeWrites;
  readonly sql: SqlReads & SqlWrites;
  readonly jobs: JobReads & JobWrites;
  readonly clock: Clock;
  /** The target's time for somebody who looks on, where it is not this machine's: it passes by itself from then on. */
  lookOn?(): Timers;
  /** A run's id. */
  newRun(): string;
  /** The Galera cluster's lease, for a process on this host. */
  lease(host: string): RunLease;
  close(): Promise<void>;
}

/** The real ones: Kubernetes by one context that is read once, SQL through its port-forward. */
export async function kubernetesPorts(
  config: TargetConfig,
  globals: Globals,
  env: NodeJS.ProcessEnv,
  hide: (secret: string) => void,
): Promise<Ports> {
  const connection = await connectKubernetes({
    env,
    ...(globals.kubeconfig === undefined ? {} : { kubeconfigPath: globals.kubeconfig }),
    ...(config.context === undefined ? {} : { context: config.context }),
  });
  const mariadb = connectMariaDb({
    open: (member) => connection.portForward({ namespace: config.namespace, pod: member, port: 3306 }),
    passwords: secretPasswords(connection.objects, config.namespace, hide),
    account: config.account,
    ...(config.reader ? { reader: config.reader } : {}),
  });
  return {
    context: connection.context,
    kube: connection.objects,
    sql: mariadb.sql,
    jobs: connection.jobs,
    clock: systemClock,
    newRun: () => newRunId(),
    lease: (host) => connection.lease({ namespace: config.namespace, statefulset: config.statefulset, host }),
    close: async () => {
      mariadb.close();
      connection.close();
    },
  };
}
