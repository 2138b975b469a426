import { readFile } from 'node:fs/promises';
import { FailureError, fail } from '../base/failure.ts';
import type { RunEvent } from '../engine/event.ts';
import { mirroredRuns } from './cluster-mirror.ts';
import type { Globals } from './globals.ts';
import { RunRecord, stateFolder } from './run-record.ts';
import type { Session } from './session.ts';

export interface OpenedRun {
  readonly record: RunRecord;
  readonly events: readonly RunEvent[];
  readonly document: Uint8Array;
}

/** A run to take up: from this machine's record, else from its mirror in the cluster, which then becomes a record here. */
export async function recordOf(globals: Globals, session: Session, word: string): Promise<OpenedRun> {
  const state = stateFolder(globals);
  try {
    const folder = await state.find(word);
    const { record, events } = await RunRecord.open(folder, session.redactor);
    return {
      record,
      events: await caughtUp(session, folder.id, record, events),
      document: await readFile(folder.runbook),
    };
  } catch (thrown) {
    if (!(thrown instanceof FailureError) || thrown.failure.kind !== 'usage' || word === 'last') throw thrown;
    return await fromMirror(globals, session, word, thrown);
  }
}

async function fromMirror(globals: Globals, session: Session, word: string, notHere: FailureError): Promise<OpenedRun> {
  const runs = await mirroredRuns(session.ports.kube, session.config.namespace);
  const found = runs.filter(({ run }) => run.startsWith(word));
  const [only, ...others] = found;
  if (!only) throw notHere;
  if (others.length > 0)
    fail('usage', `one run ${word}`, found.map(({ run }) => run).join(', '), 'give more letters of the id');
  const { run, events, document } = only;
  if (document === undefined)
    fail(
      'refused',
      `the document of run ${run} beside its mirror`,
      'none',
      `take the run up on the bastion that began it`,
    );
  const bytes = new TextEncoder().encode(document);
  const record = await RunRecord.create(globals, run, bytes, session.redactor);
  for (const event of events) await record.append(event);
  return { record, events, document: bytes };
}

/** What another bastion has added since to this run's mirror: taken over, or refused where the two have parted. */
async function caughtUp(
  session: Session,
  run: string,
  record: RunRecord,
  own: readonly RunEvent[],
): Promise<readonly RunEvent[]> {
  const mirrored = (await mirroredRuns(session.ports.kube, session.config.namespace)).find((each) => each.run === run);
  if (!mirrored || mirrored.events.length <= own.length) return own;
  const parted = own.findIndex((event, index) => {
    const other = mirrored.events[index];
    return other?.at !== event.at || other.type !== event.type;
  });
  if (parted >= 0) {
    await record.finish(own);
    fail(
      'refused',
      `run ${run} with one history`,
      `this machine's journal and the mirror in the cluster differ from event ${parted + 1} on`,
      'take the run up on the bastion that worked on it last',
    );
  }
  const missed = mirrored.events.slice(own.length);
  for (const event of missed) await record.append(event);
  return [...own, ...missed];
}
