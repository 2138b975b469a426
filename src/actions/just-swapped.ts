import { isKnown } from '../galera/position.ts';
import type { Identity } from '../target/identity.ts';
import type { JobReport } from '../target/jobs.ts';
import type { Look } from '../target/look.ts';
import type { ClusterView } from './cluster-view.ts';
import { type VolumePosition, volumePosition } from './member-position.ts';

interface Swapped {
  readonly run: string;
  readonly generation: number;
  readonly volumes: readonly VolumePosition[];
}

/** By the session's own identity object: another process, or a later session, has no such memory and reads the volumes. */
const swaps = new WeakMap<Identity, Swapped>();

/** What the runners of a swap read back at their end, one for each member. `view`: from before they began, with the fence held. */
export function rememberSwap(look: Look, view: ClusterView, reports: readonly JobReport[]): void {
  swaps.delete(look.identity);
  if (reports.length !== view.members.length || reports.some(({ result }) => !Array.isArray(result?.swaps))) return;
  const volumes = view.members.flatMap(({ name, ordinal }, index) => {
    const report = reports[index];
    return report ? [volumePosition({ member: name, ordinal }, report)] : [];
  });
  swaps.set(look.identity, { run: look.at.run, generation: view.statefulSet.generation, volumes });
}

/**
 * The members' positions without another round of Jobs while the database is down, once: right after a swap of this run, by this process, with
 * no gate that a person may have left open in between, when the StatefulSet was not touched since (its generation counts every change of its
 * specification, also one that was taken back): so that nothing has run, and nobody has written, in between. Undefined: read them.
 */
export function takeSwapped(look: Look, { statefulSet, members }: ClusterView): readonly VolumePosition[] | undefined {
  const found = swaps.get(look.identity);
  swaps.delete(look.identity);
  if (!found || found.run !== look.at.run || look.at.unattended !== true) return undefined;
  if (statefulSet.replicas !== 0 || statefulSet.generation !== found.generation) return undefined;
  const whole = members.every(({ name }) =>
    found.volumes.some(
      ({ member, position, swaps: on }) =>
        member === name && isKnown(position) && on.some(({ run, state }) => run === found.run && state === 'whole'),
    ),
  );
  return whole && found.volumes.length === members.length ? found.volumes : undefined;
}
