import type { Effect } from '../engine/action.ts';
import { effectText } from '../engine/gate.ts';
import { groupedByMember } from '../views/by-member.ts';
import type { ScreensState } from './state.ts';

/** What a step changes, one line each; what is the same on several members is one line that names them all. */
export function effectLines({ target }: ScreensState, effects: readonly Effect[]): readonly string[] {
  return groupedByMember(effects.map(effectText), target?.statefulset ?? '');
}
