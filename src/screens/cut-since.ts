import type { OpenRun } from './state.ts';

/** Since when this run keeps clients from the database: they wait with the operator. */
export function cutSince(run: OpenRun | undefined): number | undefined {
  const owed = new Set(run?.state.debts.map(({ id }) => id));
  return Object.entries(run?.owedSince ?? {}).find(([id]) => id.startsWith('traffic') && owed.has(id))?.[1];
}
