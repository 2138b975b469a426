import { describe, expect, test } from 'vitest';
import { accepted, back, copy, document, donor, of, step } from './fixture.ts';

const under = (...lines: string[][]) => ['## Back `rollback`', '', ...lines.flat()];
/** The same as H3: a step of the rollback. */
const h3 = (id: string, ...body: string[]) => step(id, ...body).with(0, `### Do it \`${id}\``);
const agree = (...more: string[]) => step('agree', 'check: galera.quorum', ...more);

describe('until', () => {
  test('names a later step', () => {
    expect(accepted(document(agree('until: donor'), donor)).steps[0]?.until).toBe('donor');
    expect(of(donor, under(h3('a', 'check: galera.quorum', 'until: b'), h3('b', 'check: galera.quorum')))).toEqual([]);
  });

  test.each([
    ['agree', '25:8: `agree` does not stand later\n    `until` names the later step'],
    ['donor', '25:8: `donor` does not stand later'],
    ['last', '25:8: `last` is not in the same part of the runbook'],
    ['dinor', '25:8: `until` names no step: `dinor`\n    did you mean `donor`?'],
  ])('%s is refused', (id, message) => {
    expect(of(donor, agree(`until: ${id}`), under(h3('last', 'check: galera.quorum')))).toEqual([
      expect.stringContaining(message),
    ]);
  });
});

describe('pays', () => {
  test('names one step that owes, or a list', () => {
    expect(accepted(document(copy, back)).steps[1]?.pays).toEqual(['copy']);
    const two = step('two', 'do: schedule.suspend');
    expect(
      accepted(document(copy, two, step('back', 'do: galera.resync', 'pays: [copy, two]'))).steps[2]?.pays,
    ).toEqual(['copy', 'two']);
  });

  test('an action that owes needs a payer', () => {
    expect(of(copy)).toEqual(['18:5: nobody pays what `copy` owes\n    add a step below it with `pays: copy`']);
  });

  test('the rollback alone pays no debt of the steps before it', () => {
    const expected = expect.stringContaining('18:5: nobody pays what `copy` owes\n    add a step below it');
    expect(of(copy, under(h3('back', 'do: galera.resync', 'pays: copy')))).toEqual([expected]);
  });

  test('the rollback pays what it owes itself, in any order, and once more what lies before it', () => {
    const again = h3('again', 'do: schedule.suspend');
    const resume = (pays: string) => h3('resume', 'do: schedule.resume', `pays: ${pays}`);
    expect(of(copy, back, under(resume('[again, copy]'), again))).toEqual([]);
    expect(of(copy, back, under(again, resume('copy')))).toEqual([
      '34:5: nobody pays what `again` owes\n    add a step in the rollback with `pays: again`',
    ]);
  });

  // `pays` of the payer stands in line 33.
  test.each([
    ['coppy', '33:7: `pays` names no step: `coppy`\n    did you mean `copy`?'],
    ['extra', '33:7: the step `extra` cannot pay itself'],
    [
      'back',
      '33:7: the step `back` owes nothing: `galera.resync` leaves no debt\n    these owe: `copy`, `later`, `undo`',
    ],
    ['later', '33:7: `later` stands later: there is nothing to pay yet\n    move this step below it'],
    ['undo', '33:7: `undo` runs only in the rollback\n    pay it there'],
    ['[copy, copy]', '33:14: `pays` has `copy` twice'],
    ['[]', '33:7: `pays` must be a list of names, at least one'],
    ['[1]', '33:8: `pays` has an item that is no text'],
    ['{a: 1}', '33:7: `pays` must be a list of names'],
  ])('%s is refused', (pays, message) => {
    const later = [...step('later', 'do: schedule.suspend'), ...step('resume', 'do: schedule.resume', 'pays: later')];
    const undo = under(
      h3('undo', 'do: traffic.cut'),
      ['> [!WARNING]', '> Cut.', ''],
      h3('redo', 'do: traffic.put-back', 'pays: undo'),
    );
    expect(of(copy, back, step('extra', 'do: backup.retain', `pays: ${pays}`), later, undo)).toEqual([
      expect.stringContaining(message),
    ]);
  });

  test('a payer that cannot be read is no reason to ask for another', () => {
    expect(of(copy, step('back', 'do: galera.resync', 'pays: [copy'))).toEqual([
      expect.stringMatching(/^27:1: not YAML/),
    ]);
  });
});

describe('the rollback', () => {
  const undo = (id: string, ...more: string[]) => h3(id, 'do: backup.retain', ...more);
  test('is the last section and undoes steps before it', () => {
    const { steps, rollback } = accepted(document(copy, back, under(undo('one', 'undoes: copy'))));
    expect(steps.map(({ id }) => id)).toEqual(['copy', 'back']);
    expect(rollback).toMatchObject([{ id: 'one', undoes: 'copy' }]);
  });

  test.each([
    [
      [undo('one', 'undoes: back').with(0, '## One `one`'), donor],
      '19:9: `undoes` goes with steps of the section `rollback`',
    ],
    [[donor, under(undo('one', 'undoes: two'), undo('two'))], '27:9: `two` is a step of the rollback itself'],
    [[donor, under(undo('one', 'undoes: donor'))], '27:9: `donor` changes nothing that could be undone'],
    [[donor, under(undo('one', 'undoes: dobor'))], '27:9: `undoes` names no step: `dobor`\n    did you mean `donor`?'],
    [[donor, under(undo('one')), ['## Notes', '']], '29:1: `rollback` must be the last section'],
    [[donor, under(undo('one')), ['## Two `rollback`', '']], '29:1: `rollback` must be the last section'],
    [[donor, under()], '21:1: the section `rollback` has no steps'],
    [[donor, under(undo('one')).with(0, '### Back `rollback`')], '21:1: the section `rollback` must be an H2'],
    [
      [donor, under(['```yaml', 'do: backup.retain', '```', ''], undo('one'))],
      '23:1: the section `rollback` is no step',
    ],
  ])('%#', (lines, message) => {
    expect(of(...lines)).toContainEqual(expect.stringContaining(message));
  });
});
