import { describe, expect, test } from 'vitest';
import { accepted, document, donor, head, problems } from './fixture.ts';

/** With one line of the head replaced, by its number. */
const edit = (line: number, ...by: string[]) => problems([...head.toSpliced(line - 1, 1, ...by), ...donor].join('\n'));
const parameter = (text: string) => edit(7, `  kind: ${text}`);

test('the front matter is read', () => {
  const runbook = accepted(document(donor));
  expect(runbook).toMatchObject({
    format: 1,
    name: 'test',
    title: 'Test',
    summary: 'A test.',
    flavours: ['statefulset', 'mosk'],
  });
  expect(runbook.parameters.kind).toEqual({
    type: 'choice',
    choices: ['full', 'incremental'],
    default: 'full',
    description: 'Which kind.',
  });
  expect(runbook.parameters.count).toEqual({ type: 'integer', description: 'How many.' });
});

test('comments may stand in it, and parameters may be missing', () => {
  const lines = [...head.slice(0, 5), '# Copyright', ...head.slice(10), ...donor];
  expect(accepted(lines.join('\n')).parameters).toEqual({});
});

describe('the front matter is refused', () => {
  test('when it is not there, without complaints about parameters', () => {
    const uses = '```yaml\ncheck: backup.chain\nwith: {backup: $source}\n```';
    expect(problems(`# Test\n\n## Chain \`chain\`\n\n${uses}\n`)).toEqual([
      expect.stringMatching(/^1:1: there is no front matter\n {4}a runbook starts with a line `---`/),
    ]);
    expect(problems(`---\n---\n# Test\n${donor.join('\n')}`)).toEqual([
      '2:1: the front matter must be a map\n    it has the keys format, title, summary, flavours, parameters',
    ]);
  });

  test('when it is made for a newer program, and nothing else is said', () => {
    expect(problems('---\nformat: 2\nnew: [key]\n---\n\n<new/>\n')).toEqual([
      '2:9: format 2 is made for a newer program: this one reads format 1\n    update galera-runbook',
    ]);
  });

  test.each([
    [2, [], '2:1: the front matter has no `format`\n    write `format: 1`'],
    [2, ['format: "1"'], '2:9: `format` must be the number 1\n    write `format: 1`'],
    [2, ['format: 0'], '2:9: `format` must be the number 1'],
    [3, [], '2:1: the front matter has no `title`'],
    [3, ['title: 5'], '3:8: `title` must be one line of text\n    quote it, if it is text: "5"'],
    [4, [], '2:1: the front matter has no `summary`'],
    [4, ['summary: |', '  One', '  two'], '4:10: `summary` must be one line of text'],
    [4, ['summary: A test.', 'sumary: x'], '5:1: the front matter has no key `sumary`\n    did you mean `summary`?'],
    [4, ['summary: A test.', 'title: Test'], '5:1: the key `title` is there twice'],
    [5, [], '2:1: the front matter has no `flavours`\n    write it like `flavours: [statefulset, mosk]`'],
    [5, ['flavours: [stateful-set]'], '5:12: no flavour is called `stateful-set`\n    did you mean `statefulset`?'],
    [5, ['flavours: []'], '5:11: `flavours` must be a list of names, at least one'],
    [5, ['flavours: mosk'], '5:11: `flavours` must be a list of names, at least one'],
    [5, ['flavours: [mosk, mosk]'], '5:18: `flavours` has `mosk` twice'],
    [5, ['flavours: [mosk, !!str rhoso]'], '5:18: tags are not part of a runbook'],
  ])('line %j replaced by %j', (line, by, message) => {
    expect(edit(line, ...by)).toEqual([expect.stringContaining(message)]);
  });
});

describe('a parameter is refused', () => {
  test.each([
    [
      '{description: x}',
      '7:3: the parameter `kind` has no `type`\n    one of string, boolean, integer, choice, backup',
    ],
    ['{type: string}', '7:3: the parameter `kind` has no `description`'],
    ['{type: text, description: x}', '7:16: `type` cannot be `text`'],
    ['{type: strin, description: x}', '7:16: `type` cannot be `strin`\n    did you mean `string`?'],
    [
      '{type: string, description: x, defualt: y}',
      '7:40: the parameter `kind` has no key `defualt`\n    did you mean `default`?',
    ],
    [
      '{type: string, description: x, default: 5}',
      '7:49: the default does not fit the type\n    `kind` is of type string',
    ],
    ['{type: boolean, description: x, default: yes}', '7:50: the default does not fit the type'],
    ['{type: integer, description: x, default: 1.5}', '7:50: the default does not fit the type'],
    ['{type: backup, description: x, default: ""}', '7:49: the default does not fit the type'],
    ['{type: choice, description: x}', '7:3: the parameter `kind` has no `choices`'],
    ['{type: choice, description: x, choices: [a, a]}', '7:53: `choices` has `a` twice'],
    ['{type: choice, description: x, choices: [1]}', '7:50: `choices` has an item that is no text\n    quote it'],
    [
      '{type: choice, description: x, choices: [aa, bb], default: ab}',
      '7:68: the default does not fit the type\n    did you mean `aa`?',
    ],
    ['{type: string, description: x, choices: [a]}', '7:40: only type `choice` has `choices`'],
    ['string', '7:9: the parameter `kind` must be a map'],
  ])('%s', (text, message) => {
    expect(parameter(text)).toEqual([expect.stringContaining(message)]);
  });

  test.each([
    ['Kind', 'the parameter `Kind` has an unfit name'],
    ['a_b', 'the parameter `a_b` has an unfit name'],
    ['target', '`target` is reserved'],
    ['run', '`run` is reserved'],
    ['keep', 'the key `keep` is there twice'],
  ])('with the name %s', (name, message) => {
    expect(edit(7, `  ${name}: {type: string, description: x}`)).toEqual([expect.stringContaining(message)]);
  });

  test('once: what uses it is not reported too', () => {
    const uses = [
      '## Chain `chain`',
      '',
      '```yaml',
      'check: backup.chain',
      'with: {backup: $source.id}',
      'when: {$source.kind: full}',
      '```',
    ];
    const lines = head.with(9, '  source: {type: backup, description: [x]}');
    expect(problems([...lines, ...uses].join('\n'))).toEqual([expect.stringMatching(/^10:39: `description` must be/)]);
  });
});
