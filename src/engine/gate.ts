import type { Failure } from '../base/failure.ts';
import { canonical } from '../base/json.ts';
import { worse } from '../runbook/runbook.ts';
import { clusterWord, type Identity } from '../target/identity.ts';
import type { Debt, Effect } from './action.ts';
import { paidBy } from './decide.ts';
import type { Gate, Plan, PlannedStep } from './event.ts';
import { sha256 } from './plan.ts';
import { stoppedBy } from './resumption.ts';
import { isInDoubt, isPutBack, kept, owed, type RunState, stepState } from './state.ts';

const noWayBack = 'no rollback is left after that';
const lossOfRollback = 'everything written since the data was replaced is lost';

/** What a rollback loses that has not put the data back yet, counted where its step could count. */
function lossOf(state: RunState): readonly string[] {
  if (state.phase !== 'rollback' || isPutBack(state)) return [];
  const loses = state.order.flatMap((planned) => planned.loses ?? []);
  return loses.length === 0 ? [lossOfRollback] : loses;
}

function takingUp(steps: readonly PlannedStep[]): string[] {
  const gates = steps.filter(({ gate }) => gate !== undefined).map(({ step }) => step.id);
  return [
    ...(gates.length === 0 ? [] : [`asked again before: ${gates.join(', ')}`]),
    'if no: nothing is changed, the run stays as it is',
  ];
}

/** `loses` where nothing is said: nothing is lost for ever. */
function sealed({ loses = [], ...rest }: Omit<Gate, 'sha256' | 'loses'> & Partial<Pick<Gate, 'loses'>>): Gate {
  const gate = { ...rest, loses };
  return { ...gate, sha256: sha256(canonical(gate)) };
}

/** What a close removes for good. */
function removedBy(debts: readonly Debt[]): string[] {
  return debts.map(({ says }) => `removed for ever: ${says}`);
}

/** One change on one line: what, and from and to. */
export function effectText({ object, field, from, to }: Effect): string {
  return `${object}: ${field}: ${from} -> ${to}`;
}

function where(identity: Identity): string {
  return `Galera cluster ${identity.cluster}, namespace ${identity.namespace}, context ${identity.context}, id ${identity.kubeSystemUid.slice(0, 8)}/${identity.statefulSetUid.slice(0, 8)}`;
}

/** The gate of a step: what will happen, from and to, what is lost, the way back (screens.md §1, a gate cuts nothing). */
export function gateOfStep(plan: Plan, planned: PlannedStep, state: RunState): Gate {
  const { step, danger } = planned;
  const removed = state.phase === 'close' ? removedBy(paidBy(state, planned)) : [];
  const shows = [
    where(plan.identity),
    `${step.id}: ${step.title} (${danger})`,
    ...callouts(step.prose),
    ...planned.says,
    ...(planned.seen?.warnings ?? []),
    ...planned.effects.map((effect) => effectText(effect)),
    ...removed,
    ...wayBack(state, planned),
  ];
  const need = planned.gate ?? 'yes-no';
  return sealed({
    step: step.id,
    need,
    ...(need === 'typed' ? { word: clusterWord(plan.identity) } : {}),
    danger,
    shows,
    loses: [...(planned.loses === undefined ? [] : [planned.loses]), ...removed],
    personal: false,
  });
}

/** The gate of a whole plan; a rollback's is typed and only a person's (design §5, `--yes`). */
export function gateOfPlan(plan: Plan, state: RunState): Gate {
  const typed = state.phase === 'rollback';
  const acting = state.order.filter((planned) => planned.skipped === undefined);
  const danger = acting.reduce<Gate['danger']>((worst, planned) => worse(worst, planned.danger), 'reads');
  const what = {
    forward: `run ${plan.runbook.name}`,
    repair: `go on with ${plan.runbook.name}`,
    resume: `go on with ${plan.runbook.name}`,
    rollback: `roll back ${plan.runbook.name}`,
    close: `close the run of ${plan.runbook.name}`,
  };
  const lost = lossOf(state);
  const removed =
    state.phase === 'close'
      ? removedBy(kept(state)).map((text) => `${text}${state.rolledBack ? '' : `; ${noWayBack}`}`)
      : [];
  const shows = [
    where(plan.identity),
    `${what[state.phase as keyof typeof what] ?? plan.runbook.name}, run ${plan.run}: ${acting.map(({ step }) => step.id).join(', ')}`,
    ...lost,
    ...acting.flatMap(({ step, danger, effects }) =>
      danger === 'reads' ? [] : effects.map((e) => `${step.id}: ${effectText(e)}`),
    ),
    ...removed,
    ...owed(state).map((debt) => `owed: ${debt.says}`),
    ...(state.phase === 'forward' ? [] : takingUp(acting)),
  ];
  return sealed({
    step: 'plan',
    need: typed ? 'typed' : 'yes-no',
    ...(typed ? { word: clusterWord(plan.identity) } : {}),
    danger,
    shows,
    loses: [...lost, ...removed],
    personal: state.phase === 'rollback',
  });
}

