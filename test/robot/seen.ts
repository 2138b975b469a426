import type { RunEvent } from '../../src/engine/event.ts';
import type { RunState } from '../../src/engine/state.ts';
import { dataDir } from '../../src/simulator/datadir.ts';
import type { Dataset } from '../../src/simulator/dataset.ts';
import { names } from '../../src/simulator/names.ts';
import { isDir, isFile, nodeAt } from '../../src/simulator/tree.ts';
import { type Member, namespace, type Volume, type World } from '../../src/simulator/world.ts';
import type { Obj } from '../../src/target/kubernetes.ts';

/** A run as its journal has it. */
export interface RunSeen {
  readonly run: string;
  readonly events: readonly RunEvent[];
  readonly state: RunState;
  /** A process is at it. */
  readonly live: boolean;
}

/** What the robot remembers of moments that are over. */
export interface Memory {
  /** Claims and volumes when it came, with their UIDs. */
  readonly claims: { readonly [key: string]: string };
  /** Primary Components that were seen, by id. */
  readonly groups: ReadonlySet<string>;
  /** When each archive was damaged by somebody. */
  readonly damaged: { readonly [backup: string]: number };
  /** What each run has set aside, by volume: the data as it was when it said that it keeps it. */
  readonly old: { readonly [run: string]: { readonly [volume: string]: Dataset } };
  /** Volumes that a state dump has emptied since. */
  readonly dumped: ReadonlySet<string>;
}

/** All that an invariant looks at. */
export interface Seen {
  readonly world: World;
  readonly runs: readonly RunSeen[];
  readonly memory: Memory;
}

/** Undefined: it holds. */
export type Invariant = (seen: Seen) => string | undefined;

export function nothingRemembered(world: World): Memory {
  return {
    claims: claimsOf(world),
    groups: new Set(Object.keys(world.groups)),
    damaged: {},
    old: {},
    dumped: new Set(),
  };
}

export function claimsOf(world: World): { readonly [key: string]: string } {
  const kinds = ['PersistentVolumeClaim', 'PersistentVolume'];
  return Object.fromEntries(
    Object.entries(world.objects).flatMap(([key, object]) =>
      kinds.includes(object.kind) ? [[key, object.metadata.uid ?? '']] : [],
    ),
  );
}

export function memberVolumes(world: World): readonly (readonly [string, Volume])[] {
  return Object.entries(world.volumes).filter(([, { claim }]) => claim.startsWith(`${names.claim}-`));
}

/** The data in a volume's data directory, whether a server would open it or not. */
export function dataOn(world: World, volume: string): Dataset | undefined {
  const file = nodeAt(dataDir(world, volume), 'ibdata1');
  return isFile(file) ? file.dataset : undefined;
}

export interface WorkFolder {
  readonly volume: string;
  readonly run: string;
  /** `none`, `swapping`, `whole`, `dropping`, `returning` or `back`. */
  readonly phase: string;
}

const prefix = 'galera_runbook_';

export function workFolders(world: World): readonly WorkFolder[] {
  return memberVolumes(world).flatMap(([volume, { root }]) =>
    Object.entries(root.dir).flatMap(([name, node]) => {
      if (!name.startsWith(prefix) || !isDir(node)) return [];
      const phase = nodeAt(node, 'state/swap.phase');
      return [{ volume, run: name.slice(prefix.length), phase: (isFile(phase) ? phase.text : undefined) ?? 'none' }];
    }),
  );
}

/** Data in one of the folders that a run keeps on a volume. */
export function dataKept(world: World, volume: string, run: string, folder: 'old' | 'new'): Dataset | undefined {
  const root = world.volumes[volume]?.root;
  const file = root && nodeAt(root, `${prefix}${run}/${folder}/${world.dataPath}/ibdata1`);
  if (isFile(file)) return file.dataset;
  const flat = root && nodeAt(root, `${prefix}${run}/${folder}/ibdata1`);
  return isFile(flat) ? flat.dataset : undefined;
}

export function running(world: World): readonly Member[] {
  return Object.values(world.members).filter(({ phase }) => !['ended', 'stops'].includes(phase));
}

/** Members that the clients' Service points to now. */
export function endpoints(world: World): readonly string[] {
  const slices = Object.values(world.objects).filter(
    (object) =>
      object.kind === 'EndpointSlice' && object.metadata.labels?.['kubernetes.io/service-name'] === names.service,
  );
  return slices.flatMap((slice) => {
    const all: readonly { conditions?: { ready?: boolean }; targetRef?: { name: string } }[] = slice.endpoints ?? [];
    return all.flatMap(({ conditions, targetRef }) =>
      conditions?.ready === true && targetRef !== undefined ? [targetRef.name] : [],
    );
  });
}

export function objectIn(world: World, kind: string, name: string): Obj | undefined {
  return world.objects[`${kind}/${namespace}/${name}`];
}

/** Runners at work with this verb. */
export function runnersOf(world: World, verb: string) {
  return Object.values(world.runners).filter((runner) => runner.exit === undefined && runner.verb === verb);
}
