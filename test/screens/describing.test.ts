import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/engine/event.ts';
import { debtText } from '../../src/screens/describe-debt.ts';
import { runText } from '../../src/screens/describe-run.ts';
import { stepText } from '../../src/screens/describe-step.ts';
import { act, catalogueOf, check, step } from '../engine/fakes.ts';
import { clock } from '../record/canned.ts';
import { backupRun, failedRun, restoreRun } from '../record/canned-runs.ts';
import { opened } from './opened.ts';
import { limping } from './world.ts';

const golden = async (name: string, lines: readonly string[]) =>
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`golden/${name}.txt`);

const until = (events: readonly RunEvent[], time: string) => events.filter(({ at }) => at <= clock(time));

describe('d on a step', () => {
  it('shows every value of one that is done: plan, times, effects, debts, output', async () => {
    await golden('describe-step', stepText(backupRun, 'copy', clock('05:05:10')));
  });

  it('shows of one in doubt what was expected, found and comes next', async () => {
    await golden('describe-step-failed', stepText(failedRun, 'cut', clock('05:10:21')));
  });

  it('says since when it runs, and what it owes meanwhile', () => {
    const lines = stepText(until(restoreRun, '05:12:20'), 'unpack', clock('05:12:20')).join('\n');
    expect(lines).toContain('is          running');
    expect(lines).toContain('started     2026-11-21 05:10:08Z, 2 min ago, attempt 1');
    expect(lines).toContain('open since 2026-11-21 05:10:08Z');
  });

  it('says who answered its gate, and what was typed', () => {
    const lines = stepText(restoreRun, 'swap', clock('05:18:00')).join('\n');
    expect(lines).toContain('its gate wants openstack/lab typed');
    expect(lines).toMatch(/gate {8}yes "openstack\/lab", by .+, 2026-11-21 05:17:36Z/);
  });
});

describe('d on a run', () => {
  it('shows whole identifiers, what it owes and keeps, and the command for each', async () => {
    await golden('describe-run', runText(restoreRun, clock('05:18:00')));
    expect(runText(failedRun, clock('05:18:00')).join('\n')).toContain('galera-runbook runs repair n5g1s7');
  });
});

describe('d on a debt', () => {
  const row = {
    run: 'n5g1s7',
    id: 'traffic',
    step: 'cut',
    says: 'Service mariadb selects no pod',
    since: clock('05:10:08'),
    by: 'sre1@bastion-1 (login uid 1000)',
    due: 'end',
    carried: false,
  } as const;

  it('shows what is owed, by which step and run, since when, who carries it and what pays', async () => {
    await golden('describe-debt', debtText(row, failedRun, clock('05:12:08')));
  });

  it('of data that is kept shows both commands', () => {
    const lines = debtText({ ...row, id: 'old-data', due: 'close' }, restoreRun, clock('05:18:00')).join('\n');
    expect(lines).toContain('galera-runbook runs close n5g1s7');
    expect(lines).toContain('galera-runbook runs rollback n5g1s7');
  });
});

describe('the cursor', () => {
  it('reaches each debt', () => {
    const world = limping();
    world.writer.show('runs');
    expect(world.screen()).toContain('> ! desync');
    world.writer.cursor('debts', 'k7m2q9 old-data:k7m2q9', 1);
    expect(world.screen()).toContain('>   old-data');
  });

  it('on a step of a run opens all of it with d', async () => {
    const { press, terminal, seconds } = await opened({
      steps: [step('agree', 'look', { kind: 'check' }), step('copy', 'copy')],
      catalogue: (world) => catalogueOf(check(world, 'look'), act(world, 'copy')),
    });
    await press('b');
    await terminal.until('Plan q8d4w6');
    await seconds(1);
    await press('y');
    await seconds(5);
    await terminal.until('ended with exit 0');
    await press('d');
    await seconds(1);
    expect(terminal.screen()).toContain('Step copy, run q8d4w6');
    expect(terminal.screen()).toContain('is          done (applied)');
  });
});
