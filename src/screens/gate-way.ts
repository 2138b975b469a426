import type { Gate, PlannedStep } from '../engine/event.ts';
import { type RunState, stepState } from '../engine/state.ts';
import { shortPosition, transactionsBetween } from '../galera/position.ts';
import { positionOfBackup, positionRead, swapOf } from './position-now.ts';

export type Named = readonly [name: string, text: string];

export interface GateWay {
  readonly lost: readonly Named[];
  readonly way: readonly Named[];
  /** Left out where a gate is one page without it: the step that proved it stands in the list with its sign. */
  readonly proven: readonly Named[];
  /** Whether a sentence of the plan is said here better: counted anew, or in fewer words. */
  readonly covers: (text: string) => boolean;
}

const nothing: GateWay = { lost: [], way: [], proven: [], covers: () => false };

/** What a step's gate rests on and leads to, from what the run has done: beside the gate's own words, which are what is asked. */
export function gateWay(state: RunState | undefined, gate: Gate, planned: PlannedStep | undefined): GateWay {
  // What a person attests or overrides says for itself what each answer leads to.
  if (state === undefined || planned === undefined || gate.personal || state.part !== 'forward') return nothing;
  const kept = planned.debts.flatMap(({ due, says }): Named[] => (due === 'close' ? [['kept', says]] : []));
  const counted = lost(state, planned);
  return {
    lost: counted,
    way: [...kept, ...way(state, gate, planned)],
    proven: proven(state),
    covers: (text) => (counted.length > 0 && text === planned.loses) || (kept.length > 0 && text === planned.keeps),
  };
}

/** Counted where the stopped members stand: nothing is written any more. */
function lost({ plan, ...state }: RunState, { step }: PlannedStep): readonly Named[] {
  if (step.action !== 'restore.swap' || plan === undefined) return [];
  const to = positionOfBackup(plan.parameters);
  const from = positionRead(state);
  const undone = transactionsBetween(to, from);
  if (to === undefined || undone === undefined) return [];
  return [['undoes', `in all ${undone} transactions: ${shortPosition(from)} -> ${shortPosition(to)}`]];
}

function proven(state: RunState): readonly Named[] {
  const truth = state.order.find(
    ({ step }) => step.action === 'restore.prove-prepared' && stepState(state, step.id).is === 'passed',
  );
  if (truth === undefined) return [];
  const members = state.outputs[truth.step.id]?.members;
  const copies = Array.isArray(members) ? `${members.length} of ${members.length} copies` : 'every copy';
  return [['proven', `${copies}: today's password opens them, tables equal`]];
}

function way(state: RunState, gate: Gate, planned: PlannedStep): readonly Named[] {
  const run = state.plan?.run ?? '';
  if (state.crossed) return [['way back', `galera-runbook runs rollback ${run}, as long as the old data is kept`]];
  if (gate.danger === 'destroys') {
    const kept = planned.debts.some(({ due }) => due === 'close');
    return [
      ['way back', kept ? `runs rollback ${run}, as long as this run is not closed` : 'none that this run knows of'],
    ];
  }
  const swap = swapOf(state.order);
  if (swap === undefined) return [];
  return [['way back', `whole: until \`${swap.step.id}\`, every way out leaves the old data as it is`]];
}
