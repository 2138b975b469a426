import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Globals } from '../../src/commands/globals.ts';
import { foldEvents } from '../../src/engine/apply-event.ts';
import type { RunEvent } from '../../src/engine/event.ts';
import type { RunState } from '../../src/engine/state.ts';
import { isJournal, readJournal } from '../../src/record/line.ts';
import { practiceConfig } from '../../src/simulator/build.ts';
import type { Simulation } from '../../src/simulator/simulation.ts';
import { sumsOf } from '../../src/simulator/sql.ts';

interface Recorded {
  readonly globals: Globals;
}

/** Runs as they stand in the journals, oldest first. */
export function runsIn({ globals }: Recorded): readonly (readonly RunEvent[])[] {
  const folder = join(globals.stateDir ?? '', 'runs');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((run) => {
      const read = readJournal(readFileSync(join(folder, run, 'journal.jsonl'), 'utf8'));
      if (!isJournal(read)) throw new Error(read.found);
      return read.events;
    })
    .toSorted((a, b) => (a[0]?.at ?? 0) - (b[0]?.at ?? 0));
}

export function lastRun(of: Recorded): RunState {
  return foldEvents(runsIn(of).at(-1) ?? []);
}

/** What was answered at the gates of the last run, in order. */
export function answersIn(of: Recorded): readonly string[] {
  return (runsIn(of).at(-1) ?? []).flatMap((event) =>
    event.type === 'gate-answered'
      ? [`${event.step} ${event.answer}${event.typed === undefined ? '' : ` "${event.typed}"`}`]
      : [],
  );
}

/** Rows and checksums of what no client writes to, on each member. */
export function rowsOf(simulation: Simulation) {
  const { account } = practiceConfig();
  return [0, 1, 2].map((ordinal) =>
    sumsOf(simulation.world, `mariadb-server-${ordinal}`, account).filter(({ table }) => table !== 'visits'),
  );
}
