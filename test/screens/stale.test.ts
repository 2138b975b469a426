import { describe, expect, it } from 'vitest';
import { gateFacts } from '../../src/screens/gate-facts.ts';
import { clock } from '../record/canned.ts';
import { healthy, listing, sampled, type World } from './world.ts';

const wide = { columns: 120, rows: 36 };
const row = (world: World, number: number) => world.screen().split('\n')[number - 1] ?? '';

/** Time goes on by so many seconds; members answer each of them. */
function later(world: World, seconds: number): void {
  const until = clock('03:12:41') + seconds * 1000;
  for (const ordinal of [0, 1, 2]) sampled(world, ordinal, '03:12:42', new Date(until).toISOString().slice(11, 19));
  world.writer.tick(until);
}

describe('when Kubernetes gives no answer', () => {
  const silent = () => {
    const world = healthy(wide);
    world.writer.listed(listing('03:12:50'), clock('03:12:50'), 30);
    world.writer.lookFailed('connection refused', clock('03:12:42'));
    later(world, 14);
    return world;
  };

  it('nothing that it said before is shown as so: not ready, not restarts, not the Service', () => {
    expect(row(silent(), 6)).toMatch(/Synced .* \? +\? +61\.2 GiB +\? +0 s$/);
    expect(row(silent(), 2)).toContain('API server gives no answer');
  });

  it('its last word stands in the panel, with its time', () => {
    const screen = silent().screen();
    expect(screen).toMatch(/│ pod +unknown\n.*│ last +at 03:12:40Z, 15 s ago/);
    expect(screen).toMatch(/│ service +mariadb: \?\n/);
    expect(screen).toContain('8c2f51ae, Ready');
    expect(screen).not.toContain('Ready 21 min');
  });

  it('a gate that was asked before is asked again', () => {
    expect(gateFacts(silent().state())).toContain('mariadb-server-0: Synced, ?, pod ?, desync count 0');
  });
});

describe('when the lists are not read', () => {
  const unread = (change: Parameters<typeof listing>[1] = {}) => {
    const world = healthy();
    world.writer.listed(listing('03:12:41', change), clock('03:12:41'), 30);
    world.writer.listFailed('no answer in 10 s', clock('03:12:51'));
    later(world, 25);
    return world;
  };

  it('nobody is said to owe nothing', () => {
    expect(row(unread(), 3)).toBe(' ? owes      unknown, not read for 25 s: nothing at 03:12:41Z     lease ?');
  });

  it('what was owed then is still in sight, with the age of that', () => {
    const debt = { run: 'm4t8z2', id: 'traffic:mariadb', step: 'cut', says: 'Service mariadb selects no pod' };
    const debts = [{ ...debt, since: clock('03:00:00'), by: 'sre1', due: 'end' as const, carried: true }];
    const shown = row(unread({ debts }), 3);
    expect(shown).toMatch(/^ \? OWES 1 {4}traffic \(cut\), run m4t8z2/);
    expect(shown).toMatch(/read 25 s ago$/);
  });
});

it('before the first list nobody is said to owe nothing', () => {
  const world = healthy();
  world.writer.target(world.state().target ?? expect.unreachable(), clock('03:12:41'));
  world.writer.tick(clock('03:12:41'));
  expect(row(world, 3)).toBe(' ? owes      not read yet     lease ?');
});

it('a lease whose holder is silent says so', () => {
  const world = healthy();
  const lease = { run: 'm4t8z2', holder: 'sr2@bastion-2', renewedAgoMs: 488_000 };
  world.writer.listed(listing('03:12:41', { lease }), clock('03:12:41'), 30);
  expect(row(world, 3)).toContain('lease: run m4t8z2 of sr2@bastion-2, silent for 8 min');
});
