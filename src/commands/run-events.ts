import { FailureError } from '../base/failure.ts';
import type { RunEvent } from '../engine/event.ts';
import { mirroredRun } from './cluster-mirror.ts';
import type { Globals } from './globals.ts';
import { readEvents, stateFolder } from './run-record.ts';
import type { Session } from './session.ts';

/** What has happened in a run, to be read: from this machine's journal, or from its mirror where another bastion has it. */
export async function eventsOfRun(globals: Globals, session: Session, run: string): Promise<readonly RunEvent[]> {
  try {
    return await readEvents(await stateFolder(globals).find(run));
  } catch (thrown) {
    if (!(thrown instanceof FailureError) || thrown.failure.kind !== 'usage') throw thrown;
    const mirrored = await mirroredRun(session.ports.kube, session.config.namespace, run);
    if (mirrored === undefined) throw thrown;
    return mirrored.events;
  }
}
