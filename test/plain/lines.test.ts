import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NewEvent, RunEvent } from '../../src/engine/event.ts';
import { PlainLines } from '../../src/plain/lines.ts';
import { transcript } from '../../src/record/transcript.ts';
import { journals } from '../record/arbitrary-event.ts';
import { clock, day, delivered, owes, passed, plan, plannedStep, stamp, started } from '../record/canned.ts';
import { backupPlan, backupRun, failedRun, restorePlan, restoreRun } from '../record/canned-runs.ts';

function linesOf(events: readonly RunEvent[], lines = new PlainLines()): string[] {
  return delivered(events).flatMap(([event, state]) => lines.event(event, state));
}

const shaped = /^\d\d:\d\d:\d\dZ [a-z0-9]+ [a-z-]+/;

describe('a run in plain lines', () => {
  test.each([
    ['backup', backupPlan, backupRun, clock('05:00:03')],
    ['restore', restorePlan, restoreRun, clock('05:10:04')],
    ['failed', restorePlan, failedRun, clock('05:10:04')],
  ])('reads like this: %s', async (name, runPlan, events, at) => {
    const lines = new PlainLines();
    const all = [...lines.planned(runPlan, at), ...linesOf(events, lines)];
    await expect(`${all.join('\n')}\n`).toMatchFileSnapshot(`golden/lines-${name}.txt`);
  });

  test('is ASCII, one line per sentence, whatever the events hold', () => {
    fc.assert(
      fc.property(journals, (events) => {
        for (const line of linesOf(events)) {
          expect(line).toMatch(/^[ -~]+$/);
          expect(line).toMatch(shaped);
        }
      }),
    );
  });

  test('shows target and plan even if nobody has shown the plan before', () => {
    const names = linesOf(backupRun).map((line) => line.split(/ +/)[2]);
    expect(names.slice(0, 3)).toEqual(['target', 'planned', 'planned']);
    expect(names.at(-1)).toBe('run-ended');
  });

  test('ends with nothing but the repair command when a debt is open', () => {
    expect(linesOf(failedRun).at(-1)).toBe('galera-runbook runs repair n5g1s7');
  });

  test('ends with the command that goes on with work that nobody waits for any more', () => {
    const end: RunEvent = {
      type: 'run-ended',
      exit: 131,
      says: 'stopped waiting',
      unpaid: [],
      seq: backupRun.length,
      at: 1,
    };
    expect(linesOf([...backupRun.slice(0, -1), end]).at(-1)).toBe('galera-runbook runs resume q8d4w6');
  });

  test('that was answered no never says that it has started', () => {
    const no = stamp([
      ['05:00:03', { type: 'run-started', plan: backupPlan, mode: 'interactive', by: 'sre1@bastion-1', format: 1 }],
      ['05:00:09', { type: 'gate-answered', step: 'plan', sha256: '', answer: 'no', by: 'sre1@bastion-1' }],
      ['05:00:09', { type: 'way-out-started', reason: 'plan was answered no' }],
      ['05:00:09', { type: 'run-ended', exit: 5, says: 'answered no at the plan', unpaid: [] }],
    ]);
    const lines = linesOf(no);
    expect(lines.join('\n')).not.toContain('run-started');
    expect(lines.at(-1)).toContain('exit 5, answered no at the plan, took 6 s, owes nothing');
  });

  test('that goes past midnight says the new date', () => {
    const back = clock('05:00:00') - day + 90_000;
    const late = backupRun.map((event): RunEvent => {
      const earlier = { ...event, at: event.at - back };
      return earlier.type === 'run-started' ? { ...earlier, plan: { ...earlier.plan, readAt: earlier.at } } : earlier;
    });
    expect(linesOf(late).filter((line) => line.includes(' date '))).toEqual([
      '00:01:46Z q8d4w6 date          2026-11-21',
    ]);
  });

  test('that is taken up again says where, who and what', () => {
    const steps = [plannedStep('back', 'do')];
    const again: NewEvent = {
      type: 'run-continued',
      way: 'repair',
      steps,
      mode: 'interactive',
      by: 'sre2@bastion-2',
      program: 'p',
    };
    const events = [...failedRun, { seq: failedRun.length + 1, at: clock('06:00:00'), ...again } as RunEvent];
    const [last] = delivered(events).slice(-1);
    expect(last && new PlainLines().event(...last)).toEqual([
      '06:00:00Z n5g1s7 target        2026-11-21, Galera lab, namespace openstack, context prod-east, id 4f9c07d2/b21e6a90',
      '06:00:00Z n5g1s7 run-continued repair by sre2@bastion-2: back',
    ]);
  });

  test('that is resumed says by whom, from whom its lease was taken, and what a person has attested', () => {
    const cut = backupRun.findIndex(({ type }) => type === 'effect-ended');
    const after: NewEvent[] = [
      { type: 'run-resumed', mode: 'interactive', by: 'sre2@bastion-2', program: 'p' },
      { type: 'lease-taken', holder: 'sre2@bastion-2', from: 'gitlab@runner-7/12' },
      { type: 'step-passed', step: 'copy', how: 'attested', says: 'sre2 says so', output: {}, facts: {} },
      { type: 'step-passed', step: 'back', how: 'settled', says: 'Synced', output: {}, facts: {} },
    ];
    const events = after.map((event, index) => ({ seq: cut + 1 + index, at: clock('06:00:00'), ...event }) as RunEvent);
    const lines = linesOf([...backupRun.slice(0, cut), ...events]).slice(-4);
    expect(lines).toEqual([
      '06:00:00Z q8d4w6 run-resumed   by sre2@bastion-2: its process had ended',
      '06:00:00Z q8d4w6 lease-taken   by sre2@bastion-2, taken over from gitlab@runner-7/12',
      expect.stringContaining('copy: attested by a person: sre2 says so'),
      expect.stringContaining('back: settled, it had happened: Synced'),
    ]);
    const page = transcript([...backupRun.slice(0, cut), ...events]);
    expect(page).toContain('**resumed** by `sre2@bastion-2`');
    expect(page).toContain('**taken over** from `gitlab@runner-7/12`');
    expect(page).toContain('**attested by a person**');
  });
});

