import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { failure } from '../../src/base/failure.ts';
import { parsed } from '../../src/commands/load-runbook.ts';
import { dangerOf, dangerOfStep } from '../../src/commands/runbooks.ts';
import { applyEvent } from '../../src/engine/apply-event.ts';
import type { Plan, PlannedStep } from '../../src/engine/event.ts';
import { gateOfPlan } from '../../src/engine/gate-of-plan.ts';
import { refusals } from '../../src/engine/plan.ts';
import { newRun } from '../../src/engine/state.ts';
import { gateInFrame } from '../../src/screens/frame.ts';
import type { ScreenName } from '../../src/screens/state.ts';
import { clock } from '../record/canned.ts';
import { backupPlan, restorePlan } from '../record/canned-runs.ts';
import { healthy, limping, listing, type World } from './world.ts';

const golden = async (name: string, world: World) =>
  await expect(world.screen()).toMatchFileSnapshot(`golden/${name}.txt`);

function reviewing(
  world: World,
  of: { readonly live: boolean; readonly endShown: boolean },
  plan: Plan = restorePlan,
): World {
  const state = applyEvent(newRun, {
    seq: 1,
    at: clock('03:13:20'),
    type: 'run-started',
    plan,
    mode: 'interactive',
    by: 'sre1@bastion-1',
    format: 1,
  });
  const gate = gateOfPlan(plan, state);
  world.writer.review({
    proposal: {
      plan,
      state,
      gate,
      refusals: refusals(plan.steps),
      carryOut: () => {
        throw new Error('not in this test');
      },
    },
    gate: { gate, asking: 1, openedAt: clock('03:13:20'), facts: [], changed: [], typed: '', ...of },
  });
  world.writer.show('plan');
  return world;
}

/** With as much to say as a backup has. */
function wordyBackup(): Plan {
  const effects = [0, 1, 2, 3, 4, 5].map((number) => ({
    object: `claim ${number}`,
    field: 'x',
    from: 'no',
    to: 'yes',
  }));
  const steps = backupPlan.steps.map((planned) => {
    if (planned.step.id === 'copy') return { ...planned, effects };
    const seen = { is: 'so' as const, says: 'holds' };
    if (planned.step.id !== 'donor') return planned.step.kind === 'check' ? { ...planned, seen } : planned;
    const step = { ...planned.step, action: 'galera.choose-donor' };
    return { ...planned, step, seen: { ...seen, says: 'donor mariadb-server-2: queue 0, highest ordinal' } };
  });
  return { ...backupPlan, steps };
}

describe('every screen', () => {
  it.each<ScreenName>(['backups', 'runs', 'help'])('%s', async (name) => {
    const world = healthy(undefined, '03:13:01');
    world.writer.show(name);
    await golden(`${name}-80x24`, world);
  });

  it('runbooks with their danger, and what the one under the cursor is for', async () => {
    const world = healthy(undefined, '03:13:01');
    const names = ['galera-backup', 'galera-restore', 'galera-start'];
    const rows = await Promise.all(
      names.map(async (name) => {
        const path = `docs/runbooks/${name}.md`;
        const runbook = parsed(await readFile(path), path, name);
        const steps = [...runbook.steps, ...runbook.rollback].map(
          (step) => [step.id, { danger: dangerOfStep(step), stoppable: false }] as const,
        );
        return { runbook, danger: dangerOf(runbook), steps: Object.fromEntries(steps) };
      }),
    );
    world.writer.runbooks(rows);
    world.writer.show('runbooks');
    world.writer.cursor('runbooks', 'galera-restore', 1);
    await golden('runbooks-80x24', world);
  });

  it('help of a cluster on which some keys do not work', async () => {
    const world = limping();
    world.writer.show('help');
    await golden('help-refusals-80x24', world);
  });

  it('runs with what they owe and keep', async () => {
    const world = limping();
    world.writer.show('runs');
    await golden('runs-debts-80x24', world);
  });

  it('a plan whose end was not shown yet: its gate is closed', async () => {
    await golden('plan-80x24', reviewing(healthy(undefined, '03:13:23'), { live: false, endShown: false }));
  });

  it('a plan whose last line was shown: its keys are live', async () => {
    const world = reviewing(healthy(undefined, '03:13:23'), { live: true, endShown: true });
    world.writer.scroll('plan', 100);
    await golden('plan-end-80x24', world);
  });

  it('a plan of a backup in short where all of it has no room, so that it is b and y', async () => {
    const world = reviewing(healthy(undefined, '03:13:23'), { live: true, endShown: true }, wordyBackup());
    await golden('plan-backup-80x24', world);
    expect(gateInFrame(world.state())?.endShown).toBe(true);
  });

  it.each<[string, Partial<PlannedStep>]>([
    [
      'a check that does not hold',
      { seen: { is: 'not-so', says: 'none', failure: failure('refused', 'room', 'none', 'free some') } },
    ],
    ['a check of which nobody knows', { seen: { is: 'unknown', says: 'no answer' } }],
    ['a warning', { seen: { is: 'so', says: 'holds', warnings: ['the volume was never measured'] } }],
    ['another gate', { gate: 'yes-no' }],
    ['a step that disrupts', { danger: 'disrupts' }],
  ])('a plan with %s is shown whole', (_, change) => {
    const plan = wordyBackup();
    const steps = plan.steps.map((planned) => (planned.step.id === 'room' ? { ...planned, ...change } : planned));
    const world = reviewing(healthy(undefined, '03:13:23'), { live: false, endShown: false }, { ...plan, steps });
    expect(world.screen()).toMatch(/lines 1-16 of \d\d/);
  });

  it('a text', async () => {
    const world = healthy();
    world.writer.reading({
      title: 'mariadb-server-0',
      kind: 'output',
      lines: ['plain', '\u001b[31mred\u001b[0m', 'データベース'.repeat(20)],
    });
    world.writer.show('text');
    await golden('text-80x24', world);
  });
});

describe('the cursor', () => {
  it('stays in its place when what it was on has gone, and row 23 says what went', () => {
    const world = healthy(undefined, '03:13:01');
    world.writer.jump('backups');
    world.writer.cursor('backups', '20261119T210003Z', 1);
    const of = listing('03:13:06');
    const rows = of.backups.rows.filter(({ id }) => id !== '20261119T210003Z');
    world.writer.listed({ ...of, backups: { ...of.backups, rows } }, clock('03:13:06'), 10);
    expect(world.screen()).toContain('> = 2026-11-18 21:00');
    expect(world.screen()).toContain('backup 20261119T210003Z is no longer there');
  });
});

describe('backups', () => {
  it.each([
    { columns: 120, rows: 40 },
    { columns: 200, rows: 60 },
  ])('have everything about the one under the cursor, at $columns x $rows', async (size) => {
    const world = healthy(size, '03:13:01');
    world.writer.show('backups');
    await golden(`backups-${size.columns}x${size.rows}`, world);
  });

  it('without a manifest say only what is known', () => {
    const world = healthy(undefined, '03:13:01');
    world.writer.show('backups');
    world.writer.cursor('backups', '20261117T210003Z', 3);
    expect(world.screen()).toContain('position   unknown');
    expect(world.screen()).not.toContain('kind ');
  });
});
