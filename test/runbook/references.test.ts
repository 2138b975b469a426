import { describe, expect, test } from 'vitest';
import { accepted, back, copy, document, donor, of, step } from './fixture.ts';

const truth = (value: string) => step('one', 'check: galera.same-data', 'with:', `  truth: ${value}`);
const input = (value: string) => accepted(document(donor, truth(value))).steps[1]?.with.truth;

describe('a reference', () => {
  test('is a whole value', () => {
    expect(input('$donor.member')).toEqual({ $ref: ['donor', 'member'] });
    expect(input('$donor.member.name')).toEqual({ $ref: ['donor', 'member', 'name'] });
    expect(input('$donor')).toEqual({ $ref: ['donor'] });
    expect(input('"$kind"')).toEqual({ $ref: ['kind'] });
    expect(input('$source')).toEqual({ $ref: ['source'] });
    expect(input('$source.position')).toEqual({ $ref: ['source', 'position'] });
    expect(input('$target.members')).toEqual({ $ref: ['target', 'members'] });
    expect(input('$run.id')).toEqual({ $ref: ['run', 'id'] });
  });

  test('is not made by a dollar that is written twice', () => {
    expect(input('$$kind')).toBe('$kind');
    expect(input('costs $$5')).toBe('costs $5');
    expect(input('[$$a, {b: $$$$c}]')).toEqual(['$a', { b: '$$c' }]);
  });

  // The value stands in line 26, column 10.
  test.each([
    ['to $kind', 'has a dollar and is no reference\n    a reference is a whole value'],
    ['$' + '{kind}', 'has a dollar and is no reference'],
    ['$Kind', 'has a dollar and is no reference'],
    ['$kind.', 'has a dollar and is no reference'],
    ['$knd', 'nothing is called `knd` in `$knd`\n    did you mean `kind`?'],
    ['$doner.member', 'nothing is called `doner` in `$doner.member`\n    did you mean `donor`?'],
    ['$constructor', 'nothing is called `constructor`'],
    ['$donor.membre', '`galera.choose-donor` has no output `membre`\n    did you mean `member`?'],
    ['$one', '`$one` is the output of this very step'],
    ['$later.member', '`$later.member` is not there yet: the step `later` stands later'],
    ['$keep.id', 'the parameter `keep` has no fields\n    write `$keep`'],
    ['$source.size', '`source` has no field `size`'],
    ['$source.id.x', '`$source.id` has no fields\n    write `$source.id`'],
    ['$target', '`$target` is no value of its own\n    name one of its fields: `name`, `flavour`'],
    ['$target.flavor', '`target` has no field `flavor`\n    did you mean `flavour`?'],
    ['$target.name.x', '`$target.name` has no fields'],
    ['$run.name', '`run` has no field `name`\n    known: `id`'],
  ])('%s is refused', (value, message) => {
    const later = step('later', 'check: galera.choose-donor');
    const [problem, ...others] = of(donor, truth(value), later);
    expect(problem).toMatch(/^26:10: /);
    expect(problem).toContain(message);
    expect(others).toEqual([]);
  });

  test('inside a list or a map is refused', () => {
    expect(of(truth('[$kind]'))).toEqual([
      '20:11: the reference `$kind` cannot stand here\n    a reference is the whole value of an entry of `with:`',
    ]);
    expect(of(truth('{a: {b: $kind}}'))[0]).toMatch(/^20:18: the reference `\$kind` cannot stand here/);
  });

  test('cannot be forged by a map', () => {
    expect(of(truth('{$ref: [nothing]}'))).toEqual([
      '20:11: the key `$ref` starts with a dollar\n    only values can be references',
    ]);
  });

  test('to a step without output is refused', () => {
    expect(of(step('agree', 'check: galera.quorum'), truth('$agree'))).toEqual([
      '26:10: `galera.quorum` has no output\n    use another step',
    ]);
  });

  test('from the rollback reaches every step before, not the other way round', () => {
    const rollback = (id: string) => [
      '## Back `rollback`',
      '',
      ...step(id, 'check: galera.choose-donor').with(0, `### D \`${id}\``),
    ];
    const use = step('use', 'check: galera.same-data', 'with: {truth: $donor.member}').with(0, '### Use `use`');
    expect(of(donor, rollback('again'), use)).toEqual([]);
    expect(of(use.with(0, '## Use `use`'), rollback('donor'))).toEqual([
      expect.stringContaining('19:15: `$donor.member` is not there yet: the step `donor` runs only in the rollback'),
    ]);
  });
});

