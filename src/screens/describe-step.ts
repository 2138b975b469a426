import { formatBytes } from '../base/bytes.ts';
import { formatAge, formatClock } from '../base/duration.ts';
import type { Failure } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import { dateTimeText } from '../base/time.ts';
import { isPending } from '../engine/action.ts';
import { foldEvents } from '../engine/apply-event.ts';
import type { PlannedStep, RunEvent } from '../engine/event.ts';
import { effectText } from '../engine/gate.ts';
import { type StepState, stepState } from '../engine/state.ts';
import { stepNumber } from '../record/step-number.ts';
import { clusterWord } from '../target/identity.ts';
import { fact, facts } from './fact.ts';
import { allOf, lastOf, plannedSteps } from './open-run.ts';

/** Every value of a step: what was planned, what has happened, what it has left. Nothing is shortened. */
export function stepText(events: readonly RunEvent[], id: string, now: number): readonly string[] {
  const state = foldEvents(events);
  const planned = plannedSteps(events).find(({ step }) => step.id === id);
  if (planned === undefined) return [`no step ${id} in this run`];
  const { step, danger } = planned;
  const number = stepNumber(state.order, id)?.replace('/', ' of ');
  const at = stepState(state, id);
  return [
    fact('step', `${id}: ${step.title}`),
    fact('run', `${state.plan?.run} of ${state.plan?.runbook.name}${number === undefined ? '' : `, step ${number}`}`),
    fact('action', `${step.action}, ${danger}${gateText(planned, state.plan && clusterWord(state.plan.identity))}`),
    ...happened(events, planned, at, now),
    '',
    ...plans(planned),
    ...left(events, planned),
    ...valueLines('output', state.outputs[id]),
  ];
}

function gateText({ gate }: PlannedStep, word: string | undefined): string {
  return gate === undefined ? '' : gate === 'typed' ? `; its gate wants ${word} typed` : '; its gate asks yes or no';
}

function happened(
  events: readonly RunEvent[],
  { step, skipped, ms }: PlannedStep,
  at: StepState,
  now: number,
): readonly string[] {
  const { id } = step;
  const passed = lastOf(events, 'step-passed', (event) => event.step === id);
  const left = skipped ?? lastOf(events, 'step-skipped', (event) => event.step === id)?.reason;
  const words = {
    pending: left === undefined ? 'not begun' : `left out: ${left}`,
    started: 'running',
    passed: passed === undefined ? 'done' : `done (${passed.how})`,
    failed: at.inDoubt === true ? 'in doubt: nobody knows whether it has happened' : 'failed',
    skipped: `skipped${left === undefined ? '' : `: ${left}`}`,
  };
  const end = at.endedAt ?? now;
  return [
    fact('is', words[at.is]),
    ...(passed === undefined || at.is !== 'passed' ? [] : [fact('says', passed.says)]),
    ...(at.startedAt === undefined
      ? []
      : [
          fact(
            'started',
            `${dateTimeText(at.startedAt)}, ${formatAge(now - at.startedAt, { minutes: true })} ago, attempt ${at.attempt}`,
          ),
        ]),
    ...(at.endedAt === undefined ? [] : [fact('ended', dateTimeText(at.endedAt))]),
    ...(at.startedAt === undefined ? [] : [fact('took', formatClock(end - at.startedAt))]),
    ...(ms === undefined ? [] : [fact('estimate', formatClock(ms, 'up'))]),
    ...(at.is === 'failed' && at.failure !== undefined ? failureFacts(at.failure) : []),
    ...allOf(events, 'gate-answered')
      .filter((event) => event.step === id)
      .map(({ answer, by, typed, at: when }) =>
        fact('gate', `${answer}${typed === undefined ? '' : ` "${typed}"`}, by ${by}, ${dateTimeText(when)}`),
      ),
    ...allOf(events, 'warned')
      .filter((event) => event.step === id)
      .map((event) => fact('warned', event.says)),
  ];
}

/** Lines from outside keep the bar that they stand behind. */
function failureFacts({ expected, found, next }: Failure): readonly string[] {
  return [
    ...facts('expected', expected.split('\n')),
    ...facts('found', found.split('\n')),
    ...facts('next', next.split('\n')),
  ];
}

function plans({ input, effects, says, seen, unknowns, bytes }: PlannedStep): readonly string[] {
  return [
    ...valueLines('input', input),
    ...(seen === undefined
      ? []
      : [
          fact(
            'seen',
            `${{ so: 'holds', 'not-so': 'does not hold', unknown: 'not known' }[seen.is]} while planning: ${seen.says}`,
          ),
        ]),
    ...facts('plan', says),
    ...facts('changes', effects.map(effectText)),
    ...facts('not known', unknowns ?? []),
    ...(bytes === undefined ? [] : [fact('bytes', formatBytes(bytes, 'up'))]),
  ];
}

function left(events: readonly RunEvent[], { step }: PlannedStep): readonly string[] {
  const ended = allOf(events, 'effect-ended').filter((event) => event.step === step.id);
  const owed = allOf(events, 'debt-owed').filter(({ debt }) => debt.step === step.id);
  return [
    ...facts(
      'did',
      ended.map(
        ({ at, effect, result, says }) =>
          `${dateTimeText(at)}  ${effect}: ${result}${says === undefined ? '' : `, ${says}`}`,
      ),
    ),
    ...facts(
      'owes',
      owed.map(({ debt, at }) => {
        const paid = lastOf(events, 'debt-paid', (event) => event.id === debt.id && event.at >= at);
        const is =
          paid === undefined
            ? `open since ${dateTimeText(at)}`
            : `owed ${dateTimeText(at)}, paid ${dateTimeText(paid.at)}: ${paid.says}`;
        return `${debt.id}: ${debt.says}; ${is}`;
      }),
    ),
    ...(step.pays.length === 0 ? [] : [fact('pays', `what ${step.pays.join(', ')} owes`)]),
  ];
}

function valueLines(name: string, values: JsonObject | undefined): readonly string[] {
  return facts(
    name,
    Object.entries(values ?? {}).map(
      ([key, value]) => `${key} = ${isPending(value) ? 'from an earlier step' : JSON.stringify(value)}`,
    ),
  );
}
