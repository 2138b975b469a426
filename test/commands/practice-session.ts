import type { Ports } from '../../src/commands/ports.ts';
import { type Session, sessionOf } from '../../src/commands/session.ts';
import { KubeLease } from '../../src/kubernetes/lease.ts';
import { Redactor } from '../../src/record/redact.ts';
import type { KubeReads, KubeWrites, Ref } from '../../src/target/kubernetes.ts';
import type { GroundCluster } from '../actions/fake-ground.ts';

export const leaseRef: Ref = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  namespace: 'openstack',
  name: 'galera-runbook-mariadb-server',
};

/** A session on a cluster in memory, with its lease. Only waiting for silence skips time. */
export async function sessionOn(world: GroundCluster): Promise<Session> {
  world.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', uid: 'kube-system-uid' } });
  const kube: KubeReads & KubeWrites = {
    ...world.kube,
    async create(object) {
      const made = await world.kube.create(object);
      const { apiVersion, kind, metadata } = object;
      const { name, namespace } = metadata;
      return (await world.kube.get({ apiVersion, kind, name, ...(namespace ? { namespace } : {}) })) ?? made;
    },
  };
  let skipped = 0;
  const ports: Ports = {
    context: world.identity.context,
    kube,
    sql: world.sql,
    jobs: world.jobs,
    clock: world.clock,
    lease: (host) =>
      new KubeLease(kube, {
        namespace: world.config.namespace,
        statefulset: world.config.statefulset,
        host,
        monotonic: () => skipped,
        now: () => world.now,
        async sleep(ms, signal) {
          if (signal) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
          else {
            skipped += ms;
            await world.clock.sleep(ms);
          }
        },
      }),
    close: async () => undefined,
  };
  return await sessionOf(world.config, ports, new Redactor([]));
}
