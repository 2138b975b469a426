import type { MemberSettings } from './wsrep-status.ts';

/** Write-sets in the receive queue. */
export interface FlowControlLimits {
  /** From here on a queue that was too long lets the others go on again. */
  readonly lower: number;
  /** Above it a member asks the others to wait. */
  readonly upper: number;
}

/**
 * Galera's own sum (`_set_fc_limits` in gcs.cpp, 26.4): the limit grows with the square root of the members, unless
 * `gcs.fc_single_primary`. Three members with the default of 16 wait at 28. Undefined where a setting is not known.
 */
export function flowControlLimits(settings: MemberSettings, members: number): FlowControlLimits | undefined {
  const { fcLimit, fcFactor, fcSinglePrimary } = settings;
  if (fcLimit === undefined || fcFactor === undefined || fcSinglePrimary === undefined || members < 1) return undefined;
  const upper = Math.trunc(fcLimit * (fcSinglePrimary ? 1 : Math.sqrt(members)) + 0.5);
  return { upper, lower: Math.trunc(upper * fcFactor + 0.5) };
}

/** How far a value is: 0 nothing, 1 some, 2 half of amber, 3 amber, 4 red (screens.md §1). Never scaled to the data. */
export type Level = 0 | 1 | 2 | 3 | 4;

function level(value: number, amber: number, red: number): Level {
  if (value >= red) return 4;
  if (value >= amber) return 3;
  if (value >= amber / 2) return 2;
  return value > 0 ? 1 : 0;
}

/** Amber at half of what makes the others wait, red there. */
export function queueLevel(queue: number, limits: FlowControlLimits): Level {
  if (queue === 0) return 0;
  return level(queue, Math.max(1, limits.upper / 2), Math.max(1, limits.upper));
}

/**
 * Part of the time between two samples that replication stood still, 0 to 1; undefined where the counter went back (a restart or
 * FLUSH STATUS). `wsrep_flow_control_paused` is no such number: it is an average since FLUSH.
 */
export function pausedShare(fromNs: number, toNs: number, elapsedMs: number): number | undefined {
  if (elapsedMs <= 0 || toNs < fromNs) return undefined;
  return Math.min(1, (toNs - fromNs) / (elapsedMs * 1_000_000));
}

/** Amber above 5 %, red above 25 % (sequences.md §3; whether it lasts for 10 s is the caller's to see). */
export function pausedLevel(share: number): Level {
  return level(share, 0.05, 0.25);
}

/**
 * Whether a desynced member may come back (design §6.5): the last three samples are all below the lower limit, none unknown.
 * With a limit of 0 only an empty queue will do.
 */
export function queueDrained(samples: readonly (number | undefined)[], lower: number): boolean {
  const last = samples.slice(-3);
  return last.length === 3 && last.every((queue) => queue !== undefined && (queue === 0 || queue < lower));
}
