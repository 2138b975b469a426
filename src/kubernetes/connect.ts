import type { Duplex } from 'node:stream';
import { FailureError, failure } from '../base/failure.ts';
import type { JobReads, JobWrites } from '../target/jobs.ts';
import type { KubeReads, KubeWrites } from '../target/kubernetes.ts';
import type { RunLease } from '../target/lease.ts';
import { Access } from './access.ts';
import { Http, seconds, within } from './http.ts';
import { KubeJobs } from './jobs.ts';
import { type Frozen, type KubeconfigOptions, readKubeconfig } from './kubeconfig.ts';
import { KubeLease, type LeaseOptions } from './lease.ts';
import { KubeObjects } from './objects.ts';
import { openPortForward, type PodPort } from './port-forward.ts';

/** One user of one Kubernetes cluster, by one context that was read once. */
export interface Connection {
  readonly context: string;
  readonly server: string;
  readonly user: string;
  /** The context's default namespace. */
  readonly namespace?: string;
  readonly objects: KubeReads & KubeWrites;
  readonly jobs: JobReads & JobWrites;
  /** A connection to a port of a pod, to be destroyed by whoever asked for it. */
  portForward(to: PodPort, deadlineMs?: number): Promise<Duplex>;
  lease(options: LeaseOptions): RunLease;
  /** Ends kept connections; a call after it opens new ones. */
  close(): void;
}

/** Credential plugins may ask somewhere else, or a person. */
const credentialsMs = 60_000;

/** Reads the kubeconfig and gets credentials; does not talk to the API server. */
export async function connectKubernetes(options: KubeconfigOptions): Promise<Connection> {
  // Loading takes most of a second: what works without Kubernetes does not wait for it.
  const { KubeConfig, loadYaml } = await import('@kubernetes/client-node');
  const frozen = readKubeconfig(options, loadYaml);
  const access = new Access(frozen, () => {
    const config = new KubeConfig();
    config.loadFromString(frozen.json);
    return config;
  });
  await within(access.credentials(), performance.now() + credentialsMs, () => noCredentials(frozen));
  const http = new Http(access);
  const objects = new KubeObjects(http);
  return {
    context: frozen.context,
    server: frozen.server,
    user: frozen.user,
    ...(frozen.namespace === undefined ? {} : { namespace: frozen.namespace }),
    objects,
    jobs: new KubeJobs(objects),
    portForward: (to, deadlineMs) => openPortForward(access, to, deadlineMs),
    lease: (lease) => new KubeLease(objects, lease),
    close: () => access.close(),
  };
}

function noCredentials({ user, context }: Frozen): FailureError {
  return new FailureError(
    failure(
      'refused',
      `credentials of user ${user} (context ${context})`,
      `none within ${seconds(credentialsMs)}: the credential plugin still waits`,
      `run \`kubectl --context ${context} version\` to log in`,
    ),
  );
}
