import { managedBySelector } from '../actions/labels.ts';
import { fail } from '../base/failure.ts';
import type { Driving } from '../engine/drive.ts';
import type { Plan } from '../engine/event.ts';
import type { Frontend } from '../engine/frontend.ts';
import type { Journal, RunLease as LeaseOfRun, Mirror } from '../engine/ports.ts';
import type { RunLease } from '../target/lease.ts';
import { ClusterMirror } from './cluster-mirror.ts';
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
}

/** Ties a run to its target, its record and whoever shows it. */
export function drivingOf(options: DrivingOptions): Driving {
  const { session, run, record, frontend } = options;
  const { lease, holds } = leaseOf(session);
  return {
    catalogue: session.catalogue,
    look: session.lookFor(run),
    writes: session.writes,
    journal: record,
    mirror: mirrorOf(
      session,
      new ClusterMirror(session.ports.kube, session.config.namespace, run, new TextDecoder().decode(options.document)),
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

/** The cluster's lease, renewed on a timer of its own while a run has it. */
function leaseOf(session: Session): { readonly lease: LeaseOfRun; readonly holds: () => Promise<void> } {
  const port: RunLease = session.lease();
  let stopKeeping: (() => void) | undefined;
  let lost: string | undefined;
  return {
    lease: {
      async take(run) {
        const answer = await port.acquire(session.holder, run);
        if (!answer.got) {
          const own = answer.by.run === run && isDeadHere(answer.by.holder, session.holder);
          const taken = own ? await port.takeOver(session.holder, run, { silenceMs: 0 }) : answer;
          if (!taken.got) return `run ${taken.by.run} of ${taken.by.holder}`;
        }
        stopKeeping = port.keep((why) => {
          lost = why.found;
        });
        return undefined;
      },
      async release() {
        stopKeeping?.();
        await port.release();
      },
    },
    async holds() {
      if (lost !== undefined)
        fail(
          'held',
          'the lease of this Galera cluster',
          lost,
          'another run has taken over: galera-runbook status shows it',
        );
      if (await port.verify()) return;
      fail(
        'held',
        'the lease of this Galera cluster, renewed within 40 s',
        'it is not ours, or could not be renewed',
        'galera-runbook status shows who holds it; then galera-runbook runs repair',
      );
    },
  };
}

/** What leaves for the cluster passes the redactor, as what stays on disk does. */
function mirrorOf(session: Session, mirror: Mirror): Mirror {
  return { push: (events) => mirror.push(session.redactor.json(events)) };
}

/** A run that ended well leaves no Jobs: their logs are kept beside the journal. */
async function tidy(session: Session, run: string): Promise<void> {
  const { namespace } = session.config;
  const jobs = await session.ports.kube.list(
    { apiVersion: 'batch/v1', kind: 'Job', namespace },
    `${managedBySelector},galera-runbook/run=${run}`,
  );
  for (const job of jobs) await session.ports.jobs.remove(namespace, job.metadata.name);
}

/** The same run, by a process of this machine and user that is gone: a kill -9 leaves a lease behind that nobody renews. */
function isDeadHere(holder: string, mine: string): boolean {
  const [who = '', pid = ''] = [holder.slice(0, holder.lastIndexOf('/')), holder.slice(holder.lastIndexOf('/') + 1)];
  if (who !== mine.slice(0, mine.lastIndexOf('/')) || !/^\d+$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
