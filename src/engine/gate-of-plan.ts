import { type GateNeed, worse } from '../runbook/runbook.ts';
import { clusterWord } from '../target/identity.ts';
import type { Gate, Plan, PlannedStep } from './event.ts';
import { effectText, sealed, where } from './gate.ts';
import { strongerNeed } from './gate-policy.ts';
import { closingStep, removalHasBegun, stoppedBy } from './resumption.ts';
import { isInDoubt, isPutBack, kept, owed, type RunState, stepState } from './state.ts';

const noWayBack = 'no rollback is left after that';
const lossOfRollback = 'everything written since the data was replaced is lost';

/** What is lost for ever by a close, or by a rollback that has not put the data back yet, counted where its step could count. */
function lossOf(state: RunState): readonly string[] {
  if (state.phase === 'close') {
    const isWayBack = !state.rolledBack && !removalHasBegun(state);
    return kept(state).map(({ says }) => `removed for ever: ${says}${isWayBack ? `; ${noWayBack}` : ''}`);
  }
  if (state.phase !== 'rollback' || isPutBack(state)) return [];
  const loses = state.order.flatMap((planned) => planned.loses ?? []);
  return loses.length === 0 ? [lossOfRollback] : loses;
}

/** What must be done for the yes: a rollback's is typed, and a close is asked about as its only step wants. */
function needOfPlan({ phase }: RunState, acting: readonly PlannedStep[]): GateNeed {
  if (phase === 'rollback') return 'typed';
  if (phase !== 'close') return 'yes-no';
  return acting.reduce<GateNeed>((need, { gate }) => strongerNeed(need, gate) ?? need, 'yes-no');
}

function takingUp(state: RunState, steps: readonly PlannedStep[]): string[] {
  if (state.part === 'close' && steps.length > 0) {
    if (removalHasBegun(state)) return ['if no: nothing more is removed; some of it may be gone already'];
    return [`if no: nothing is removed${state.rolledBack ? '' : ', and the rollback stays possible'}`];
  }
  const gates = steps.filter(({ gate }) => gate !== undefined).map(({ step }) => step.id);
  return [
    ...(gates.length === 0 ? [] : [`asked again before: ${gates.join(', ')}`]),
    'if no: nothing is changed, the run stays as it is',
  ];
}

/** What steps change, each line with its step; of a close there is only one. */
function changesOf(steps: readonly PlannedStep[]): string[] {
  const acting = steps.filter(({ danger }) => danger !== 'reads');
  return acting.flatMap(({ step, effects }) =>
    effects.map((effect) => `${step.id === closingStep ? '' : `${step.id}: `}${effectText(effect)}`),
  );
}

/** The gate of a whole plan: typed for a rollback, which only a person answers (design §5, `--yes`), and for a close, whose step it is. */
export function gateOfPlan(plan: Plan, state: RunState): Gate {
  const acts = state.order.filter((planned) => planned.skipped === undefined);
  const what = {
    forward: `run ${plan.runbook.name}`,
    repair: `go on with ${plan.runbook.name}`,
    resume: `go on with ${plan.runbook.name}`,
    rollback: `roll back ${plan.runbook.name}`,
    close: `close the run of ${plan.runbook.name}`,
  };
  const steps = state.phase === 'close' ? '' : `: ${acts.map(({ step }) => step.id).join(', ')}`;
  return planGate(plan, state, {
    acts,
    what: `${what[state.phase as keyof typeof what] ?? plan.runbook.name}, run ${plan.run}${steps}`,
    loses: lossOf(state),
    goesOn: [],
    ends: state.phase === 'forward' ? [] : takingUp(state, acts),
  });
}

/** Asked before a run whose process died goes on: nothing is written until it is answered. A rollback stays a person's decision. */
export function gateOfResume(plan: Plan, state: RunState): Gate {
  const doubt = state.order.filter(
    ({ step }) => step.kind === 'do' && isInDoubt(stepState(state, step.id)) && state.phase !== 'ended',
  );
  const left = state.order.filter(
    ({ step, skipped }) => skipped === undefined && ['pending', 'started'].includes(stepState(state, step.id).is),
  );
  const goesOn = stoppedBy(state) === undefined && state.phase !== 'way-out';
  const acts = goesOn ? left : left.filter(({ step }) => owed(state).some((debt) => step.pays.includes(debt.step)));
  return planGate(plan, state, {
    acts,
    what: `go on with run ${plan.run} of ${plan.runbook.name}, whose process ended in the middle`,
    // A close on its way out removes nothing any more.
    loses: goesOn || state.part !== 'close' ? lossOf(state) : [],
    goesOn: [
      goesOn
        ? `still to do: ${left.map(({ step }) => step.id).join(', ')}`
        : 'it was on its way out: what is owed is paid, and it ends',
      ...doubt.map(({ step }) => `in doubt, looked at first: ${step.id}`),
    ],
    ends: takingUp(state, acts),
  });
}

interface Asked {
  readonly acts: readonly PlannedStep[];
  readonly what: string;
  readonly loses: readonly string[];
  /** Where a run that is taken up stands. */
  readonly goesOn: readonly string[];
  readonly ends: readonly string[];
}

function planGate(plan: Plan, state: RunState, { acts, what, loses, goesOn, ends }: Asked): Gate {
  const need = needOfPlan(state, acts);
  const changes = changesOf(acts);
  return sealed({
    step: 'plan',
    need,
    ...(need === 'typed' ? { word: clusterWord(plan.identity) } : {}),
    danger: acts.reduce<Gate['danger']>((worst, planned) => worse(worst, planned.danger), 'reads'),
    shows: [
      where(plan.identity),
      what,
      ...loses,
      ...goesOn,
      ...changes,
      ...(state.phase === 'close' ? acts.flatMap(({ says }) => says) : []),
      ...owed(state).map((debt) => `owed: ${debt.says}`),
      ...ends,
    ],
    loses,
    changes,
    personal: state.phase === 'rollback',
  });
}
