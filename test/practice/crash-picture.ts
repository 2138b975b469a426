import { readIndex } from '../../src/actions/backup-index.ts';
import { kept, owed, type RunState } from '../../src/engine/state.ts';
import { practiceConfig } from '../../src/simulator/build.ts';
import { clientTable } from '../../src/simulator/dataset.ts';
import { sumsOf } from '../../src/simulator/sql.ts';
import { type Dir, isDir, isFile, namesIn, nodeAt } from '../../src/simulator/tree.ts';
import type { World } from '../../src/simulator/world.ts';
import type { Process } from './crash-process.ts';

const { account, cluster, backups } = practiceConfig();
export const memberNames = [0, 1, 2].map((ordinal) => `mariadb-server-${ordinal}`);

/** Everything that must be the same after a crash and without one; what only time changes is left out. */
export async function pictureOf(process: Process, state: RunState) {
  const { simulation, session } = process;
  // Whoever writes stops, and everybody has what was written.
  simulation.do({ do: 'clients', perSecond: 0 });
  simulation.do({ do: 'tick', ms: 5000 });
  const { world, done } = simulation;
  return {
    exit: state.exit ?? null,
    closed: state.closed,
    owed: owed(state).map(({ id }) => id),
    kept: kept(state).map(({ id }) => id),
    ...clusterOf(world),
    archives: archivesOf(world),
    index: (await readIndex(session.look())).entries.map(({ proof }) => proof.level),
    copies: copiesOf(world),
    jobs: jobsOf(world),
    once: done.jobs.filter((job) => /^(copy|unpack|swap|swap-back|remove)\b/.test(job)).toSorted(),
    bootstraps: done.bootstraps,
  };
}

export type Picture = Awaited<ReturnType<typeof pictureOf>>;

/** What clients and operators have of it. */
function clusterOf(world: World) {
  const object = (kind: string, name: string) => world.objects[`${kind}/openstack/${name}`];
  const members = Object.values(world.members);
  const rows = memberNames.map((member) => rowsOf(world, member));
  const lease = Object.values(world.objects).find(({ kind }) => kind === 'Lease');
  return {
    members: members
      .map(({ pod, phase, state, desync, desyncedBy, paused }) =>
        [pod, phase, state, desync, desyncedBy, paused].join(' '),
      )
      .toSorted(),
    groups: Object.values(world.groups).map(
      ({ primary, members: of }) => `${primary ? 'Primary' : 'non-Primary'} ${of.join(' ')}`,
    ),
    histories: [...new Set(memberNames.map((member) => historyOf(world, member)))],
    rows: rows.map((tables) => tables.filter(([name]) => name !== clientTable)),
    equal: new Set(rows.map((tables) => JSON.stringify(tables))).size === 1,
    selector: object('Service', 'mariadb')?.spec.selector,
    statefulSet: {
      spec: object('StatefulSet', 'mariadb-server')?.spec,
      annotations: object('StatefulSet', 'mariadb-server')?.metadata.annotations ?? {},
    },
    claims: Object.values(world.objects)
      .filter(({ kind }) => kind === 'PersistentVolumeClaim')
      .map(({ metadata, spec }) => `${metadata.name} ${metadata.uid} ${spec.volumeName}`)
      .toSorted(),
    lease: lease?.spec.holderIdentity ?? '',
  };
}

function rowsOf(
  world: World,
  member: string,
): readonly (readonly [name: string, rows: number, checksum: number | null])[] {
  try {
    return sumsOf(world, member, account).map(({ schema, table, rows, checksum }) => [
      `${schema}.${table}`,
      rows,
      checksum,
    ]);
  } catch {
    // It serves nobody, which the members' states say.
    return [];
  }
}

function volumeRoot(world: World, member: string): Dir {
  return world.volumes[`volume-mysql-data-${member}`]?.root ?? { dir: {} };
}

function copyIn(dir: Dir, path: string): { readonly copy: string; readonly history: string } | undefined {
  const file = nodeAt(dir, `${path}/ibdata1`);
  return isFile(file) ? { copy: file.copy ?? '', history: file.dataset?.uuid ?? '' } : undefined;
}

const historyOf = (world: World, member: string) => copyIn(volumeRoot(world, member), world.dataPath)?.history ?? '';

/** Each member's volume: its data and what is set aside on it, physical copies named in the order in which they are met. */
function copiesOf(world: World): readonly string[] {
  return memberNames.map((member) => {
    const root = volumeRoot(world, member);
    const work = namesIn(root).filter((name) => name.startsWith('galera_runbook_'));
    const seen: string[] = [];
    const named = (path: string) => {
      const found = copyIn(root, path)?.copy;
      if (found === undefined) return '-';
      if (!seen.includes(found)) seen.push(found);
      return `copy ${seen.indexOf(found)}`;
    };
    const set = work.map(
      (folder) =>
        `${namesIn(nodeAt(root, folder))
          .map((name) => `${name}: ${named(`${folder}/${name}`)}`)
          .join(', ')}`,
    );
    return [named(world.dataPath), ...set].join('; ');
  });
}

/** Whole backups and everything else on the backup volume; their names are times. */
function archivesOf(world: World) {
  const root = world.volumes[`volume-${backups.claim}`]?.root ?? { dir: {} };
  const folder = nodeAt(root, cluster);
  const names = namesIn(folder);
  const whole = names.filter((name) => /^\w+Z$/.test(name) && isDir(nodeAt(root, `${cluster}/${name}`)));
  return {
    whole: whole.length,
    files: whole.map((name) => namesIn(nodeAt(root, `${cluster}/${name}`))),
    other: names.filter((name) => !whole.includes(name)),
  };
}

/** Who has Jobs that are still there; how often it looked does not matter. */
function jobsOf(world: World): readonly string[] {
  const steps = Object.values(world.objects)
    .filter(
      ({ kind, metadata }) => kind === 'Job' && metadata.labels?.['app.kubernetes.io/managed-by'] === 'galera-runbook',
    )
    .map(({ metadata }) => metadata.labels?.['galera-runbook/step'] ?? '');
  return [...new Set(steps)].toSorted();
}
