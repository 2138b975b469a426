import { apiServerGone } from './api-server-gone.ts';
import { fullVolume } from './full-volume.ts';
import { lostTable } from './lost-table.ts';
import { memberDown } from './member-down.ts';
import { nonPrimary } from './non-primary.ts';
import type { Scenario } from './scenario.ts';
import { slowDonor } from './slow-donor.ts';
import { tour } from './tour.ts';
import { truncatedArchive } from './truncated-archive.ts';
import { twoOperators } from './two-operators.ts';
import { wrongCluster } from './wrong-cluster.ts';

/** The first is played when none is named. */
export const scenarios: readonly Scenario[] = [
  tour,
  lostTable,
  memberDown,
  nonPrimary,
  fullVolume,
  truncatedArchive,
  wrongCluster,
  apiServerGone,
  twoOperators,
  slowDonor,
];
