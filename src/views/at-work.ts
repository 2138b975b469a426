import type { StatusView } from './status-view.ts';

/** A lease that was not renewed for as long is the last word of a process that is gone: another may take it then (target/lease.ts). */
export const silentAfterMs = 60_000;

/** The run whose process is at work, here or on another bastion: it will pay what it owes. */
export function runAtWork(lease: StatusView['lease']): string | undefined {
  return lease !== undefined && (lease.renewedAgoMs ?? 0) < silentAfterMs ? lease.run : undefined;
}
