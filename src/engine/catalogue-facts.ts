import type { ActionFacts } from '../runbook/runbook.ts';
import type { Catalogue } from './action.ts';

/** What the validator of runbooks must know of the actions. */
export function factsOf(catalogue: Catalogue): ReadonlyMap<string, ActionFacts> {
  return new Map(
    [...catalogue].map(([name, action]) => [
      name,
      {
        name,
        kind: action.kind,
        danger: action.kind === 'do' ? action.maxDanger : 'reads',
        owes: action.kind === 'do' && action.owes,
        inputs: action.inputs,
        outputs: action.outputs,
      },
    ]),
  );
}
