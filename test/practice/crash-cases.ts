import { resolveBackup } from '../../src/actions/resolve-backup.ts';
import { invariant } from '../../src/base/failure.ts';
import { planningOf, type Session, sawOf, see, targetFacts } from '../../src/commands/session.ts';
import type { Run } from '../../src/engine/drive.ts';
import type { Mode, RunEvent } from '../../src/engine/event.ts';
import { parametersOf } from '../../src/engine/parameters.ts';
import { makePlan, planPart, refusals } from '../../src/engine/plan.ts';
import { stepsOf } from '../../src/engine/resumption.ts';
import type { World } from '../../src/simulator/world.ts';
import { documentOf, Rig } from './rig.ts';

export const run = 'n5g1s7';

/** What a run, or the part that takes one up, begins with. */
export interface Beginning {
  readonly world: World;
  readonly events: readonly RunEvent[];
}

/** One runbook on a world for which it is meant. */
export interface CrashCase {
  readonly name: 'backup' | 'restore' | 'rollback' | 'start';
  readonly document: string;
  before(): Promise<Beginning>;
  /** Plans, and writes the first lines. */
  begin(engine: Run, session: Session, mode: Mode): Promise<void>;
}

async function backedUp(): Promise<Rig> {
  const rig = await Rig.on({ seed: 11 });
  const { exit } = await rig.run('galera-backup');
  invariant(exit === 0, `the backup that has to be there ended with ${exit}`);
  return rig;
}

/** A table is lost; and rows are written that only a rollback brings back. */
function lose(rig: Rig): void {
  const member = 'mariadb-server-1';
  rig.simulation.do({ do: 'sql', member, statement: { kind: 'drop', table: 'shop.customers' } });
  rig.simulation.do({ do: 'sql', member, statement: { kind: 'insert', table: 'shop.orders', rows: 17 } });
  rig.tick(2000);
}

function beginning(document: string, given: { readonly [name: string]: string }): CrashCase['begin'] {
  return async (engine, session, mode) => {
    const { runbook } = documentOf(document);
    const view = await see(session);
    const plan = await makePlan(planningOf(session, run), {
      run,
      runbook,
      parameters: await parametersOf(runbook, given, (wanted) => resolveBackup(session.look(), wanted)),
      targetFacts: targetFacts(session, view),
      program: 'test',
      saw: sawOf(session, view),
    });
    const no = refusals(plan.steps);
    invariant(no.length === 0, `${document} is refused: ${no[0]?.failure.found}`);
    await engine.append({ type: 'run-started', plan, mode, by: session.by, format: 1 });
  };
}

export const crashCases: readonly CrashCase[] = [
  {
    name: 'backup',
    document: 'galera-backup',
    before: async () => ({ world: (await Rig.on({ seed: 11 })).world, events: [] }),
    begin: beginning('galera-backup', {}),
  },
  {
    name: 'restore',
    document: 'galera-restore',
    async before() {
      const rig = await backedUp();
      lose(rig);
      return { world: rig.world, events: [] };
    },
    begin: beginning('galera-restore', { backup: 'latest' }),
  },
  {
    name: 'rollback',
    document: 'galera-restore',
    async before() {
      const rig = await backedUp();
      lose(rig);
      const { exit, events } = await rig.run('galera-restore', { parameters: { backup: 'latest' }, run });
      invariant(exit === 0, `the restore to go back from ended with ${exit}`);
      return { world: rig.world, events };
    },
    async begin(engine, session, mode) {
      const steps = stepsOf('rollback', engine.state, documentOf('galera-restore').runbook);
      const planned = await planPart(planningOf(session, run), steps, engine.state);
      const no = refusals(planned);
      invariant(no.length === 0, `the rollback is refused: ${no[0]?.failure.found}`);
      await engine.takeUp({
        type: 'run-continued',
        way: 'rollback',
        steps: planned,
        mode,
        by: session.by,
        program: 'test',
      });
    },
  },
  {
    name: 'start',
    document: 'galera-start',
    async before() {
      const rig = await Rig.on({ seed: 11 });
      rig.simulation.do({ do: 'power-loss' });
      rig.tick(60_000);
      return { world: rig.world, events: [] };
    },
    begin: beginning('galera-start', {}),
  },
];
