import { resumption } from '../engine/resumption.ts';
import { isPutBack, kept, owed, type RunState, stepState } from '../engine/state.ts';
import { repairCommand, resumeCommand, rollbackCommand } from '../record/commands.ts';

/** What may be done with a run that has stopped: its key, what that does, and the command for a shell. */
export interface WayOn {
  readonly key: 'c' | 'u' | 'p';
  readonly says: string;
  readonly command: string;
}

/** From the state alone, by the rules that the engine goes by; what each would do exactly, its plan says. */
export function waysOn(state: RunState): readonly WayOn[] {
  const run = state.plan?.run;
  if (run === undefined || state.closed) return [];
  const debts = owed(state);
  const keeps = kept(state);
  const { is } = resumption(state);
  const goesOn = is === 'anew' || is === 'same-part';
  return [
    ...(goesOn ? [{ key: 'c', says: `resume: ${leftText(state)}`, command: resumeCommand(run) } as const] : []),
    ...(debts.length > 0 && !(goesOn && state.crossed)
      ? [
          {
            key: 'p',
            says: `repair: pays ${debts.map(({ id }) => id.split(':')[0]).join(', ')}`,
            command: repairCommand(run),
          } as const,
        ]
      : []),
    ...((keeps.length > 0 || state.crossed) && !isPutBack(state)
      ? [
          {
            key: 'u',
            says: `roll back: ${keeps.map(({ says }) => says).join('; ') || 'what the swap has done is undone'}`,
            command: rollbackCommand(run),
          } as const,
        ]
      : []),
  ];
}

const namedAtMost = 4;

function leftText(state: RunState): string {
  const failed = state.failure?.step;
  const at = state.order.findIndex(({ step }) => step.id === failed);
  const left = state.order
    .filter(({ step, skipped }, index) => {
      const { is } = stepState(state, step.id);
      // Checks before it are asked again where they have to: that is no news.
      const counts = step.kind !== 'check' || index > at;
      return skipped === undefined && counts && step.id !== failed && !['passed', 'skipped'].includes(is);
    })
    .map(({ step }) => step.id);
  const named = left.length > namedAtMost ? left.slice(0, namedAtMost - 1) : left;
  const more = left.length > named.length ? ` and ${left.length - named.length} more` : '';
  const then = named.length === 0 ? '' : `${failed === undefined ? '' : ', then '}${named.join(', ')}${more}`;
  return failed === undefined ? then || 'what is left of it' : `${failed} again${then}`;
}
