import type { RunEvent } from '../engine/event.ts';
import type { RunFolder, StateFolder } from '../host/state-folder.ts';
import { type RunSummary, summarize } from '../record/run-summary.ts';
import type { Remembered } from './remembered.ts';
import { readEvents } from './run-record.ts';

export interface LocalRun {
  readonly folder: RunFolder;
  readonly summary: RunSummary;
  readonly events: readonly RunEvent[];
}

/** What `localRuns` has read of each journal. */
export type RememberedRuns = Remembered<readonly LocalRun[]>;

/**
 * Runs recorded on this machine, newest first, at most `newest` of them. One whose journal is damaged goes to `damaged`, and is never in the
 * way of the others; one that never began is left out. With `remembered`, only journals that have changed are read again.
 */
export async function localRuns(
  state: StateFolder,
  of: {
    readonly newest?: number;
    readonly damaged?: (run: string, why: Error) => void;
    readonly remembered?: RememberedRuns;
  } = {},
): Promise<readonly LocalRun[]> {
  const ids = (await state.list()).slice(0, of.newest);
  const all = await Promise.all(
    ids.map(async (id) => {
      const folder = state.folderOf(id);
      const read = async () => runOf(folder, await readEvents(folder));
      try {
        return await (of.remembered?.of(id, await folder.journalVersion(), read) ?? read());
      } catch (thrown) {
        of.damaged?.(id, thrown instanceof Error ? thrown : new Error(String(thrown)));
        return [];
      }
    }),
  );
  of.remembered?.keepOnly(ids);
  return all.flat();
}

function runOf(folder: RunFolder, events: readonly RunEvent[]): readonly LocalRun[] {
  const summary = summarize(events);
  return summary ? [{ folder, summary, events }] : [];
}
