import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { safeText } from '../../src/base/safe-text.ts';
import { ascii, wrap } from '../../src/plain/ascii.ts';
import { jsonLine } from '../../src/plain/json.ts';
import { planText } from '../../src/plain/plan-text.ts';
import { runsTable, statusText } from '../../src/plain/status-text.ts';
import { table } from '../../src/plain/tables.ts';
import { type RunSummary, summarize } from '../../src/record/run-summary.ts';
import type { StatusView } from '../../src/views/status-view.ts';
import { about, bytesOf, plural } from '../../src/views/words.ts';
import { clock, plan, plannedStep } from '../record/canned.ts';
import { backupPlan, backupRun, failedRun, restorePlan, restoreRun } from '../record/canned-runs.ts';

describe('a plan as text', () => {
  const refused = plan({
    steps: [
      plannedStep('agree', 'check', {
        seen: {
          is: 'not-so',
          says: '2 of 3 answer',
          failure: {
            kind: 'unsafe',
            expected: 'an answer of every member',
            found: 'mariadb-server-1 gives none: timed out',
            next: 'look at its pod: kubectl describe pod mariadb-server-1',
          },
        },
      }),
      plannedStep('room', 'check', {
        seen: {
          is: 'unknown',
          says: 'never measured',
          failure: { kind: 'unknown', expected: 'a measurement', found: 'none', next: 'x' },
        },
      }),
      plannedStep('act', 'do', {
        says: ['does it'],
        debts: [{ id: 'kept', says: 'old data', due: 'close', payWith: { action: 'x', input: {} } }],
      }),
    ],
  });
  test.each([
    ['backup', backupPlan],
    ['restore', restorePlan],
    ['refused', refused],
  ])('reads like this: %s', async (name, of) => {
    const lines = planText(of);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`golden/plan-${name}.txt`);
  });
});

const at = clock('04:41:17');
const hours = 3_600_000;
const uuid = '36553af3-0000-4000-8000-000000000001';
const summaryOf = (events: Parameters<typeof summarize>[0]): RunSummary[] => {
  const summary = summarize(events);
  return summary === undefined ? [] : [summary];
};

const view: StatusView = {
  at,
  target: { name: 'shop', ...backupPlan.identity },
  health: {
    verdict: 'DEGRADED',
    sign: 'unknown',
    says: '1 unknown, 1 desynced; 2 of 3 say Primary, size 3, UUID 36553af3',
  },
  members: [
    {
      member: 'mariadb-server-0',
      sign: 'good',
      state: 'Synced',
      receiveQueue: 0,
      flowPausedPercent: 0.2,
      behind: 0,
      desyncCount: 0,
      inService: true,
      freeBytes: 61.2 * 2 ** 30,
      freeMeasuredAt: at - 6 * hours,
    },
    { member: 'mariadb-server-1', sign: 'unknown', state: 'unknown, 14 s' },
    {
      member: 'mariadb-server-2',
      sign: 'look',
      state: 'Donor/Desynced',
      receiveQueue: 412,
      flowPausedPercent: 0,
      behind: 412,
      desyncCount: 1,
      inService: false,
    },
  ],
  backups: {
    claim: 'galera-backups',
    freeBytes: 131 * 2 ** 30,
    readAt: at - 2 * hours,
    rows: [
      {
        id: '20261120T210004Z',
        takenAt: at - 7.7 * hours,
        positionAt: at - 7.6 * hours,
        bytes: 9.62 * 2 ** 30,
        position: `${uuid}:4103391`,
        mark: '+',
        proof: 'restored and compared',
        provenAt: at - 3 * hours,
      },
      {
        id: '20261117T210003Z',
        takenAt: at - 80 * hours,
        bytes: 2.11 * 2 ** 30,
        mark: '-',
        proof: 'failed: not restorable',
      },
    ],
  },
  debts: [
    {
      run: 'm4t8z2',
      id: 'desync:mariadb-server-2',
      step: 'copy',
      says: 'a Job desyncs mariadb-server-2',
      since: at - 697_000,
      by: 'sr2@bastion-2',
      due: 'end',
      carried: false,
    },
    {
      run: 'k7m2q9',
      id: 'old-data',
      step: 'swap',
      says: 'the old data, 3 x 28.4 GiB',
      since: at - 20 * hours,
      by: 'sre1@bastion-1',
      due: 'close',
      carried: false,
    },
  ],
  lease: { run: 'm4t8z2', holder: 'sr2@bastion-2', renewedAgoMs: 497_000 },
  unread: [],
  runs: [
    ...summaryOf(restoreRun),
    ...summaryOf(failedRun),
    ...summaryOf(backupRun),
    ...summaryOf(backupRun.slice(0, 11)),
  ],
};