describe('leading checks', () => {
  const steps = [plannedStep('one', 'check'), plannedStep('two', 'check'), plannedStep('act', 'do', { ms: 1000 })];
  const begin: [string, NewEvent] = [
    '05:00:03',
    { type: 'run-started', plan: plan({ steps }), mode: 'yes', by: 'x', format: 1 },
  ];

  test('that hold are one line, as soon as the last one holds', () => {
    const lines = linesOf(
      stamp([
        begin,
        ['05:00:04', passed('one', 'held', 'fine')],
        ['05:00:05', passed('two', 'held', 'needs 3.00 GiB')],
      ]),
    );
    expect(lines.at(-1)).toBe('05:00:05Z q8d4w6 step-passed   1-2/3 one, two: all hold; two: needs 3.00 GiB');
  });

  test('before one that fails are said before the failure', () => {
    const failure = { kind: 'refused', expected: 'a', found: 'b', next: 'c' } as const;
    const lines = linesOf(
      stamp([
        begin,
        ['05:00:04', passed('one', 'held', 'fine')],
        ['05:00:05', { type: 'step-failed', step: 'two', failure, inDoubt: false }],
      ]),
    );
    expect(lines.slice(-5)).toEqual([
      '05:00:04Z q8d4w6 step-passed   1/3 one: fine',
      '05:00:05Z q8d4w6 step-failed   2/3 two: refused',
      '05:00:05Z q8d4w6 expected      a',
      '05:00:05Z q8d4w6 found         b',
      '05:00:05Z q8d4w6 next          c',
    ]);
  });
});

describe('the start of a step', () => {
  const startOf = (change: Parameters<typeof plannedStep>[2], kind: 'do' | 'check' = 'do') => {
    const steps = [plannedStep('act', kind, change)];
    const events = stamp([
      ['05:00:03', { type: 'run-started', plan: plan({ steps }), mode: 'yes', by: 'x', format: 1 }],
      ['05:00:04', started('act')],
    ]);
    return linesOf(events).filter((line) => line.includes('step-started'));
  };

  test.each([
    ['is short', { ms: 9000 }, []],
    [
      'takes 10 s',
      { ms: 10_000, says: ['does it', 'in a way that the gate has shown'] },
      ['05:00:04Z q8d4w6 step-started  1/1 act, changes: does it, about 10 s'],
    ],
    ['has no estimate', {}, ['05:00:04Z q8d4w6 step-started  1/1 act, changes: The step act']],
    [
      'disrupts',
      {
        ms: 1000,
        danger: 'disrupts' as const,
        effects: [{ object: 'Service db', field: 'selector', from: 'a', to: 'b' }],
      },
      ['05:00:04Z q8d4w6 step-started  1/1 act, disrupts: Service db selector: a -> b'],
    ],
  ])('that %s', (_, change, expected) => {
    expect(startOf(change)).toEqual(expected);
  });

  test('is not said of a check without an estimate', () => {
    expect(startOf({}, 'check')).toEqual([]);
  });
});

test('a step that says how long it took does not say it twice', () => {
  const steps = [plannedStep('act', 'do')];
  const events = stamp([
    ['05:00:03', { type: 'run-started', plan: plan({ steps }), mode: 'yes', by: 'x', format: 1 }],
    ['05:00:04', started('act')],
    ['05:01:04', passed('act', 'applied', '9.62 GiB, took 0:58')],
  ]);
  expect(linesOf(events).at(-1)).toContain('1/1 act: 9.62 GiB, took 0:58');
  expect(linesOf(events).at(-1)?.match(/took/g)).toHaveLength(1);
});

test('what is kept is named at the end, with the command that frees it', () => {
  const steps = [plannedStep('act', 'do')];
  const events = stamp([
    ['05:00:03', { type: 'run-started', plan: plan({ steps }), mode: 'yes', by: 'x', format: 1 }],
    ['05:00:04', owes('old-data', 'act', 'old data of 3 members', 'close')],
    ['05:01:04', { type: 'run-ended', exit: 0, says: 'done and verified', unpaid: [] }],
  ]);
  expect(linesOf(events).slice(-2)).toEqual([
    '05:00:04Z q8d4w6 debt-owed     old-data: old data of 3 members; freed by: galera-runbook runs close q8d4w6',
    '05:01:04Z q8d4w6 run-ended     exit 0, done and verified, took 1:01, owes nothing, keeps old-data until galera-runbook runs close q8d4w6, transcript runs/q8d4w6/transcript.md',
  ]);
});
