import type { AnyAction, Catalogue } from '../engine/action.ts';
import { backupClean } from './backup-clean.ts';
import { backupProve } from './backup-prove.ts';
import { backupReconcile } from './backup-reconcile.ts';
import { backupRestorable } from './backup-restorable.ts';
import { backupRetain } from './backup-retain.ts';
import { backupRoomCheck } from './backup-room.ts';
import { backupTake } from './backup-take.ts';
import { galeraChooseDonor } from './galera-choose-donor.ts';
import { galeraNoPrimary } from './galera-no-primary.ts';
import { galeraQuorum } from './galera-quorum.ts';
import { galeraReadPositions } from './galera-read-positions.ts';
import { galeraResync } from './galera-resync.ts';
import { galeraSameData } from './galera-same-data.ts';
import { galeraStart } from './galera-start.ts';
import { mariadbBackupTool } from './mariadb-backup-tool.ts';
import { restoreDiscardKept } from './restore-discard-kept.ts';
import { restoreDiscardUnpacked } from './restore-discard-unpacked.ts';
import { restoreProvePrepared } from './restore-prove-prepared.ts';
import { restoreRoomCheck } from './restore-room.ts';
import { restoreSwap } from './restore-swap.ts';
import { restoreSwapBack } from './restore-swap-back.ts';
import { restoreUnpack } from './restore-unpack.ts';
import { statefulsetSafeToStop } from './statefulset-safe-to-stop.ts';
import { statefulsetStop } from './statefulset-stop.ts';
import { trafficCut } from './traffic-cut.ts';
import { trafficPutBack } from './traffic-put-back.ts';

const all: readonly AnyAction[] = [
  backupClean,
  backupProve,
  backupReconcile,
  backupRestorable,
  backupRetain,
  backupRoomCheck,
  backupTake,
  galeraChooseDonor,
  galeraNoPrimary,
  galeraQuorum,
  galeraReadPositions,
  galeraResync,
  galeraSameData,
  galeraStart,
  mariadbBackupTool,
  restoreDiscardKept,
  restoreDiscardUnpacked,
  restoreProvePrepared,
  restoreRoomCheck,
  restoreSwap,
  restoreSwapBack,
  restoreUnpack,
  statefulsetSafeToStop,
  statefulsetStop,
  trafficCut,
  trafficPutBack,
];

/** Everything that a runbook's step may name. */
export const catalogue: Catalogue = new Map(all.map((action) => [action.name, action]));
