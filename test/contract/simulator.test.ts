import { beforeAll } from 'vitest';
import { practiceClock, practicePorts } from '../../src/commands/practice-ports.ts';
import { newWorld, practiceConfig } from '../../src/simulator/build.ts';
import { Simulation } from '../../src/simulator/simulation.ts';
import { type File, isFile, namesIn, nodeAt, withNode } from '../../src/simulator/tree.ts';
import type { FaultCommand } from '../../src/simulator/world.ts';
import type { Ground, Poke, Volume } from './ground.ts';
import { contractSuite } from './suite.ts';

const config = practiceConfig();

/** The simulator as the ground of a contract. Nobody writes but the cases, so that rows can be compared. */
function simulatedGround(): Ground {
  const simulation = new Simulation(newWorld({ seed: 11, writes: 0 }));
  const clock = practiceClock(simulation);
  const ports = practicePorts(simulation, config, clock);
  const strike = (command: FaultCommand) => void simulation.do(command);
  strike({
    do: 'sql',
    member: `${config.statefulset}-0`,
    statement: { kind: 'create', table: 'shop.ticks', rows: 2000, bytes: 1 << 20 },
  });
  // One user is all that the simulator knows: what one without rights would hear, this one hears while the right is gone.
  const denied = async <T>(right: string, call: () => Promise<T>): Promise<T> => {
    strike({ do: 'deny', right });
    try {
      return await call();
    } finally {
      strike({ do: 'allow', right });
    }
  };
  const readOnly = {
    ...ports,
    kube: {
      ...ports.kube,
      create: (object: Parameters<typeof ports.kube.create>[0]) =>
        denied(`create ${object.kind.toLowerCase()}s`, () => ports.kube.create(object)),
    },
  };
  return { config, ports, readOnly, poke: pokeOf(simulation, strike) };
}

function pokeOf(simulation: Simulation, strike: (command: FaultCommand) => void): Poke {
  const pod = (member: number) => `${config.statefulset}-${member}`;
  const claimOf = (volume: Volume) => (volume === 'backups' ? config.backups.claim : `mysql-data-${pod(volume)}`);
  const volumeOf = (volume: Volume) => {
    const found = Object.entries(simulation.world.volumes).find(([, { claim }]) => claim === claimOf(volume));
    if (!found) throw new Error(`no volume ${volume}`);
    return { name: found[0], ...found[1] };
  };
  const write = (volume: Volume, path: string, file: File) => {
    const { name, ...rest } = volumeOf(volume);
    simulation.world.volumes[name] = { ...rest, root: withNode(rest.root, path, file) };
  };
  const archiveOf = (backup: string) => {
    const { root } = volumeOf('backups');
    const folder = namesIn(nodeAt(root, config.cluster)).find((name) => name.startsWith(backup));
    const path = `${config.cluster}/${folder}`;
    const name = namesIn(nodeAt(root, path)).find((each) => each.startsWith('backup.mbstream'));
    const file = nodeAt(root, `${path}/${name}`);
    if (!isFile(file)) throw new Error(`no archive of ${backup}`);
    return { path: `${path}/${name}`, folder: folder ?? '', file };
  };
  let kept: File | undefined;
  return {
    insert: async (member, rows) => {
      for (let row = 0; row < rows; row++)
        strike({ do: 'sql', member: pod(member), statement: { kind: 'insert', table: 'shop.ticks', rows: 1 } });
    },
    killMember: async (member) => strike({ do: 'kill-processes', members: [pod(member)] }),
    killJob: async (name) => {
      const runner = Object.values(simulation.world.runners).find(
        ({ job, exit }) => job === name && exit === undefined,
      );
      if (!runner) throw new Error(`no process of Job ${name}`);
      strike({ do: 'kill-runners', verb: runner.verb });
    },
    fill: async (volume, leaveBytes) => strike({ do: 'fill-volume', claim: claimOf(volume), leaveBytes }),
    drain: async (volume) =>
      strike({ do: 'fill-volume', claim: claimOf(volume), leaveBytes: volumeOf(volume).totalBytes }),
    truncate: async (backup) => {
      const { folder, file } = archiveOf(backup);
      kept = file;
      strike({ do: 'truncate-archive', backup: folder, bytes: Math.floor(file.bytes / 2) });
    },
    flip: async (backup) => {
      const { folder, file } = archiveOf(backup);
      kept = file;
      strike({ do: 'damage-archive', backup: folder });
    },
    mend: async (backup) => {
      if (kept) write('backups', archiveOf(backup).path, kept);
    },
    foreign: async (member, uuid) => {
      const path = `${simulation.world.dataPath}/grastate.dat`;
      const file = nodeAt(volumeOf(member).root, path);
      if (!isFile(file)) throw new Error('no grastate.dat');
      write(member, path, { ...file, text: (file.text ?? '').replace(/^uuid: .*/m, `uuid:    ${uuid}`) });
    },
    workFolders: async (member) => namesIn(volumeOf(member).root).filter((name) => name.startsWith('galera_runbook_')),
    cutConnection: async () => strike({ do: 'api', up: false }),
    mendConnection: async () => strike({ do: 'api', up: true }),
  };
}

let ground: Ground;

beforeAll(() => {
  ground = simulatedGround();
});

contractSuite('the simulator', () => ground);
