import { describe, expect, it } from 'vitest';
import { commandOf, countOf, lineOf, sumOf } from '../../tools/count-tests.ts';

const report = (passed: number, failed: number, pending = 0, todo = 0) =>
  JSON.stringify({ numPassedTests: passed, numFailedTests: failed, numPendingTests: pending, numTodoTests: todo });

describe('the number that CI ends with', () => {
  it('adds up what the runners reported', () => {
    const counts = [
      countOf({ name: 'unit', exit: 0, report: report(10, 0, 1, 1) }),
      countOf({ name: 'e2e', exit: 1, report: report(5, 2) }),
      countOf({ name: 'demo', exit: 0 }),
    ];
    expect(lineOf(sumOf(counts))).toBe('15 passed, 2 failed, 2 skipped');
  });

  it('leaves out the skipped when there are none', () => {
    expect(lineOf(countOf({ name: 'unit', exit: 0, report: report(3, 0) }))).toBe('3 passed, 0 failed');
  });

  it.each([
    ['a command without a report that ends badly', { exit: 130 }],
    ['a report that is not there', { exit: 0, report: null }],
    ['a report that is no JSON', { exit: 0, report: '{"numPassed' }],
    ['a report with other fields', { exit: 0, report: '{"passed": 3}' }],
    ['a report of no test', { exit: 0, report: report(0, 0, 4) }],
    ['a bad end without a failed test', { exit: 1, report: report(9, 0) }],
  ])('counts %s as a failure and says so', (_, command) => {
    const count = countOf({ name: 'unit', ...command });
    expect(count.failed).toBe(1);
    expect(count.says).toHaveLength(1);
  });

  it('takes name, exit code and report from an argument', () => {
    expect(commandOf('demo=1')).toEqual({ name: 'demo', exit: 1 });
    expect(commandOf('unit=0:/nowhere/unit.json')).toEqual({ name: 'unit', exit: 0, report: null });
    expect(() => commandOf('unit')).toThrow('NAME=EXIT');
  });
});
