import type { RunEvent } from '../engine/event.ts';
import type { RunFolder, StateFolder } from '../host/state-folder.ts';
import { type RunSummary, summarize } from '../record/run-summary.ts';
import { readEvents } from './run-record.ts';

export interface LocalRun {
  readonly folder: RunFolder;
  readonly summary: RunSummary;
  readonly events: readonly RunEvent[];
}

/**
 * Runs recorded on this machine, newest first, at most `newest` of them. One whose journal is damaged goes to `damaged`, and is never in the
 * way of the others; one that never began is left out.
 */
export async function localRuns(
  state: StateFolder,
  of: { readonly newest?: number; readonly damaged?: (run: string, why: Error) => void } = {},
): Promise<readonly LocalRun[]> {
  const ids = await state.list();
  const all = await Promise.all(
    ids.slice(0, of.newest).map(async (id): Promise<readonly LocalRun[]> => {
      const folder = await state.find(id);
      const events = await readEvents(folder).catch((thrown: Error) => {
        of.damaged?.(id, thrown);
        return [];
      });
      const summary = summarize(events);
      return summary ? [{ folder, summary, events }] : [];
    }),
  );
  return all.flat();
}