/** Asked before a run whose process died goes on: nothing is written until it is answered. A rollback stays a person's decision. */
export function gateOfResume(plan: Plan, state: RunState): Gate {
  const before = gateOfPlan(plan, state);
  const doubt = state.order.filter(
    ({ step }) => step.kind === 'do' && isInDoubt(stepState(state, step.id)) && state.phase !== 'ended',
  );
  const left = state.order.filter(
    ({ step, skipped }) => skipped === undefined && ['pending', 'started'].includes(stepState(state, step.id).is),
  );
  const goesOn = stoppedBy(state) === undefined && state.phase !== 'way-out';
  const acts = goesOn ? left : left.filter(({ step }) => owed(state).some((debt) => step.pays.includes(debt.step)));
  const danger = acts.reduce<Gate['danger']>((worst, planned) => worse(worst, planned.danger), 'reads');
  const shows = [
    where(plan.identity),
    `go on with run ${plan.run} of ${plan.runbook.name}, whose process ended in the middle`,
    ...lossOf(state),
    goesOn
      ? `still to do: ${left.map(({ step }) => step.id).join(', ')}`
      : 'it was on its way out: what is owed is paid, and it ends',
    ...doubt.map(({ step }) => `in doubt, looked at first: ${step.id}`),
    ...acts.flatMap(({ step, danger: of, effects }) =>
      of === 'reads' ? [] : effects.map((effect) => `${step.id}: ${effectText(effect)}`),
    ),
    ...owed(state).map((debt) => `owed: ${debt.says}`),
    ...takingUp(acts),
  ];
  const { sha256: _sha256, ...gate } = before;
  return sealed({ ...gate, danger, shows, loses: lossOf(state) });
}

/** Another's lease, silent: only a person takes it, by typing the run's id. */
export function gateOfTakeover(plan: Plan, holder: string, says: readonly string[]): Gate {
  return sealed({
    step: 'lease',
    need: 'typed',
    word: plan.run,
    danger: 'disrupts',
    shows: [where(plan.identity), `take over run ${plan.run} from ${holder}`, ...says],
    personal: true,
  });
}

/** Nobody can read whether a step has happened: a person who has looked says that it has. */
export function gateOfAttestation(plan: Plan, planned: PlannedStep, unknown: Failure): Gate {
  const { step, danger, effects } = planned;
  return sealed({
    step: step.id,
    need: 'typed',
    word: plan.run,
    danger,
    shows: [
      where(plan.identity),
      `${step.id} (${step.title}) has started, and whether it has happened cannot be read`,
      `expected ${unknown.expected}`,
      `found ${unknown.found}`,
      ...effects.map((effect) => effectText(effect)),
      'yes: you have looked at the cluster and it has happened, on all that it names; the run goes on after it',
      'no: the run stops here',
    ],
    personal: true,
  });
}

/** A decision about data that was not proven: only a person takes it, by typing. */
export function gateOfOverride(plan: Plan, step: string, says: readonly string[]): Gate {
  return sealed({
    step,
    need: 'typed',
    word: clusterWord(plan.identity),
    danger: 'destroys',
    shows: [where(plan.identity), ...says],
    personal: true,
  });
}

function callouts(prose: string): string[] {
  const lines = prose.split('\n').filter((line) => line.startsWith('>') && !/^>\s*\[!\w+\]/.test(line));
  const text = lines
    .map((line) => line.replace(/^>\s?/, '').trim())
    .join(' ')
    .trim();
  return text === '' ? [] : [text];
}

function wayBack(state: RunState, planned: PlannedStep): string[] {
  const pays = paidBy(state, planned);
  if (state.phase === 'close')
    return state.rolledBack
      ? ['if no: nothing is removed']
      : [noWayBack, 'if no: nothing is removed, and the rollback stays possible'];
  if (state.phase !== 'forward' && state.phase !== 'resume')
    return ['if no: the run stops here, what is owed stays owed; go on with runs repair'];
  if (state.crossed)
    return ['if no: the run stops here, what is owed stays owed; go on with runs repair, back with runs rollback'];
  // Its own debt is paid by just what is asked here.
  if (pays.length > 0)
    return [
      `if no: the run stops here; what ${planned.step.id} pays stays owed: galera-runbook runs repair ${state.plan?.run}`,
    ];
  return ['if no: the run stops here and what is owed is paid'];
}