describe('a condition', () => {
  const when = (...lines: string[]) =>
    step('one', 'check: galera.quorum', 'when:', ...lines.map((line) => `  ${line}`));

  test('is on parameters and facts of the target', () => {
    const text = document(
      when('$kind: incremental', '$target.flavour: [mosk]', '$keep: true', '$source.kind: full', '$count: [1, 2]'),
    );
    expect(accepted(text).steps[0]?.when).toEqual([
      { reference: { $ref: ['kind'] }, oneOf: ['incremental'] },
      { reference: { $ref: ['target', 'flavour'] }, oneOf: ['mosk'] },
      { reference: { $ref: ['keep'] }, oneOf: [true] },
      { reference: { $ref: ['source', 'kind'] }, oneOf: ['full'] },
      { reference: { $ref: ['count'] }, oneOf: [1, 2] },
    ]);
  });

  // Line 26, where the step stands after `donor`.
  test.each([
    ['$donor.member: a', '26:3: `$donor.member` is an output, which no plan knows before'],
    ['$run.id: a', '26:3: `$run.id` is a fact of the run'],
    ['kind: full', '26:3: `kind` is no reference\n    did you mean `$kind`?'],
    ['$knd: full', '26:3: nothing is called `knd` in `$knd`\n    did you mean `kind`?'],
    ['$kind: incremntal', '26:10: the condition can never hold for `incremntal`\n    did you mean `incremental`?'],
    ['$keep: "true"', '26:10: the condition can never hold for `true`\n    `$keep` is of type boolean'],
    ['$count: 1.5', '26:11: the condition can never hold for `1.5`'],
    ['$target.flavour: msok', '26:20: the condition can never hold for `msok`\n    did you mean `mosk`?'],
    ['$target.flavour: rhoso', '26:20: the condition can never hold for `rhoso`'],
    ['$target.members: a', '26:3: `$target.members` is a list'],
    ['$source: latest', '26:3: `$source` is a whole backup'],
    ['$kind: []', '26:10: an empty list never holds'],
    ['$kind: {a: 1}', '26:10: a condition compares with single values'],
    ['$kind: $source', '26:10: the reference `$source` cannot stand here'],
  ])('%s is refused', (line, message) => {
    expect(of(donor, when(line))).toEqual([expect.stringContaining(message)]);
  });

  test('of a step is needed by whoever uses its output', () => {
    const conditional = step('donor', 'check: galera.choose-donor', 'when: {$kind: [full, incremental], $keep: true}');
    const use = (...more: string[]) => step('use', 'check: galera.same-data', 'with: {truth: $donor.member}', ...more);
    expect(of(conditional, use('when: {$kind: full, $keep: true, $count: 1}'))).toEqual([]);
    const expected =
      '26:15: `$donor.member` is only there under the condition of the step `donor`\n' +
      '    give this step the same: `when: {$kind: [full, incremental], $keep: true}`';
    expect(of(conditional, use())).toEqual([expected]);
    expect(of(conditional, use('when: {$kind: full}'))).toEqual([expected]);
    expect(of(conditional, use('when: {$kind: full, $keep: false}'))).toEqual([expected]);
  });

  test('that holds more often than the one of the step before is not enough', () => {
    const conditional = step('donor', 'check: galera.choose-donor', 'when: {$kind: full}');
    const use = step('use', 'check: galera.same-data', 'with: {truth: $donor}', 'when: {$kind: [full, incremental]}');
    expect(of(conditional, use)).toEqual([
      expect.stringMatching(/^26:15: `\$donor` is only there under the condition/),
    ]);
  });

  test('of a payer leaves no debt unpaid', () => {
    const payer = step('back', 'do: galera.resync', 'pays: copy', 'when: {$kind: full}');
    expect(of(copy, payer)).toEqual([
      '18:5: nobody pays what `copy` owes when the condition of `back` does not hold\n    give both steps the same `when`',
    ]);
    expect(of(copy, payer, back.with(0, '## Also `also`'))).toEqual([]);
  });
});
