import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parsed } from '../../src/commands/load-runbook.ts';
import { dangerOfStep, isStoppable } from '../../src/commands/runbooks.ts';
import { applyEvent } from '../../src/engine/apply-event.ts';
import type { NewEvent, PlannedStep, RunEvent } from '../../src/engine/event.ts';
import { newRun } from '../../src/engine/state.ts';
import type { RunbookRow } from '../../src/screens/operations.ts';
import type { Size } from '../../src/screens/state.ts';
import { ProgressWatch } from '../../src/views/progress.ts';
import { clock, failedAt, passed, stamp, started } from '../record/canned.ts';
import { failedRun, restoreRun } from '../record/canned-runs.ts';
import { healthyLook, listing, newWorld, sampled, type World } from './world.ts';

const path = 'docs/runbooks/galera-restore.md';
const runbook = parsed(await readFile(path), path, 'galera-restore');

/** The canned run with the texts of the document that it is of. */
function documented(events: readonly RunEvent[]): readonly RunEvent[] {
  return events.map((event) => {
    if (event.type !== 'run-started') return event;
    const steps = event.plan.steps.map((planned) => {
      const { title, prose, action } = runbook.steps.find(({ id }) => id === planned.step.id) ?? planned.step;
      const debts = owes[planned.step.id];
      return {
        ...planned,
        step: { ...planned.step, title, prose, action },
        ...(debts === undefined ? {} : { debts }),
        ...(planned.step.id === 'unpack' ? { effects: unpacked } : {}),
      };
    });
    return {
      ...event,
      plan: { ...event.plan, steps, runbook: { ...event.plan.runbook, sha256: runbook.sha256 } },
    };
  });
}

const owes: { readonly [step: string]: PlannedStep['debts'] } = {
  cut: [
    {
      id: 'traffic',
      says: 'Service mariadb selects no pod',
      due: 'end',
      payWith: { action: 'traffic.put-back', input: {} },
    },
  ],
};
const unpacked = [0, 1, 2].map((ordinal) => ({
  object: `volume of claim data-mariadb-server-${ordinal}`,
  field: 'galera_runbook_n5g1s7',
  from: 'not there',
  to: '28.4 GiB, backup 20261121T050007Z prepared',
}));
const known: RunbookRow = {
  runbook,
  danger: 'destroys',
  steps: Object.fromEntries(
    [...runbook.steps, ...runbook.rollback].map((step) => [
      step.id,
      { danger: dangerOfStep(step), stoppable: isStoppable(step) },
    ]),
  ),
};

const golden = async (name: string, world: World) =>
  await expect(world.screen()).toMatchFileSnapshot(`golden/${name}.txt`);

/** The canned restore up to a time of its clock, with what its Jobs have told. */
function running(events: readonly RunEvent[], until: string, size?: Size): World {
  const world = newWorld('05:09:00', size);
  const { writer } = world;
  for (const ordinal of [0, 1, 2]) sampled(world, ordinal, '05:09:30', until);
  writer.looked(healthyLook, clock(until), 20);
  writer.listed(listing(until), clock(until), 20);
  writer.tick(clock(until));
  const watch = new ProgressWatch();
  let state = newRun;
  for (const event of events) {
    if (event.at > clock(until)) break;
    state = applyEvent(state, event);
    watch.event(event, state);
    writer.ran(event, state);
  }
  for (let second = 0; second <= 60; second++) {
    const at = clock(until) - (60 - second) * 1000;
    for (const ordinal of [0, 1, 2])
      watch.pulse(
        {
          step: 'unpack',
          member: `mariadb-server-${ordinal}`,
          phase: 'unpack',
          bytes: (second * 49 - ordinal * 90) * 2 ** 20 + 2 ** 31,
          total: 9.62 * 2 ** 30,
        },
        at,
      );
  }
  writer.progress(watch.at(clock(until)));
  writer.runbooks([known]);
  writer.jump('run');
  return world;
}

/** The canned restore up to a step that fails. */
function failedAfter(step: string, more: readonly (readonly [string, NewEvent])[]): readonly RunEvent[] {
  const from = restoreRun.findIndex((event) => event.type === 'step-started' && event.step === step);
  const before = restoreRun.slice(0, from + 1);
  const after = stamp(more).map((event, index) => ({ ...event, seq: before.length + index + 1 }));
  return documented([...before, ...after]);
}

const afterSwap = failedAfter('start', [
  [
    '05:20:08',
    failedAt('start', {
      kind: 'failed',
      expected: '3 of 3 members Ready and Synced, two of them by IST',
      found:
        "2 of 3. mariadb-server-2 started 4 times and died, last 05:19:34Z:\n| InnoDB: The innodb_system data file 'ibdata1' must be writable",
      next: 'see its log (l) and its volume (d), mend the cause',
    }),
  ],
  ['05:20:09', { type: 'run-ended', exit: 131, says: 'failed at start', unpaid: ['copies', 'traffic', 'members'] }],
]);

