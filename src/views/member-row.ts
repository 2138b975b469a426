import type { MemberReading } from '../galera/member-reading.ts';
import { compareSeqnos, type Seqno, seqnoDistance } from '../galera/seqno.ts';
import type { MemberRow } from './status-view.ts';

export interface MemberSurroundings {
  /** The highest `wsrep_last_committed` of those who answered. */
  readonly highest: Seqno | undefined;
  /** No member is wanted: one that is not there was stopped. */
  readonly stopped: boolean;
  /** As a runner measured its volume last. */
  readonly volume?: { readonly freeBytes: number; readonly at: number } | undefined;
  /** Part of the time since the last look that flow control stood still, 0 to 1. */
  readonly paused?: number | undefined;
}

/** One member as every front end shows it. What was not read is absent. */
export function memberRow(reading: MemberReading, around: MemberSurroundings): MemberRow {
  const { member, status, podExists, inService } = reading;
  const { highest, volume, paused } = around;
  const common = {
    member,
    ...(inService === undefined ? {} : { inService }),
    ...(volume ? { freeBytes: volume.freeBytes, freeMeasuredAt: volume.at } : {}),
  };
  if (!status) {
    const stopped = podExists === false && around.stopped;
    return {
      ...common,
      sign: stopped ? 'planned' : podExists === false ? 'bad' : 'unknown',
      state: stopped ? 'stopped' : podExists === false ? 'no pod' : 'unknown',
    };
  }
  const behind =
    status.lastCommitted === undefined
      ? undefined
      : Number(seqnoDistance(status.lastCommitted, highest ?? status.lastCommitted));
  const primary = status.clusterStatus === 'Primary';
  const synced = primary && status.localState === 4;
  return {
    ...common,
    sign: synced ? (status.desyncCount === 0 ? 'good' : 'look') : primary ? 'look' : 'bad',
    state: primary ? (status.localStateComment ?? 'unknown') : (status.clusterStatus ?? 'unknown'),
    ...(status.recvQueue === undefined ? {} : { receiveQueue: status.recvQueue }),
    ...(paused === undefined ? {} : { flowPausedPercent: Math.round(paused * 100) }),
    ...(behind === undefined ? {} : { behind }),
    ...(status.desyncCount === undefined ? {} : { desyncCount: status.desyncCount }),
  };
}

export function highestCommitted(readings: readonly MemberReading[]): Seqno | undefined {
  const [first, ...rest] = readings.flatMap((one) => one.status?.lastCommitted ?? []);
  return first === undefined ? undefined : rest.reduce((a, b) => (compareSeqnos(a, b) >= 0 ? a : b), first);
}
