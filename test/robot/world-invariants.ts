import { parseManifestText } from '../../src/galera/manifest-schema.ts';
import { zeroUuid } from '../../src/galera/position.ts';
import { dataDir, savedIn } from '../../src/simulator/datadir.ts';
import { branchAt, type Dataset } from '../../src/simulator/dataset.ts';
import { runningData } from '../../src/simulator/groups.ts';
import { names } from '../../src/simulator/names.ts';
import { isFile, namesIn, nodeAt } from '../../src/simulator/tree.ts';
import type { World } from '../../src/simulator/world.ts';
import type { Obj } from '../../src/target/kubernetes.ts';
import { claimsOf, dataOn, type Invariant, memberVolumes, running, workFolders } from './seen.ts';

/** Two datasets of one UUID that are not parts of one history: they part before the lower of their positions. */
export function partsFrom(a: Dataset, b: Dataset): boolean {
  if (a.uuid !== b.uuid) return false;
  const common = Math.min(a.seqno, b.seqno);
  return branchAt(a.lineage, common) !== branchAt(b.lineage, common);
}

const primaries = (world: World) => Object.values(world.groups).filter(({ primary }) => primary);

/** One Primary Component, and under one UUID one history. */
export const oneHistory: Invariant = ({ world }) => {
  const groups = primaries(world);
  if (groups.length > 1)
    return `${groups.length} Primary Components: ${groups.map(({ members }) => members).join(' and ')}`;
  const serving = Object.values(world.members).flatMap((member) => {
    const data = member.phase === 'up' ? runningData(world, member) : undefined;
    return data ? [{ pod: member.pod, data }] : [];
  });
  for (const [index, one] of serving.entries())
    for (const other of serving.slice(index + 1))
      if (partsFrom(one.data, other.data))
        return `${one.pod} and ${other.pod} run two histories of ${one.data.uuid.slice(0, 8)}`;
  return undefined;
};

/** Nobody else may start a Primary Component of their own while there is one. */
export const noSecondBootstrap: Invariant = ({ world }) => {
  const [group] = primaries(world);
  if (group === undefined) return undefined;
  for (const [volume] of memberVolumes(world)) {
    const inside = group.members.some((pod) => world.members[pod]?.volume === volume);
    if (!inside && savedIn(dataDir(world, volume))?.safe === true)
      return `${volume} may bootstrap while ${group.members.join(', ')} are Primary`;
  }
  return undefined;
};

/** A new Primary Component begins with the highest position of its history, and with everybody's history. */
export const highestFirst: Invariant = ({ world, memory }) => {
  for (const group of Object.values(world.groups)) {
    const [pod] = group.members;
    const volume = pod === undefined ? undefined : world.members[pod]?.volume;
    if (memory.groups.has(group.id) || !group.primary || group.confId > 1 || volume === undefined) continue;
    const own = dataOn(world, volume);
    for (const [other] of memberVolumes(world)) {
      const data = other === volume ? undefined : dataOn(world, other);
      const saved = savedIn(dataDir(world, other));
      if (own === undefined || data === undefined || saved === undefined || saved.uuid === zeroUuid) continue;
      const began = (own.lineage.at(-1)?.from ?? 0) - 1;
      const before = { ...own, seqno: began, lineage: own.lineage.slice(0, -1) };
      if (data.uuid !== own.uuid || partsFrom(before, data))
        return `${pod} starts alone while ${other} has another history`;
      if (data.seqno > began) return `${pod} starts alone at ${began} while ${other} is at ${data.seqno}`;
    }
  }
  return undefined;
};

/** No member runs while a swap is half on any volume, or done on some and not on others. */
export const noStartWhileSwapHalf: Invariant = ({ world }) => {
  const [member] = running(world);
  if (member === undefined) return undefined;
  const folders = workFolders(world);
  const half = folders.find(({ phase }) => phase === 'swapping' || phase === 'returning');
  if (half) return `${member.pod} runs while the swap of run ${half.run} is ${half.phase} on ${half.volume}`;
  for (const run of new Set(folders.map((folder) => folder.run))) {
    const own = folders.filter((folder) => folder.run === run);
    const whole = own.filter(({ phase }) => phase === 'whole' || phase === 'dropping');
    if (whole.length > 0 && whole.length < own.length)
      return `${member.pod} runs while the swap of run ${run} is whole on ${whole.length} of ${own.length} volumes`;
  }
  return undefined;
};

