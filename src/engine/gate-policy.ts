import type { Danger, GateNeed } from '../runbook/runbook.ts';
import type { Mode } from './event.ts';

/** A dry run answers nothing: it shows. */
export type GateMode = Mode | 'dry-run';

/**
 * `none`: no gate. `ask`: a person answers. `answered`: `--yes` with the right `--cluster` has answered. `shown`: a dry run
 * names it. `refused`: nobody here may answer, so it is no.
 */
export type GatePolicy = 'none' | 'ask' | 'answered' | 'shown' | 'refused';

/** What kind of answer a danger wants by itself; a document may only raise it (design §4.9). */
export const needOf: { readonly [D in Danger]: GateNeed | undefined } = {
  reads: undefined,
  changes: undefined,
  disrupts: 'yes-no',
  destroys: 'typed',
};

type Row = { readonly terminal: GatePolicy; readonly none: GatePolicy };

/** Mode × terminal for a gate that is there. The same for yes/no and typed: what differs is what must be typed. */
const gates: { readonly [M in GateMode]: Row } = {
  interactive: { terminal: 'ask', none: 'refused' },
  yes: { terminal: 'answered', none: 'answered' },
  'dry-run': { terminal: 'shown', none: 'shown' },
};

/** Decisions that only a person takes: attestation, override, takeover, rollback, traffic to unproven data. */
const personal: { readonly [M in GateMode]: Row } = {
  interactive: { terminal: 'ask', none: 'refused' },
  yes: { terminal: 'refused', none: 'refused' },
  'dry-run': { terminal: 'shown', none: 'shown' },
};

export function gatePolicy(
  gate: { readonly need: GateNeed | undefined; readonly personal: boolean },
  mode: GateMode,
  terminal: boolean,
): GatePolicy {
  if (gate.personal) return personal[mode][terminal ? 'terminal' : 'none'];
  if (gate.need === undefined) return 'none';
  return gates[mode][terminal ? 'terminal' : 'none'];
}

/** The stronger of two needs. */
export function strongerNeed(a: GateNeed | undefined, b: GateNeed | undefined): GateNeed | undefined {
  if (a === 'typed' || b === 'typed') return 'typed';
  return a ?? b;
}
