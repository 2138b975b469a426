import { expect, test } from 'vitest';
import { nearest } from '../../src/base/nearest.ts';
import { formatProblem, quote, Report } from '../../src/runbook/problem.ts';
import { of, problems, step } from './fixture.ts';

test('a problem is printed in the form that editors jump to', () => {
  const problem = { file: 'a.md', line: 3, column: 7, message: 'wrong' };
  expect(formatProblem(problem)).toBe('a.md:3:7: wrong');
  expect(formatProblem({ ...problem, suggestion: 'write it right' })).toBe('a.md:3:7: wrong\n    write it right');
});

test.each([
  ['galera.quorun', 'galera.quorum'],
  ['galera.qurom', 'galera.quorum'],
  ['GALERA.QUORUM', 'galera.quorum'],
  ['unitl', 'until'],
  ['something else', undefined],
  ['', undefined],
  ['x'.repeat(1_000_000), undefined],
])('the nearest name to %.20s is %s', (wrong, name) => {
  expect(nearest(wrong, ['galera.start', 'galera.quorum', 'until', 'with'])).toBe(name);
});

test('names from the document stay on one line and short', () => {
  expect(quote('a\nb\u001b')).toBe('`a\\nb\\u001b`');
  expect(quote('x'.repeat(100))).toBe(`\`${'x'.repeat(60)}…\``);
});

test('problems are sorted by place and none is told twice', () => {
  const report = new Report('a.md', 'one\ntwo\n');
  report.add(5, 'later');
  report.add(0, 'earlier');
  report.add(5, 'later');
  report.add(8, 'at the end');
  expect(report.problems().map(({ line, column }) => [line, column])).toEqual([
    [1, 1],
    [2, 2],
    [3, 1],
  ]);
});

test('every problem is reported at once, in the order of the file, without echoes', () => {
  const all = of(
    step('one', 'check: galera.quorun', 'untill: two', 'with: {spare: $nobody}'),
    step('two', 'do: backup.take', 'with: {member: $thre.member}', 'timeout: never'),
    ['```sh', 'ls', '```', ''],
    step('three', 'check: galera.choose-donor', 'with: {a: &x 1, b: *x}'),
    step('four', 'check: backup.chain', 'with: {backup: $three.anything}'),
  );
  expect(all.map((problem) => problem.split('\n')[0])).toEqual([
    '18:8: no action is called `galera.quorun`',
    '19:1: a step has no key `untill`',
    '20:15: nothing is called `nobody` in `$nobody`',
    '26:5: `backup.take` needs the input `kind`',
    '27:16: nothing is called `thre` in `$thre.member`',
    '28:10: `timeout` is no duration',
    '31:1: a fence of `sh` could be taken for commands',
    '39:11: anchors are not part of a runbook',
    '39:20: aliases are not part of a runbook',
  ]);
});

test('a document that is no runbook says so in few words', () => {
  expect(problems('Just a note.\n').map((problem) => problem.split('\n')[0])).toEqual([
    '1:1: there is no front matter',
    '1:1: the runbook has no title',
    '1:1: the runbook has no steps',
  ]);
});
