import { readFile } from 'node:fs/promises';
import { FailureError, fail } from '../base/failure.ts';
import type { RunEvent } from '../engine/event.ts';
import type { RunFolder } from '../host/state-folder.ts';
import { leaseName } from '../target/lease.ts';
import { mirroredIds, mirroredRun } from './cluster-mirror.ts';
import type { Globals } from './globals.ts';
import { RunRecord, stateFolder } from './run-record.ts';
import type { Session } from './session.ts';

/** A run as this machine, or else its mirror in the cluster, knows it. */
export interface OpenedRun {
  readonly run: string;
  readonly events: readonly RunEvent[];
  readonly document: Uint8Array;
  /** Locked. Absent: the run is known from its mirror alone. */
  readonly record?: RunRecord;
  readonly torn: boolean;
}

/** For taking a run up: refused when a process of this machine works on it, when its journal is damaged, or of a newer program. */
export async function openRun(globals: Globals, session: Session, word: string): Promise<OpenedRun> {
  let folder: RunFolder;
  try {
    folder = await stateFolder(globals).find(word);
  } catch (thrown) {
    if (!(thrown instanceof FailureError) || thrown.failure.kind !== 'usage' || word === 'last') throw thrown;
    return await fromMirror(session, word, thrown);
  }
  const { record, events, torn } = await RunRecord.open(folder, session.redactor);
  return { run: folder.id, record, events, torn, document: await readFile(folder.runbook) };
}

async function fromMirror(session: Session, word: string, notHere: FailureError): Promise<OpenedRun> {
  const { kube } = session.ports;
  const { namespace } = session.config;
  const ids = await mirroredIds(kube, namespace, word);
  const [run, ...others] = ids;
  if (run === undefined) {
    const by = await session.lease().read();
    if (by?.run !== word) throw notHere;
    fail(
      'held',
      `run ${word} on this machine, or its mirror in the cluster`,
      `its lease alone, held by ${by.holder}: no effect of it is known, and nothing that it owes`,
      `once that process is surely gone: kubectl -n ${namespace} delete lease ${leaseName(session.config.statefulset)}`,
    );
  }
  if (others.length > 0) fail('usage', `one run ${word}`, ids.join(', '), 'give more letters of the id');
  const { events = [], document } = (await mirroredRun(kube, namespace, run)) ?? {};
  if (document === undefined)
    fail(
      'refused',
      `the document of run ${run} beside its mirror`,
      'none',
      `take the run up on the bastion that began it`,
    );
  return { run, events, torn: false, document: new TextEncoder().encode(document) };
}

/**
 * All that has happened, wherever: what another bastion has added to the mirror is taken over; a journal that has parted from it, or that came
 * from another machine and goes beyond it, is refused. Asked once the lease is ours, so that nobody adds to it any more.
 */
export async function caughtUp(session: Session, { run, record, events }: OpenedRun): Promise<readonly RunEvent[]> {
  const mirrored = (await mirroredRun(session.ports.kube, session.config.namespace, run))?.events ?? [];
  const elsewhere = `take the run up where it was worked on last; or, from its mirror alone, with another --state-dir`;
  const common = Math.min(events.length, mirrored.length);
  const parted = events.slice(0, common).findIndex((event, index) => {
    const other = mirrored[index];
    return other?.at !== event.at || other.type !== event.type;
  });
  if (parted >= 0)
    fail(
      'refused',
      `run ${run} with one history`,
      `this machine's journal and the mirror in the cluster differ from event ${parted + 1} on`,
      elsewhere,
    );
  const by = lastBy(events);
  if (record && mirrored.length < events.length && by !== undefined && hostOf(by) !== hostOf(session.by))
    fail(
      'refused',
      `a record of run ${run} that was made on this machine, ${hostOf(session.by)}`,
      `${by} has worked on it last, and the mirror in the cluster ${mirrored.length === 0 ? 'is not there' : `ends at event ${mirrored.length} of ${events.length}`}: a state folder of another machine?`,
      elsewhere,
    );
  const missed = mirrored.slice(events.length);
  for (const event of missed) await record?.append(event);
  return [...events, ...missed];
}

/** A record on this machine for a run that was known from its mirror alone. */
export async function recordHere(
  globals: Globals,
  session: Session,
  { run, record, document }: OpenedRun,
  events: readonly RunEvent[],
): Promise<RunRecord> {
  if (record) return record;
  const made = await RunRecord.create(globals, run, document, session.redactor);
  for (const event of events) await made.append(event);
  return made;
}

/** Who drove the run last, as `user@host`. */
function lastBy(events: readonly RunEvent[]): string | undefined {
  const drove = events.findLast(
    (event) => event.type === 'run-started' || event.type === 'run-continued' || event.type === 'run-resumed',
  );
  return drove && 'by' in drove ? drove.by.split(' ')[0] : undefined;
}

function hostOf(by: string): string {
  return by.split(' ')[0]?.split('@').at(-1) ?? '';
}
