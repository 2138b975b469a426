import { type Failure, failure } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import type { Runbook, Step } from '../runbook/runbook.ts';
import type { Way } from './event.ts';
import { exits } from './exit-code.ts';
import { kept, owed, type RunState, stepState } from './state.ts';

/**
 * What `runs resume` may do with a run. `same-part`: its process died, and the same plan goes on where the journal ends, on its way out too.
 * `anew`: it stopped by itself, and the steps that are left are planned anew. `over`: it ended well.
 */
export type Resumption =
  | { readonly is: 'same-part' }
  | { readonly is: 'anew' }
  | { readonly is: 'over' }
  | { readonly is: 'no'; readonly failure: Failure };

/** The rules of docs/decisions/0016, from the state alone. */
export function resumption(state: RunState): Resumption {
  const { plan } = state;
  if (!plan) return no('a run that began', 'a journal without a plan', 'there is nothing to take up');
  const { run, runbook } = plan;
  const well = state.phase === 'ended' && (state.exit === exits.done || state.exit === exits.warned);
  if ((state.closed || well) && notReached(state).length === 0) return { is: 'over' };
  const replaced = state.crossed || state.unproven;
  const goesOn = `galera-runbook runs repair ${run}`;
  // After the point of no return nothing is paid by itself: a way out is the end, and going on is the operator's word.
  const left = replaced && state.section === 'steps' && state.part !== 'close' && stoppedBy(state) !== undefined;
  const refused = stoppedBy(state) !== undefined && !hasBegun(state);
  if (state.phase !== 'ended' && !left && !refused) return { is: 'same-part' };
  if (!hasBegun(state))
    return no(
      'a run that has begun',
      `run ${run} ended before its first step`,
      `start a new one: galera-runbook run ${runbook.name}`,
    );
  if (state.section === 'rollback')
    return no(
      'a run that goes forward',
      `run ${run} was being rolled back`,
      owed(state).length > 0 ? goesOn : `galera-runbook runs rollback ${run}`,
    );
  if (state.part === 'close')
    return no('a run that goes forward', `run ${run} was being closed`, `galera-runbook runs close ${run}`);
  if (state.part === 'repair' && !replaced)
    return no(
      'a run that goes forward',
      `run ${run} was being repaired`,
      owed(state).length > 0 ? goesOn : `start a new one: galera-runbook run ${runbook.name}`,
    );
  const gone = [...new Set(state.undone)].filter((id) => stepState(state, id).is === 'passed');
  if (gone.length > 0)
    return no(
      'what the steps before have made',
      `on its way out run ${run} has undone ${gone.join(', ')}`,
      owed(state).length > 0
        ? `${goesOn}; then start a new one: galera-runbook run ${runbook.name}`
        : `start a new one: galera-runbook run ${runbook.name}`,
    );
  return { is: 'anew' };
}

/**
 * What a part that takes up a run has to do. Before anything was replaced, or once it was put back, a repair does whatever pays. After that it
 * goes on with the steps that have not passed, so that nothing returns to clients unproven.
 */
export function stepsOf(way: Way, state: RunState, runbook: Runbook): readonly Step[] {
  if (way === 'rollback') return [...runbook.rollback, ...otherPayers(state, runbook)];
  if (way === 'close') return kept(state).map((debt) => closing(debt.step, debt.payWith));
  const section = runbook[state.section];
  if (way === 'resume') return stepsLeft(section, state);
  if (owed(state).length === 0) return [];
  if (state.crossed || state.unproven) return stepsLeft(section, state);
  return section.filter((step) => owed(state).some((debt) => step.pays.includes(debt.step)));
}

/** What the way forward owes and the rollback does not pay, e.g. unpacked copies: paid at its end. */
function otherPayers(state: RunState, runbook: Runbook): readonly Step[] {
  const paid = runbook.rollback.flatMap((step) => step.pays);
  const open = owed(state).filter((debt) => !paid.includes(debt.step));
  return runbook.steps.filter((step) => open.some((debt) => step.pays.includes(debt.step)));
}

/** The only step of a part that closes a run. */
export const closingStep = 'close';

/** A close has begun to remove what was set aside: some of it may be gone. */
export function removalHasBegun(state: RunState): boolean {
  return state.part === 'close' && stepState(state, closingStep).attempt > 0;
}

function closing(of: string, payWith: { readonly action: string; readonly input: JsonObject }): Step {
  return {
    id: closingStep,
    title: 'Remove what was set aside',
    prose: '',
    line: 0,
    kind: 'do',
    action: payWith.action,
    with: payWith.input,
    when: [],
    pays: [of],
  };
}

/** Steps that are still to be done, checks that have to hold again, and who pays for them. */
function stepsLeft(steps: readonly Step[], state: RunState): readonly Step[] {
  const left = steps.filter(
    (step) => !['passed', 'skipped'].includes(stepState(state, step.id).is) || isAskedAgain(step, state),
  );
  const owing = new Set([...left.map(({ id }) => id), ...owed(state).map((debt) => debt.step)]);
  return steps.filter((step) => left.includes(step) || step.pays.some((id) => owing.has(id)));
}

/** Rule 6 of the format: a check is asked again when its run is taken up, until the step that it names has started. */
export function isAskedAgain(step: Step, state: RunState): boolean {
  if (step.kind !== 'check' || stepState(state, step.id).is === 'skipped') return false;
  return step.until === undefined || stepState(state, step.until).attempt === 0;
}

/** The plan's gate was answered yes and the lease was got. */
export function hasBegun(state: RunState): boolean {
  return state.answers.plan === 'yes' && state.failure?.step !== 'plan';
}

/** What ended the way forward: the operator, a no, a failure. */
export function stoppedBy(state: RunState): string | undefined {
  if (state.stop !== undefined) return 'stopped by the operator';
  const no = answeredNo(state);
  if (no !== undefined) return `${no} was answered no`;
  if (state.failure) return `${state.failure.step} failed`;
  return undefined;
}

/**
 * What a repair has left undone of the run's own steps. Before the point of no return it only pays: that it went well does not mean that
 * the run has reached its goal.
 */
export function notReached(state: RunState): readonly string[] {
  if (state.part !== 'repair' || state.section !== 'steps') return [];
  return (state.plan?.steps ?? [])
    .filter(({ step, skipped }) => skipped === undefined && step.kind === 'do')
    .map(({ step }) => step.id)
    .filter((id) => !['passed', 'skipped'].includes(stepState(state, id).is));
}

/** The step, or the plan, whose gate was answered no. */
export function answeredNo(state: RunState): string | undefined {
  return Object.entries(state.answers).find(([, answer]) => answer === 'no')?.[0];
}

function no(expected: string, found: string, next: string): Resumption {
  return { is: 'no', failure: failure('refused', expected, found, next) };
}