/** Nothing but a runner mounts a member's volume while a swap is half on it. */
export const noPodWhileSwapHalf: Invariant = ({ world }) => {
  for (const { volume, phase } of workFolders(world)) {
    if (phase !== 'swapping' && phase !== 'returning') continue;
    const claim = world.volumes[volume]?.claim ?? '';
    const pod = Object.values(world.objects).find(
      (object) =>
        object.kind === 'Pod' &&
        object.metadata.labels?.['job-name'] === undefined &&
        object.spec.volumes?.some(
          (each: { persistentVolumeClaim?: { claimName: string } }) => each.persistentVolumeClaim?.claimName === claim,
        ),
    );
    if (pod) return `pod ${pod.metadata.name} mounts ${claim} while its swap is ${phase}`;
  }
  return undefined;
};

export const noClaimDeleted: Invariant = ({ world, memory }) => {
  const now = claimsOf(world);
  const gone = Object.entries(memory.claims).find(([key, uid]) => now[key] !== uid);
  return gone === undefined ? undefined : `${gone[0]} is gone`;
};

interface Listed {
  readonly id: string;
  readonly cluster: string;
  readonly good: boolean;
  /** The run that proved it. */
  readonly by: string;
  readonly position: string;
  readonly tables: readonly string[];
  readonly sha256: string;
}

const read = new WeakMap<Obj, Listed | undefined>();

function listed(object: Obj): Listed | undefined {
  if (read.has(object)) return read.get(object);
  const parsed = parseManifestText(String(object.data?.['manifest.json'] ?? ''));
  const proof = JSON.parse(String(object.data?.['proof.json'] ?? '{}')) as { level?: string; run?: string };
  const of = parsed.ok
    ? {
        id: parsed.manifest.id,
        cluster: parsed.manifest.identity.cluster,
        good: proof.level === 'checksums' || proof.level === 'restored',
        by: proof.run ?? '',
        position: `${parsed.manifest.position.uuid}:${parsed.manifest.position.seqno}`,
        tables: Object.entries(parsed.manifest.tables).flatMap(([schema, of]) =>
          of.map((table) => `${schema}.${table}`),
        ),
        sha256: parsed.manifest.files.find(({ name }) => name.startsWith('backup.mbstream'))?.sha256 ?? '',
      }
    : undefined;
  read.set(object, of);
  return of;
}

/** What is listed as restorable is on the volume, whole, and holds exactly the data of its position. */
export const listedRestores: Invariant = ({ world, runs, memory }) => {
  const volume = Object.values(world.volumes).find(({ claim }) => claim === names.backups);
  for (const object of Object.values(world.objects)) {
    if (object.kind !== 'ConfigMap' || object.metadata.labels?.['galera-runbook/kind'] !== 'backup') continue;
    const backup = listed(object);
    if (backup === undefined || !backup.good || volume === undefined) continue;
    const folder = `${backup.cluster}/${backup.id}`;
    const archive = namesIn(nodeAt(volume.root, folder)).find((name) => name.startsWith('backup.mbstream.'));
    const file = archive === undefined ? undefined : nodeAt(volume.root, `${folder}/${archive}`);
    if (!isFile(file) || file.dataset === undefined) return `${backup.id} is listed, and there is no archive`;
    const damagedAt = memory.damaged[backup.id];
    if (file.broken !== undefined || file.sha256 !== backup.sha256) {
      // Nobody can know before somebody reads it again.
      const proved = runs.find(({ run }) => run === backup.by)?.state.startedAt ?? 0;
      if (damagedAt !== undefined && proved <= damagedAt) continue;
      return `${backup.id} is listed, and its archive is broken`;
    }
    const { uuid, seqno, tables } = file.dataset;
    if (`${uuid}:${seqno}` !== backup.position)
      return `${backup.id} is listed at ${backup.position}, and holds ${uuid}:${seqno}`;
    // The list is read by SQL a moment after the copy: a table that was made meanwhile is told when it is restored.
    const missing = backup.tables.filter((table) => !(table in tables));
    if (missing.length * 10 > backup.tables.length)
      return `${backup.id} is listed with ${missing.join()}, which it lacks`;
  }
  return undefined;
};
