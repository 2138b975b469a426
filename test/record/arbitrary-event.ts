import * as fc from 'fast-check';
import type { Json, JsonObject } from '../../src/base/json.ts';
import type { NewEvent, RunEvent } from '../../src/engine/event.ts';
import { plan, plannedStep } from './canned.ts';

const text = fc.string({ unit: 'binary', maxLength: 40 });
const id = fc.constantFrom('copy', 'back', 'swap', 'plan');
// What JSON itself changes (-0) is no value that a port gives.
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);
const object = fc.dictionary(fc.string({ maxLength: 10 }), json, { maxKeys: 4 }) as fc.Arbitrary<JsonObject>;
const failure = fc.record({
  kind: fc.constantFrom('refused', 'unsafe', 'failed', 'unknown'),
  expected: text,
  found: text,
  next: text,
});

const event = fc.oneof(
  fc.record({ type: fc.constant('lease-taken'), holder: text, from: text }, { requiredKeys: ['type', 'holder'] }),
  fc.record({ type: fc.constant('run-resumed'), mode: fc.constantFrom('interactive', 'yes'), by: text, program: text }),
  fc.record({ type: fc.constant('stop-asked'), by: text, hard: fc.boolean() }),
  fc.record({
    type: fc.constant('gate-opened'),
    gate: fc.record(
      {
        step: id,
        need: fc.constantFrom('yes-no', 'typed'),
        word: text,
        danger: fc.constantFrom('changes', 'destroys'),
        shows: fc.array(text),
        loses: fc.array(text),
        changes: fc.array(text),
        sha256: text,
        personal: fc.boolean(),
      },
      { requiredKeys: ['step', 'need', 'danger', 'shows', 'sha256', 'personal'] },
    ),
  }),
  fc.record({
    type: fc.constant('gate-answered'),
    step: id,
    sha256: text,
    answer: fc.constantFrom('yes', 'no'),
    by: text,
    typed: text,
  }),
  fc.record({ type: fc.constant('step-started'), step: id, attempt: fc.nat(), input: object, memo: object }),
  fc.record({ type: fc.constant('effect-started'), step: id, effect: text }),
  fc.record({
    type: fc.constant('effect-ended'),
    step: id,
    effect: text,
    result: fc.constantFrom('done', 'failed', 'unknown'),
    says: text,
  }),
  fc.record({
    type: fc.constant('step-passed'),
    step: id,
    how: fc.constantFrom('applied', 'held', 'settled', 'attested'),
    says: text,
    output: object,
    facts: object,
  }),
  fc.record({ type: fc.constant('step-failed'), step: id, failure, inDoubt: fc.boolean() }),
  fc.record({ type: fc.constant('step-skipped'), step: id, reason: text }),
  fc.record({ type: fc.constant('warned'), step: id, says: text }),
  fc.record({
    type: fc.constant('debt-owed'),
    debt: fc.record({
      id,
      step: id,
      says: text,
      due: fc.constantFrom('end', 'close'),
      payWith: fc.record({ action: text, input: object }),
    }),
  }),
  fc.record({ type: fc.constant('debt-paid'), id, says: text }),
  fc.record({ type: fc.constant('way-out-started'), reason: text }),
) as fc.Arbitrary<NewEvent>;

/** A journal of a run that was started, with any events in any order, as no decent engine would write it. */
export const journals: fc.Arbitrary<RunEvent[]> = fc
  .tuple(text, object, fc.array(event, { maxLength: 12 }), fc.nat({ max: 4_000_000_000_000 }))
  .map(([title, memo, events, at]) => {
    const steps = [
      plannedStep('copy', 'do', { memo, step: { title, prose: title }, says: [title] }),
      plannedStep('swap', 'do', { danger: 'destroys', gate: 'typed' }),
    ];
    const first: NewEvent = { type: 'run-started', plan: plan({ steps }), mode: 'yes', by: title, format: 1 };
    return [first, ...events].map((each, index) => ({ seq: index + 1, at: at + index, ...each }));
  });
