import { describe, expect, test } from 'vitest';
import { accepted, document, donor, of, problems, step } from './fixture.ts';

const check = ['```yaml', 'check: galera.quorum', '```', ''];

describe('a step', () => {
  test('is an H2 or H3 that ends in its id, with one yaml fence; the rest of its section is its prose', () => {
    const lines = [
      '## Prerequisites',
      '',
      '### All *agree* `agree`',
      '',
      'Before.',
      '',
      ...check,
      'After.',
      '',
      ...donor,
    ];
    const { steps } = accepted(document(lines));
    expect(steps.map(({ id }) => id)).toEqual(['agree', 'donor']);
    expect(steps[0]).toEqual({
      id: 'agree',
      title: 'All agree',
      prose: 'Before.\n\nAfter.',
      line: 17,
      kind: 'check',
      action: 'galera.quorum',
      with: {},
      when: [],
      pays: [],
    });
  });

  test('may have a heading that is underlined, a text fence, deeper headings and tables', () => {
    const lines = [
      'All agree `agree`',
      '---',
      '',
      '```text',
      'kubectl get pods',
      '```',
      '',
      '#### Why',
      '',
      '| a |',
      '| - |',
      '',
    ];
    expect(accepted(document(lines, check)).steps[0]?.title).toBe('All agree');
  });

  test('without a fence is refused', () => {
    expect(of('## All agree `agree`', '', donor)).toEqual([
      '15:1: the step `agree` has no fence of yaml\n    add one, or end the heading in plain text',
    ]);
  });

  test('without an id is refused', () => {
    expect(of('## All agree', '', check, donor)).toEqual([
      '17:1: a step without an id: the heading `All agree` ends in no id\n    a step is an H2 or H3 like: ## All agree `stop`',
    ]);
    expect(of(check, donor)[0]).toMatch(/^15:1: a step without an id: the heading `Test` ends in no id/);
    expect(of('## **All agree `agree`**', '', check, donor)[0]).toMatch(/^17:1: a step without an id/);
  });

  test('with a second fence is refused', () => {
    expect(of('## All agree `agree`', '', check, check)).toEqual([
      '21:1: the step `agree` has a second fence of yaml\n    give it a heading and an id, or illustrate with ```text',
    ]);
  });

  test.each([
    ['Agree', 'the id `Agree` is unfit'],
    ['1st', 'the id `1st` is unfit'],
    ['a_b', 'the id `a_b` is unfit'],
    [`a${'b'.repeat(40)}`, 'is unfit'],
    ['target', 'the id `target` is reserved'],
    ['run', 'the id `run` is reserved'],
    ['plan', 'the id `plan` is reserved'],
    ['kind', '`kind` is a parameter already'],
  ])('cannot have the id %s', (id, message) => {
    const [problem, ...others] = of(step(id, 'check: galera.quorum'));
    expect(problem).toMatch(/^15:10: /);
    expect(problem).toContain(message);
    expect(others).toEqual([]);
  });

  test('cannot have the id of another, wherever that is', () => {
    const rollback = ['## Back `rollback`', '', '### Agree `agree`', '', ...check];
    expect(of(step('agree', 'check: galera.quorum'), rollback)).toEqual([
      '23:11: the id `agree` is there twice\n    the first is in line 15',
    ]);
  });

  test('has a title', () => {
    expect(of('## `agree`', '', check)).toEqual([
      '15:1: the step has no title\n    say before the id what the step does',
    ]);
  });
});