const paid = failedAfter('truth', [
  [
    '05:14:20',
    failedAt('truth', {
      kind: 'failed',
      expected: "today's password opens every copy",
      found: 'Access denied on mariadb-server-1',
      next: 'the password was changed since the backup: choose a later one',
    }),
  ],
  ['05:14:20', { type: 'way-out-started', reason: 'truth failed' }],
  ['05:14:21', started('discard')],
  ['05:14:24', passed('discard', 'applied', 'nothing of the unpacked copies is left on 3 volumes')],
  ['05:14:24', { type: 'debt-paid', id: 'copies', says: 'nothing is left' }],
  ['05:14:24', { type: 'run-ended', exit: 1, says: 'failed at truth', unpaid: [] }],
]);

function failing(events: readonly RunEvent[], until: string): World {
  const world = running(events, until);
  world.writer.runOver();
  return world;
}

describe('the run', () => {
  it('in the middle of a step on three members', async () => {
    const world = running(documented(restoreRun), '05:12:20');
    world.writer.output([
      { member: 'mariadb-server-0', at: clock('05:12:18'), text: 'nova/instance_extra.ibd' },
      { member: 'mariadb-server-2', at: clock('05:12:19'), text: 'neutron/ports.ibd' },
    ]);
    await golden('run-80x24', world);
  });

  it('with every step and its time, from 120 x 36 on', async () => {
    await golden('run-120x36', running(documented(restoreRun), '05:12:20', { columns: 120, rows: 36 }));
  });

  it('that has failed says what was expected, what was found, what to do and what is owed', async () => {
    const world = running(documented(failedRun), '05:10:21');
    world.writer.runOver();
    await golden('run-failed-80x24', world);
  });

  it('that has failed after the swap says what serves clients again, and shows the member that is broken', async () => {
    const world = failing(afterSwap, '05:20:10');
    const [first, second, third] = healthyLook.members;
    if (first === undefined || second === undefined || third?.pod === undefined) throw new Error('three members');
    const crashing = { ...third.pod, ready: false, waiting: 'CrashLoopBackOff', restarts: 4 };
    const out = [first, second, { ...third, pod: crashing }].map((each) => ({ ...each, inService: false }));
    world.writer.looked({ replicas: 3, members: out }, clock('05:20:10'), 20);
    await golden('run-failed-swapped-80x24', world);
  });

  it('calls the step after which nothing is paid by itself as its runbook does', () => {
    const named = JSON.parse(JSON.stringify(afterSwap).replaceAll('"swap"', '"replace"')) as readonly RunEvent[];
    expect(failing(named, '05:20:10').screen()).toContain('nothing is paid by itself after `replace` ─');
  });

  const onTheWay = (step: string) =>
    restoreRun.slice(0, restoreRun.findIndex((event) => event.type === 'step-started' && event.step === step) + 1);
  it.each<[string, readonly RunEvent[], string]>([
    [
      'what acts after the swap is finished',
      documented(onTheWay('start')),
      'start is finished, then the run ends; you decide what is paid',
    ],
    [
      'a check is given up, after the swap too',
      documented(onTheWay('same')),
      'check same is given up, then the run ends; you decide what is paid',
    ],
    ['nothing stops on the way out', paid.slice(0, -3), 'discard is finished; all that is owed is paid first'],
  ])('says what ctrl-c does as the engine does it: %s', (_, events, says) => {
    const shown = running(events, '05:59:00').screen().split('\n')[22];
    expect(shown).toContain(`ctrl-c now: ${says}`);
  });

  it('that has failed before the swap says what was paid by itself', async () => {
    const world = failing(paid, '05:14:30');
    await golden('run-failed-paid-80x24', world);
    expect(world.screen()).toContain('Owes nothing: what was owed was paid by itself');
  });

  it('that has failed with much to say keeps what to do and what is owed in sight', () => {
    const found = Array.from({ length: 40 }, (_, index) => `| line ${index} of the log`).join('\n');
    const world = failing(
      afterSwap.map((event) =>
        event.type === 'step-failed' ? { ...event, failure: { ...event.failure, found } } : event,
      ),
      '05:20:10',
    );
    const screen = world.screen();
    expect(screen).toContain('more: d');
    expect(screen).toContain('u  roll back');
    expect(screen).toContain('! members');
    expect(screen).toContain('in a shell: galera-runbook runs resume n5g1s7');
  });

  it('shows a step that has warned with its sign and its words', () => {
    const ended = restoreRun.length;
    const [warned] = stamp([['05:18:00', { type: 'warned', step: 'discard', says: 'a claim was not bound' }]]);
    if (warned === undefined) throw new Error('one event');
    const events = [
      ...restoreRun.slice(0, -1),
      { ...warned, seq: ended },
      { ...(restoreRun.at(-1) as RunEvent), seq: ended + 1 },
    ];
    const screen = failing(documented(events), '05:18:10').screen();
    expect(screen).toContain('>! discard');
    expect(screen).toContain('warned: a claim was not bound');
  });

  it('that has ended well', async () => {
    const world = running(documented(restoreRun), '05:18:10');
    world.writer.runOver();
    await golden('run-ended-80x24', world);
  });
});