describe('status', () => {
  test('reads like this', async () => {
    const lines = statusText(view);
    for (const line of lines) expect(line).toMatch(/^[ -~]{0,100}$/);
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/status.txt');
  });

  test('says what is missing rather than nothing', () => {
    const { lease: _, ...free } = view;
    const text = statusText({ ...free, debts: [], runs: [], backups: { claim: 'galera-backups', rows: [] } }).join(
      '\n',
    );
    expect(text).toContain('owes nothing; lease free');
    expect(text).toContain('none yet: galera-runbook backup takes the first');
    expect(text).toContain('none yet');
    const unknown = statusText({
      ...view,
      backups: { claim: 'galera-backups', unknown: 'the API server gives no answer', rows: [] },
    }).join('\n');
    expect(unknown).toContain('Backups on galera-backups: unknown, the API server gives no answer');
  });

  test('tells a run that goes on from one that was cut off', () => {
    const cut = summaryOf(backupRun.slice(0, 11));
    expect(runsTable(cut, at, { clusters: true }).at(-1)).toContain('  openstack/lab  ');
    expect(runsTable(cut, at).at(-1)).toMatch(/^ {2}! .*cut off 05:00:06Z, owes 1$/);
    expect(runsTable(cut, at, { running: 'q8d4w6' }).at(-1)).toMatch(/^ {2}\* .*running, owes 1$/);
  });
});

describe('text in ASCII', () => {
  test('is ASCII, on one line, and the same when made twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(ascii(text)).toMatch(/^[ -~]*$/);
        expect(ascii(ascii(text))).toBe(ascii(text));
      }),
    );
  });

  test('keeps what is ASCII, and tells names apart that differ', () => {
    expect(ascii('✓ 3 → 1 … “a” – é \u202e\n')).toBe('v 3 -> 1 ... "a" - \\u{e9} \\u{202e}\\n');
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(ascii(text)).toBe(safeText(text));
      }),
    );
  });

  test('is wrapped without losing a word', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/)), fc.integer({ min: 12, max: 40 }), (words, width) => {
        const lines = wrap(words.join(' '), width);
        expect(lines.join(' ')).toBe(words.join(' '));
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      }),
    );
  });
});

test('a line of JSON is one line of ASCII and the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const line = jsonLine(value);
      expect(line).toMatch(/^[ -~]*\n$/);
      expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('tables have equal columns, numbers at the right, and nothing cut', () => {
  const rows = [
    ['mariadb-server-0', '0'],
    ['a\u001bb', '4123'],
  ];
  expect(table([{ title: 'member' }, { title: 'queue', right: true }], rows, ' ')).toEqual([
    ' member            queue',
    ' mariadb-server-0      0',
    ' a\\x1bb             4123',
  ]);
});

test('sizes, times and counts in sentences', () => {
  expect(bytesOf(14.1 * 2 ** 30, 28.4 * 2 ** 30)).toBe('14.1 of 28.4 GiB');
  expect(bytesOf(512 * 2 ** 20, 28.4 * 2 ** 30)).toBe('512 MiB of 28.4 GiB');
  expect([about(180_000), about(250_000), about(19_500), about(7_260_000)]).toEqual([
    '3 min',
    '4:10',
    '20 s',
    '2:01:00',
  ]);
  expect([plural(1, 'gate'), plural(2, 'gate')]).toEqual(['1 gate', '2 gates']);
});
