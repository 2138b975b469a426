import type { JsonObject } from '../base/json.ts';
import type { PlannedStep } from '../engine/event.ts';
import type { RunState } from '../engine/state.ts';
import { type Position, parsePosition } from '../galera/position.ts';
import { compareSeqnos } from '../galera/seqno.ts';
import type { ClusterNow } from './cluster-now.ts';

/** The highest of one history; undefined when nothing is known, or when there is more than one history. */
function highest(positions: readonly Position[]): Position | undefined {
  const [first, ...others] = positions;
  if (first === undefined || others.some(({ uuid }) => uuid !== first.uuid)) return undefined;
  return others.reduce((most, each) => (compareSeqnos(most.seqno, each.seqno) < 0 ? each : most), first);
}

/** Where the Galera cluster stands, as its members say now. */
export function positionNow({ members }: ClusterNow): Position | undefined {
  return highest(
    members.flatMap(({ status }) => {
      const position = parsePosition(`${status?.localUuid ?? ''}:${status?.lastCommitted ?? ''}`);
      return position === undefined ? [] : [position];
    }),
  );
}

/** Where the stopped members stand, as a step of the run has read it: nothing is written after that. */
export function positionRead({ order, outputs }: RunState): Position | undefined {
  const steps = order.filter(({ step }) => step.action === 'galera.read-positions');
  const read = steps.flatMap(({ step }) => outputs[step.id]?.positions ?? []);
  return highest(
    read.flat().flatMap((each) => {
      const { uuid, seqno } = (typeof each === 'object' && each !== null ? each : {}) as JsonObject;
      return parsePosition(`${String(uuid)}:${String(seqno)}`) ?? [];
    }),
  );
}

/** The position of the backup that is restored, where the plan is about one. */
export function positionOfBackup(parameters: { readonly [name: string]: unknown }): Position | undefined {
  const { backup } = parameters as JsonObject;
  const position = typeof backup === 'object' && backup !== null && 'position' in backup ? backup.position : undefined;
  const { uuid, seqno } = (typeof position === 'object' && position !== null ? position : {}) as JsonObject;
  return parsePosition(`${String(uuid)}:${String(seqno)}`);
}

/** Whether this plan replaces data, and with which step. */
export function swapOf(steps: readonly PlannedStep[]): PlannedStep | undefined {
  return steps.find(({ step, skipped }) => step.action === 'restore.swap' && skipped === undefined);
}
