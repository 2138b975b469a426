import { managedBySelector } from '../actions/labels.ts';
import type { Driving } from '../engine/drive.ts';
import type { Plan } from '../engine/event.ts';
import type { Frontend } from '../engine/frontend.ts';
import type { Journal, Mirror } from '../engine/ports.ts';
import { clusterWord } from '../target/identity.ts';
import { ClusterMirror } from './cluster-mirror.ts';
import { pruneMirrors } from './prune-mirrors.ts';
import type { HeldLease } from './run-lease.ts';
import { leaseOf } from './run-lease.ts';
import type { Session } from './session.ts';

export interface DrivingOptions {
  readonly session: Session;
  readonly run: string;
  readonly record: Journal;
  readonly document: Uint8Array;
  readonly frontend: Frontend;
  readonly terminal: boolean;
  readonly cluster?: string;
  readonly unmoved: (plan: Plan) => Promise<void>;
  /** Of a run that is taken up: its lease is got before its journal is touched. */
  readonly lease?: HeldLease;
}

/** Ties a run to its target, its record and whoever shows it. */
export function drivingOf(options: DrivingOptions): Driving {
  const { session, run, record, frontend } = options;
  const { lease, holds } = options.lease ?? leaseOf(session);
  return {
    catalogue: session.catalogue,
    look: session.lookFor(run),
    writes: session.writes,
    journal: record,
    mirror: mirrorOf(
      session,
      new ClusterMirror(
        session.ports.kube,
        session.config.namespace,
        run,
        new TextDecoder('utf-8', { ignoreBOM: true }).decode(options.document),
      ),
    ),
    fence: {
      async check() {
        await holds();
        await session.checkIdentity();
      },
    },
    lease,
    frontend,
    clock: session.clock,
    terminal: options.terminal,
    by: session.by,
    ...(options.cluster === undefined ? {} : { cluster: options.cluster }),
    unmoved: options.unmoved,
    tidy: (id) => tidy(session, id),
  };
}

/** What leaves for the cluster passes the redactor, as what stays on disk does. */
function mirrorOf(session: Session, mirror: Mirror): Mirror {
  return { push: (events) => mirror.push(session.redactor.json(events)) };
}

/** A run that ended well leaves no Jobs: their logs are kept beside the journal. Of the runs before it the newest keep their mirror. */
async function tidy(session: Session, run: string): Promise<void> {
  const { namespace } = session.config;
  const jobs = await session.ports.kube.list(
    { apiVersion: 'batch/v1', kind: 'Job', namespace },
    `${managedBySelector},galera-runbook/run=${run}`,
  );
  for (const job of jobs) await session.ports.jobs.remove(namespace, job.metadata.name);
  await pruneMirrors(session.ports.kube, namespace, clusterWord(session.identity));
}
