import type { Failure } from '../base/failure.ts';
import { canonical } from '../base/json.ts';
import { clusterWord, type Identity } from '../target/identity.ts';
import type { Effect } from './action.ts';
import { paidBy } from './decide.ts';
import type { Gate, Plan, PlannedStep } from './event.ts';
import { sha256 } from './plan.ts';
import type { RunState } from './state.ts';

/** Where nothing is said of them, nothing is lost for ever, and nothing changes. */
export function sealed({
  loses = [],
  changes = [],
  ...rest
}: Omit<Gate, 'sha256' | 'loses' | 'changes'> & Partial<Pick<Gate, 'loses' | 'changes'>>): Gate {
  const gate = { ...rest, loses, changes };
  return { ...gate, sha256: sha256(canonical(gate)) };
}

/** One change on one line: what, and from and to. */
export function effectText({ object, field, from, to }: Effect): string {
  return `${object}: ${field}: ${from} -> ${to}`;
}

export function where(identity: Identity): string {
  return `Galera cluster ${identity.cluster}, namespace ${identity.namespace}, context ${identity.context}, id ${identity.kubeSystemUid.slice(0, 8)}/${identity.statefulSetUid.slice(0, 8)}`;
}

/** The gate of a step: what will happen, from and to, what is lost, the way back (screens.md §1, a gate cuts nothing). */
export function gateOfStep(plan: Plan, planned: PlannedStep, state: RunState): Gate {
  const { step, danger } = planned;
  const changes = planned.effects.map((effect) => effectText(effect));
  const shows = [
    where(plan.identity),
    `${step.id}: ${step.title} (${danger})`,
    ...callouts(step.prose),
    ...planned.says,
    ...(planned.seen?.warnings ?? []),
    ...changes,
    ...wayBack(state, planned),
  ];
  const need = planned.gate ?? 'yes-no';
  return sealed({
    step: step.id,
    need,
    ...(need === 'typed' ? { word: clusterWord(plan.identity) } : {}),
    danger,
    shows,
    changes,
    loses: [planned.loses, planned.deletes].filter((text) => text !== undefined),
    personal: false,
  });
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
  const changes = effects.map((effect) => effectText(effect));
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
      ...changes,
      'yes: you have looked at the cluster and it has happened, on all that it names; the run goes on after it',
      'no: the run stops here',
    ],
    changes,
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
