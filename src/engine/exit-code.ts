import type { Failure } from '../base/failure.ts';
import { leftAtWork, owed, type RunState } from './state.ts';

/** Exit codes of design §7. */
export const exits = {
  done: 0,
  failed: 1,
  usage: 2,
  warned: 3,
  refused: 4,
  answeredNo: 5,
  unsafe: 10,
  held: 11,
  interrupted: 130,
  owes: 131,
} as const;

/** Exit code of a failure before anything was changed. */
export function exitOfFailure(failure: Failure): number {
  switch (failure.kind) {
    case 'usage':
      return exits.usage;
    case 'refused':
      return exits.refused;
    case 'unsafe':
      return exits.unsafe;
    case 'held':
      return exits.held;
    case 'failed':
    case 'unknown':
      return exits.failed;
  }
}

/**
 * Exit code of a run that comes to its end in this state. An open debt outranks every other reason, and a step that nobody waits for any more is
 * one, whether or not it owes anything by name: its Job goes on.
 */
export function exitOfRun(state: RunState): number {
  if (owed(state).length > 0 || leftAtWork(state).length > 0) return exits.owes;
  if (state.stop !== undefined) return exits.interrupted;
  if (Object.values(state.answers).includes('no')) return exits.answeredNo;
  if (state.failure) return state.changed ? exits.failed : exitOfFailure(state.failure.failure);
  return state.warnings > 0 ? exits.warned : exits.done;
}
