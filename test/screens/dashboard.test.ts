import { describe, expect, it } from 'vitest';
import type { Listing, RunbookRow } from '../../src/screens/operations.ts';
import { runbook } from '../engine/fakes.ts';
import { clock } from '../record/canned.ts';
import { healthy, healthyLook, limping, listing, newWorld, sampled, type World } from './world.ts';

const golden = async (name: string, screen: string) => await expect(screen).toMatchFileSnapshot(`golden/${name}.txt`);

/** No pod, no answer, no client. */
function down(change: Partial<Listing>): World {
  const world = newWorld('04:30:00');
  const { writer } = world;
  for (const ordinal of [0, 1, 2]) sampled(world, ordinal, '04:39:00', '04:40:00');
  for (const { member } of healthyLook.members) writer.sampleFailed(member, 'no route to host', clock('04:40:02'));
  const members = healthyLook.members.map(({ pod: _pod, ...look }) => ({ ...look, inService: false }));
  writer.looked({ replicas: 3, members }, clock('04:41:16'), 20);
  writer.listed(listing('04:41:15', change), clock('04:41:15'), 20);
  writer.tick(clock('04:41:17'));
  return world;
}

const row = (name: string): RunbookRow => ({
  runbook: { ...runbook([]), name },
  danger: 'disrupts',
  steps: {},
});

describe('the dashboard', () => {
  it('of a Galera cluster that is well', async () => {
    await golden('dashboard-80x24', healthy().screen());
  });

  it('with one member desynced by an open debt and one unknown', async () => {
    await golden('dashboard-attention-80x24', limping().screen());
  });

  it('with more columns, a panel and what was seen, from 120 x 36 on', async () => {
    await golden('dashboard-120x36', healthy({ columns: 120, rows: 36 }).screen());
  });

  it('of one that is down without a run leads to galera-start', async () => {
    const world = down({});
    await golden('dashboard-down-80x24', world.screen());
    world.writer.runbooks(['galera-backup', 'galera-start'].map(row));
    world.writer.jump('runbooks');
    expect(world.screen()).toContain('>   galera-start');
  });

  it('of one that a run has left down leads to that run, not to galera-start', () => {
    const debt = {
      run: 'm4t8z2',
      id: 'members:mariadb-server',
      step: 'stop',
      says: '3 of 3 members stopped',
      since: clock('04:29:40'),
      by: 'sre2@bastion-2',
      due: 'end',
      carried: false,
    } as const;
    const screen = down({ debts: [debt] }).screen();
    expect(screen).toContain('run m4t8z2 has left it so since 04:29:40Z');
    expect(screen).not.toContain('galera-start brings it up');
  });

  it('says that there are two histories, and who is not Synced', () => {
    const world = healthy();
    const other = '11111111-0b2c-11f0-8c5e-3a1f7c2d9e04';
    sampled(world, 0, '03:12:41', '03:12:41', () => ({ clusterUuid: other, localUuid: other }));
    sampled(world, 2, '03:12:41', '03:12:41', () => ({ localState: 1, localStateComment: 'Joining' }));
    const screen = world.screen();
    expect(screen).toContain('✗ bad       2 histories: 11111111, 36553af3');
    expect(screen).toContain('! look      1 joining: mariadb-server-2');
  });

  it.each([
    [120, 40],
    [200, 60],
    [100, 30],
    [300, 100],
  ])('fills %i x %i', async (columns, rows) => {
    const screen = healthy({ columns, rows }).screen();
    expect(screen.split('\n')).toHaveLength(rows + 1);
    await golden(`dashboard-${columns}x${rows}`, screen);
  });

  it('says how large the terminal must be when it is too small', async () => {
    await golden('too-small-64x24', healthy({ columns: 64, rows: 24 }).screen());
  });
});
