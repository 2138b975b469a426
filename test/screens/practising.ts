import { join } from 'node:path';
import type { Globals } from '../../src/commands/globals.ts';
import { divertTalk } from '../../src/commands/output.ts';
import { practiceClock, practicePorts } from '../../src/commands/practice-ports.ts';
import { beginPractice, openPractice } from '../../src/commands/practice-world.ts';
import { operationsOf } from '../../src/commands/screens-operations.ts';
import { sessionOf } from '../../src/commands/session.ts';
import { Redactor } from '../../src/record/redact.ts';
import { type Left, type OpenScreens, openScreens } from '../../src/screens/open.ts';
import type { Size } from '../../src/screens/state.ts';
import { practiceConfig } from '../../src/simulator/build.ts';
import type { Simulation } from '../../src/simulator/simulation.ts';
import type { World } from '../../src/simulator/world.ts';
import { freshFolder } from '../host/folder.ts';
import { Rig } from '../practice/rig.ts';
import { Emulator } from './emulator.ts';
import { Robot } from './robot.ts';

/** Twenty seconds of practice in one. */
const pace = 0.05;

export interface Practising {
  readonly robot: Robot;
  readonly terminal: Emulator;
  readonly simulation: Simulation;
  readonly screens: OpenScreens;
  readonly globals: Globals;
  /** Leaves, and gives what is said in the shell then. */
  leave(): Promise<Left>;
}

let backedUp: World | undefined;

/** A practice cluster with one proven backup, and a table lost since. */
export async function lossy(): Promise<World> {
  if (backedUp === undefined) {
    const rig = await Rig.on();
    const { exit } = await rig.run('galera-backup');
    if (exit !== 0) throw new Error(`the backup ended with ${exit}`);
    const statement = { kind: 'drop', table: 'shop.customers' } as const;
    rig.simulation.do({ do: 'sql', member: 'mariadb-server-0', statement });
    rig.tick(1000);
    backedUp = rig.world;
  }
  return backedUp;
}

/**
 * The screens in this process as `tui` opens them, on a practice cluster, with a robot before them. Keys and gates are in real time.
 * `plainTime`: the practice's time moves as without screens, only while a run sleeps.
 */
export async function practising(of: { size?: Size; world?: World; plainTime?: true } = {}): Promise<Practising> {
  const globals: Globals = { output: 'text', stateDir: freshFolder(), practice: true };
  const terminal = new Emulator(of.size ?? { columns: 80, rows: 24 });
  if (of.world !== undefined) beginPractice(globals, of.world);
  const simulation = openPractice(globals);
  const config = practiceConfig();
  const session = await sessionOf(
    config,
    practicePorts(simulation, config, practiceClock(simulation, of.plainTime ? {} : { pace })),
    new Redactor([]),
  );
  const screens = openScreens({
    streams: terminal.streams,
    theme: { colour: true, unicode: true },
    timers: {
      now: () => Date.now(),
      after(ms, call) {
        const timer = setTimeout(call, ms);
        return () => clearTimeout(timer);
      },
    },
    connect: async () => {
      const { time, ...operations } = operationsOf(globals, session);
      return of.plainTime || time === undefined ? operations : { ...operations, time };
    },
    transcript: (run) => join(globals.stateDir ?? '', 'runs', run, 'transcript.md'),
    suspend: async () => undefined,
  });
  const undivert = divertTalk((text) => screens.tell(text));
  const robot = new Robot({ screen: () => terminal.screen(), press: (bytes) => terminal.press(bytes) });
  await robot.until('Synced, Primary');
  return {
    robot,
    terminal,
    simulation,
    screens,
    globals,
    async leave() {
      if (terminal.alternate) await robot.press('q');
      const left = await screens.left;
      undivert();
      await session.close();
      return left;
    },
  };
}
