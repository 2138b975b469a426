import { catalogue } from '../actions/catalogue.ts';
import { type ClusterView, viewCluster } from '../actions/cluster-view.ts';
import { fail } from '../base/failure.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { Catalogue } from '../engine/action.ts';
import type { Writes } from '../engine/fenced-hands.ts';
import type { Planning } from '../engine/plan.ts';
import type { LookFor } from '../engine/ports.ts';
import { who } from '../host/who.ts';
import { readIdentity } from '../kubernetes/identity.ts';
import { Redactor } from '../record/redact.ts';
import { practiceConfig } from '../simulator/build.ts';
import type { TargetConfig } from '../target/config.ts';
import { type Identity, sameIdentity } from '../target/identity.ts';
import type { KubeReads } from '../target/kubernetes.ts';
import type { RunLease } from '../target/lease.ts';
import type { Clock, Look } from '../target/look.ts';
import type { Globals } from './globals.ts';
import { talk } from './output.ts';
import { kubernetesPorts, type Ports } from './ports.ts';
import { openPracticePorts } from './practice-ports.ts';
import { chooseTarget } from './targets.ts';

/** A connection to one target: what every command but `runbooks` works with. */
export interface Session {
  readonly config: TargetConfig;
  readonly identity: Identity;
  readonly ports: Ports;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly redactor: Redactor;
  lookFor(run: string): LookFor;
  /** Reading outside a run, without a deadline of its own. */
  look(): Look;
  readonly writes: Writes;
  lease(): RunLease;
  /** `user@host`, with what an auditor asks for. */
  readonly by: string;
  /** `user@host/pid`, as the lease names it. */
  readonly holder: string;
  /** Throws when the target is not the one that was connected to. */
  checkIdentity(): Promise<void>;
  close(): Promise<void>;
}

export async function openSession(globals: Globals, env: NodeJS.ProcessEnv = process.env): Promise<Session> {
  const config = globals.practice ? practiceConfig() : await chooseTarget(globals, env);
  const redactor = new Redactor([
    config.cluster,
    config.namespace,
    config.statefulset,
    config.service,
    config.container,
  ]);
  const ports = globals.practice
    ? openPracticePorts(globals, config)
    : await kubernetesPorts(config, globals, env, (secret) => hide(redactor, secret));
  return await sessionOf(config, ports, redactor);
}

/** A session on whatever answers behind the ports: a Kubernetes cluster, or the practice world. */
export async function sessionOf(config: TargetConfig, ports: Ports, redactor: Redactor): Promise<Session> {
  const readNow = async (): Promise<Identity> => ({
    context: ports.context,
    namespace: config.namespace,
    cluster: config.cluster,
    statefulset: config.statefulset,
    ...(await readIdentity(ports.kube, config)),
  });
  const identity = await readNow();
  const me = who();
  const lookFor =
    (run: string): LookFor =>
    (step, attempt, signal) => ({
      config,
      identity,
      at: { run, step, attempt },
      kube: ports.kube,
      sql: ports.sql,
      jobs: ports.jobs,
      clock: ports.clock,
      signal,
    });
  return {
    config,
    identity,
    ports,
    catalogue,
    clock: ports.clock,
    redactor,
    lookFor,
    look: () => lookFor('look')('look', 0, new AbortController().signal),
    writes: { kube: ports.kube, sql: ports.sql, jobs: ports.jobs },
    lease: () => ports.lease(me.name.split('@').at(-1) ?? ''),
    by: me.full,
    holder: `${me.name}/${process.pid}`,
    checkIdentity: async () => {
      const now = await readNow();
      if (!sameIdentity(identity, now)) {
        const parts = (of: Identity) => `kube-system ${of.kubeSystemUid}, StatefulSet ${of.statefulSetUid}`;
        fail(
          'refused',
          `the target that was connected to: ${parts(identity)}`,
          parts(now),
          'find out who replaced it; nothing more is changed by this run',
        );
      }
    },
    close: () => ports.close(),
  };
}

/** A secret that cannot be told from other words is said to be so: who set it should change it. */
function hide(redactor: Redactor, secret: string): void {
  const why = redactor.add(secret);
  if (why === undefined) return;
  talk(
    `a password in use here cannot be kept out of records reliably (${why === 'too-short' ? 'it is too short' : 'it is part of a name'}): change it`,
  );
}

/** `$target` as runbooks see it. */
export function targetFacts(session: Session, view: ClusterView): JsonObject {
  const { config, identity } = session;
  return {
    name: config.name,
    flavour: config.flavour,
    context: identity.context,
    namespace: config.namespace,
    cluster: config.cluster,
    statefulset: config.statefulset,
    service: config.service,
    container: config.container,
    members: view.members.map((member) => member.name),
  };
}

/**
 * What must not move between a plan and its start: identity, pods, specs. Counters and free bytes may, and containers: in a Galera cluster
 * that is down they are others each minute. A copy looks for the container that it was planned with.
 */
export function sawOf(session: Session, view: ClusterView): Json {
  return {
    identity: { ...session.identity },
    generation: view.statefulSet.generation,
    selector: view.service.selector,
    members: view.members.map((member) => ({
      name: member.name,
      pod: member.pod?.uid ?? null,
      volume: member.data.volume ?? null,
    })),
  };
}

/** `kube`: reads through something of the caller's own. */
export async function see(session: Session, kube: KubeReads = session.ports.kube): Promise<ClusterView> {
  return await viewCluster({ ...session.look(), kube });
}

const planningMs = 120_000;

/** The reads that planning a run of this id is given; each step's end after two minutes. */
export function planningOf(session: Session, run: string): Planning {
  const look = session.lookFor(run);
  return {
    catalogue: session.catalogue,
    look: (step, attempt) => look(step, attempt, AbortSignal.timeout(planningMs)),
  };
}