describe('nothing that looks executable is ignored', () => {
  test.each([
    [['```sh', 'rm -rf /', '```'], 'a fence of `sh` could be taken for commands\n    illustrate with ```text'],
    [['```bash', 'ls', '```'], 'a fence of `bash` could be taken for commands'],
    [['```console', '$ ls', '```'], 'a fence of `console` could be taken for commands'],
    [['~~~zsh', 'ls', '~~~'], 'a fence of `zsh` could be taken for commands'],
    [['```json', '{}', '```'], 'a fence of `json` could be taken for commands'],
    [['```', 'ls', '```'], 'a fence without a language could be taken for commands\n    illustrate with ```text'],
    [['    ls'], 'an indented code block could be taken for commands\n    illustrate with ```text'],
    [['```yml', 'a: 1', '```'], 'a fence of `yml` could be taken for commands\n    a step is a fence of ```yaml'],
    [['```YAML', 'a: 1', '```'], 'a fence of `YAML` could be taken for commands\n    a step is a fence of ```yaml'],
    [['```yaml example', 'a: 1', '```'], 'a fence of `yaml example` could be taken for commands'],
    [['#### Really `agree`'], 'a heading of depth 4 looks like a step'],
    [['> ## Really `agree`'], 'a heading inside a quote or a list'],
  ])('%j is refused', (lines, message) => {
    const [problem, ...others] = of(step('agree', 'check: galera.quorum'), lines, '');
    expect(problem).toMatch(/^21:\d: /);
    expect(problem).toContain(message);
    expect(others).toEqual([]);
  });

  test.each([
    [['- ```yaml', '  do: restore.swap', '  ```'], '21:3: a step inside a quote or a list'],
    [['> ```yaml', '> do: restore.swap', '> ```'], '21:3: a step inside a quote or a list'],
    [['- ```sh', '  ls', '  ```'], '21:3: a fence of `sh` could be taken for commands'],
  ])('%j is refused', (lines, message) => {
    expect(of(step('agree', 'check: galera.quorum'), lines, '')).toEqual([expect.stringContaining(message)]);
  });

  test('a text fence in a list is fine', () => {
    expect(of(step('agree', 'check: galera.quorum'), '- ```text', '  ls', '  ```')).toEqual([]);
  });

  test('an indented step is refused', () => {
    expect(of('## Agree `agree`', '', ' ```yaml', ' check: galera.quorum', ' ```')).toEqual([
      '17:2: the fence of a step is indented\n    start it at column 1',
    ]);
  });

  test('a fence that is never closed is refused, since it swallows the steps below', () => {
    expect(of('## Agree `agree`', '', '```yaml', 'check: galera.quorum', '', donor.slice(0, 2))).toEqual([
      '15:1: the step `agree` has no fence of yaml\n    add one, or end the heading in plain text',
      '17:1: this fence is never closed\n    close it with a line ```',
    ]);
    expect(of(donor, '````text', '```')).toEqual(['21:1: this fence is never closed\n    close it with a line ````']);
  });
});

describe('nothing is hidden from the reader', () => {
  test.each([
    [['<!-- not yet: -->'], '21:1: HTML is not part of a runbook'],
    [['Text <br> text'], '21:6: HTML is not part of a runbook'],
    [['<details>', '', 'Text', '', '</details>'], '21:1: HTML is not part of a runbook'],
    [['[hidden]: https://example.org "text"'], '21:1: a link definition is invisible to a reader'],
    [['zero\u200bwidth'], '21:5: a character that no reader sees: U+200B'],
    [['right\u202eleft'], '21:6: a character that no reader sees: U+202E'],
    [['bell\u0007'], '21:5: a character that no reader sees: U+0007'],
    [['return\ralone'], '21:7: a character that no reader sees: U+000D'],
    [['x'.repeat(4001)], '21:4001: a line of more than 4000 characters'],
  ])('%j is refused', (lines, message) => {
    expect(of(donor, lines, '')[0]).toContain(message);
  });

  test('an escape cannot bring in what must not be written', () => {
    expect(of(step('copy', 'check: backup.chain', 'with:', '  backup: "a\\u202eb"'))).toEqual([
      '20:11: a character that no reader sees, written as an escape\n    delete it',
    ]);
  });
});

describe('the title', () => {
  const [front, rest] = [document().split('\n').slice(0, 12).join('\n'), donor.join('\n')];
  test('must be there and be the one of the front matter', () => {
    expect(problems(`${front}\n${rest}`)).toEqual([
      '1:1: the runbook has no title\n    write `# Test` below the front matter',
    ]);
    expect(problems(`${front}\n# Other\n${rest}`)).toEqual([
      '13:1: the title is not the one of the front matter, `Test`\n    write the same in both',
    ]);
    expect(problems(`${front}\n# Test\n${rest}\n# Test`)).toEqual(['20:1: a second title\n    make it an H2']);
    expect(problems(`${front}\n${rest}\n# Test`)).toEqual([
      '19:1: the title stands below other headings\n    move it to the top',
    ]);
  });
});

test('a runbook without steps is refused', () => {
  expect(of('Only text.')).toEqual([
    '1:1: the runbook has no steps\n    a step is an H2 or H3 that ends in its id, with a ```yaml fence below',
  ]);
});
