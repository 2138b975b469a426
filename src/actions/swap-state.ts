import { type Failure, failure } from '../base/failure.ts';
import { namesOf } from '../galera/member-reading.ts';
import type { VolumePosition } from './member-position.ts';

/**
 * Why no member may start now: a swap that is not whole on every member (design §6.10). Undefined when each run's swap is whole on all
 * of them or on none.
 */
export function unevenSwap(volumes: readonly VolumePosition[]): Failure | undefined {
  const runs = new Set(volumes.flatMap(({ swaps }) => swaps.map(({ run }) => run)));
  for (const run of runs) {
    const stateOf = (volume: VolumePosition) => volume.swaps.find((swap) => swap.run === run)?.state ?? 'none';
    const isWhole = (volume: VolumePosition) => ['whole', 'dropped'].includes(stateOf(volume));
    const half = volumes.filter((volume) => stateOf(volume) === 'half');
    const whole = volumes.filter(isWhole);
    if (half.length === 0 && (whole.length === 0 || whole.length === volumes.length)) continue;
    const found = volumes.map((volume) => `${volume.member} ${stateOf(volume)}`).join(', ');
    const about = namesOf(half.length > 0 ? half : volumes.filter((volume) => !isWhole(volume)));
    return failure(
      'unsafe',
      `the swap of run ${run} whole on every member, or on none`,
      `${found}: ${about} would start with other data`,
      `go on with it: galera-runbook runs repair ${run}; or back: galera-runbook runs rollback ${run}; a run that ended well long ago: galera-runbook runs close ${run}`,
    );
  }
  return undefined;
}
