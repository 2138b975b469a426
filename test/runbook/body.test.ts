import { describe, expect, test } from 'vitest';
import { parseDuration } from '../../src/runbook/duration.ts';
import { accepted, back, copy, document, of, step } from './fixture.ts';

/** The problems of one step; its body begins in line 18. */
const body = (...lines: string[]) => of(step('one', ...lines));
/** The literal that one input is read as. */
const literal = (...lines: string[]) =>
  accepted(document(step('one', 'check: galera.same-data', 'with:', ...lines))).steps[0]?.with.truth;

describe('the kind suits the action', () => {
  test('a check may be waited for', () => {
    const { steps } = accepted(document(step('one', 'wait: galera.quorum', 'timeout: 5m')));
    expect(steps[0]).toMatchObject({ kind: 'wait', action: 'galera.quorum', timeoutMs: 300_000 });
  });

  test.each([
    [
      ['do: galera.quorum'],
      '18:1: `galera.quorum` only reads: it cannot stand under `do`\n    write `check:` or `wait:`',
    ],
    [['check: backup.clean'], '18:1: `backup.clean` acts: it cannot stand under `check`\n    write `do:`'],
    [['wait: backup.clean', 'timeout: 1m'], '18:1: `backup.clean` acts: it cannot stand under `wait`\n    write `do:`'],
    [['check: galera.quorun'], '18:8: no action is called `galera.quorun`\n    did you mean `galera.quorum`?'],
    [['wait: galera.quorum'], '18:1: a `wait` needs a `timeout`'],
    [['timeout: 5m'], '18:1: the step names no action\n    one of `check:`, `do:` and `wait:` is needed'],
    [
      ['check: galera.quorum', 'do: backup.clean'],
      '19:1: the step has `do` beside `check`\n    a step names one action',
    ],
    [['do: backup.clean', 'until: one'], '19:1: `until` goes with `check`, not with `do`\n    delete it'],
    [['check: galera.quorum', 'pays: one'], '19:1: `pays` goes with `do`, not with `check`\n    delete it'],
    [['check:'], '18:1: the value is empty'],
    [['check: [galera.quorum]'], '18:8: `check` must be one line of text'],
    [['- check: galera.quorum'], '18:1: the step must be a map'],
    [[], '18:1: the step must be a map'],
  ])('%j', (lines, message) => {
    expect(body(...lines)).toEqual([expect.stringContaining(message)]);
  });
});

describe('keys, inputs and their values', () => {
  test.each([
    [['check: galera.quorum', 'gatte: typed'], '19:1: a step has no key `gatte`\n    did you mean `gate`?'],
    [['check: galera.quorum', 'gate: type'], '19:7: `gate` cannot be `type`\n    did you mean `typed`?'],
    [['check: galera.quorum', 'gate: false'], '19:7: `gate` must be one of `yes-no`, `typed`'],
    [['check: galera.quorum', 'timeout: 5'], '19:10: `timeout` is no duration\n    write it like `90m`'],
    [['check: galera.quorum', 'timeout: 8d'], '19:10: `timeout` is no duration'],
    [['check: galera.quorum', 'with: 2'], '19:7: `with` must be a map'],
    [
      ['check: galera.quorum', 'with:', '  spar: 2'],
      '20:3: `galera.quorum` has no input `spar`\n    did you mean `spare`?',
    ],
    [
      ['check: galera.quorum', 'with:', '  constructor: 2'],
      '20:3: `galera.quorum` has no input `constructor`\n    known: `spare`',
    ],
    [['do: backup.clean', 'with:', '  a: 2'], '20:3: `backup.clean` has no input `a`\n    it has none'],
    [
      ['check: galera.quorum', 'with:', '  spare: two'],
      '20:10: the input `spare` does not take this value\n    it is a whole number',
    ],
    [['check: galera.quorum', 'with:', '  spare:'], '20:3: the value is empty'],
    [['check: galera.quorum', 'with:', '  spare: ~'], '20:3: the value is empty'],
    [['check: backup.chain'], '18:8: `backup.chain` needs the input `backup`\n    it is text'],
  ])('%j', (lines, message) => {
    expect(body(...lines)).toEqual([expect.stringContaining(message)]);
  });

  test('a payer may leave its inputs to the debt', () => {
    expect(of(copy, back)).toEqual([]);
    expect(of(copy, back, step('again', 'do: galera.resync'))).toEqual([
      '32:5: `galera.resync` needs the input `member`\n    it is text',
    ]);
  });
});

describe('YAML is the strict part of 1.2', () => {
  test.each([
    [['check: &a galera.quorum'], '18:8: anchors are not part of a runbook'],
    [['check: galera.quorum', 'gate: *a'], '19:7: aliases are not part of a runbook'],
    [['check: !!str galera.quorum'], '18:8: tags are not part of a runbook'],
    [['%YAML 1.2', '---', 'check: galera.quorum'], '18:1: directives are not part of a runbook'],
    [['---', 'check: galera.quorum'], '18:1: `---` begins a second document'],
    [['check: galera.quorum', '...'], '19:1: `...` ends the document'],
    [['check: galera.quorum', '#gate: typed'], '19:1: a comment inside a step is seen as part of it and ignored'],
    [['check: galera.quorum # once'], '18:22: a comment inside a step is seen as part of it and ignored'],
    [['check: galera.quorum', 'gate: typed', 'gate: yes-no'], '20:1: the key `gate` is there twice\n    delete one'],
    [['check: galera.quorum', ' gate: typed'], '18:8: not YAML: '],
    [['check: galera.quorum', 'with: {spare: 2'], '20:1: not YAML: '],
    [['check: galera.quorum', 'with: {spare: 12345678901234567890}'], '19:15: a number that cannot be kept exactly'],
    [['check: galera.quorum', 'with: {spare: .nan}'], '19:15: a number that cannot be kept exactly'],
    [
      ['check: galera.quorum', `with: {spare: ${'['.repeat(30)}${']'.repeat(30)}}`],
      'values are nested more than 20 deep',
    ],
  ])('%j', (lines, message) => {
    expect(body(...lines)).toContainEqual(expect.stringContaining(message));
  });

  test('a merge key is refused', () => {
    expect(body('check: galera.same-data', 'with:', '  truth:', '    <<: {a: 1}')).toEqual([
      '21:5: merge keys are not part of a runbook\n    write the keys where they are used',
    ]);
  });

  test('values keep their types', () => {
    expect(literal('  truth: yes')).toBe('yes');
    expect(literal('  truth: 010')).toBe(10);
    expect(literal('  truth: "10"')).toBe('10');
    expect(literal('  truth: {a: [1, true, x], __proto__: {b: 2}}')).toEqual(
      JSON.parse('{"a":[1,true,"x"],"__proto__":{"b":2}}'),
    );
    expect(literal('  truth: |', '    one', '    two')).toBe('one\ntwo\n');
  });
});

test.each([
  ['1s', 1000],
  ['90m', 5_400_000],
  ['1h30m', 5_400_000],
  ['7d', 604_800_000],
  ['0s', undefined],
  ['', undefined],
  ['7d1s', undefined],
  ['30m1h', undefined],
  ['1.5h', undefined],
  ['5', undefined],
  ['5 m', undefined],
])('the duration %j is %j', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});
