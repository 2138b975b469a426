import { describe, expect, it } from 'vitest';
import type { Listing } from '../../src/screens/operations.ts';
import { viewOf } from '../../src/screens/view.ts';
import { whyNot } from '../../src/screens/works.ts';
import { clock } from '../record/canned.ts';
import { healthy, listing, newWorld, type World } from './world.ts';

describe('lists that were not read yet', () => {
  it('do not say that nothing is owed, or that there are no backups and no runs', () => {
    const world = newWorld('03:12:00');
    world.writer.listFailed('the API server gives no answer', clock('03:12:05'));
    world.writer.tick(clock('03:12:06'));
    for (const screen of ['runs', 'backups', 'dashboard'] as const) {
      world.writer.jump(screen);
      const shown = world.screen();
      expect(shown).toContain('not read since 03:12:05Z: the API server gives no answer');
      expect(shown).not.toMatch(/Owes nothing|no backups|no runs yet/);
    }
  });

  it('and were read long ago say how long', () => {
    const world = newWorld('03:12:00');
    world.writer.listed(listing('03:12:00'), clock('03:12:00'), 10);
    world.writer.tick(clock('03:13:00'));
    world.writer.jump('runs');
    expect(world.screen()).toMatch(/── Runs ─+ \d+ of 41, read 1 min ago ──/);
  });

  it('and cannot be known say why', () => {
    const world = newWorld('03:12:00');
    const unread = { claim: 'galera-backups', rows: [], unknown: 'ConfigMaps may not be listed' };
    world.writer.listed(listing('03:12:00', { backups: unread }), clock('03:12:00'), 10);
    world.writer.jump('backups');
    expect(world.screen()).toContain('not known: ConfigMaps may not be listed');
  });
});

describe('a Galera cluster that nobody has read', () => {
  const unread = (world: World) => {
    world.writer.listed(listing('03:12:05'), clock('03:12:05'), 10);
    world.writer.tick(clock('03:12:06'));
    return world.screen();
  };

  it.each<[string, (world: World) => void]>([
    ['the first look has failed', ({ writer }) => writer.lookFailed('pods is forbidden', clock('03:12:01'))],
    ['the first look gives no answer', () => undefined],
    [
      'the last look that saw no replicas is too old',
      ({ writer }) => writer.looked({ replicas: 0, members: [] }, clock('03:12:00'), 10),
    ],
  ])('is unknown, and nobody is sent to start it: %s', (_, happened) => {
    const world = newWorld('03:12:00');
    happened(world);
    expect(unread(world)).toMatch(/^ \? UNKNOWN /m);
    expect(world.screen()).not.toMatch(/DOWN|galera-start|no member runs/);
  });

  it('is another thing than one that was read and has no replicas', () => {
    const world = newWorld('03:12:00');
    world.writer.looked({ replicas: 0, members: [] }, clock('03:12:05'), 10);
    expect(unread(world)).toMatch(/^ ✗ DOWN +no member runs/m);
    expect(world.screen()).toContain('galera-start');
  });
});

describe('lists that could be read in part', () => {
  const shown = (change: Partial<Listing>, screen: 'dashboard' | 'runs' = 'dashboard') => {
    const world = healthy();
    world.writer.listed(listing('03:12:40', change), clock('03:12:40'), 10);
    world.writer.jump(screen);
    return world;
  };
  const row3 = (world: World) => world.screen().split('\n')[2];
  const leases = { what: 'lease', found: 'leases is forbidden' } as const;
  const maps = { what: 'runs', found: 'configmaps is forbidden' } as const;
  const damaged = { what: 'run', run: 'k7m2q9', found: 'a mirror of which line 3 is damaged' } as const;
  const debt = {
    run: 'm4t8z2',
    id: 'traffic:mariadb',
    step: 'cut',
    says: 'Service mariadb selects no pod',
    since: clock('03:00:00'),
    by: 'sre1@bastion-1',
    due: 'end',
  } as const;

  it('do not call the lease free where it was not read', () => {
    const world = shown({ unread: [leases] });
    expect(row3(world)).toBe(' ? owes      nothing     lease ?        leases is forbidden');
    expect(world.screen()).toMatch(/^ \? lease +who is at work here is not known: leases is forbidden/m);
  });

  it('do not say that nothing is owed where runs were not read', () => {
    const world = shown({ unread: [maps], runs: [] });
    expect(row3(world)).toBe(' ? owes      unknown     lease free     configmaps is forbidden');
    expect(world.screen()).toMatch(/^ \? runs +what runs of other bastions owe and keep is not known: configmaps/m);
    expect(whyNot('repair', viewOf(world.state()))).toBe('not known: 4 says why');
    expect(whyNot('resume', viewOf(world.state()))).toBe('not known: 4 says why');
    world.writer.jump('runs');
    expect(world.screen()).toMatch(/── Owes \? ─.*\n {2}\? what runs of other bastions owe and keep is not known/);
    expect(world.screen()).toContain('    not known: configmaps is forbidden');
    expect(world.screen()).not.toMatch(/Owes nothing|no runs yet/);
  });

  it('nor where one run cannot be read', () => {
    expect(row3(shown({ unread: [damaged] }))).toMatch(/^ \? owes {6}unknown .* run k7m2q9: a mirror of which line 3/);
  });

  it('nor of the backups that none was proven', () => {
    const backups = { claim: 'galera-backups', rows: [], unknown: 'configmaps is forbidden' };
    expect(row3(shown({ backups }))).toMatch(/ lease free {5}backups \?: configmaps is forbidden$/);
  });

  it('show what is owed as far as it is known, and do not say that nobody carries it', () => {
    const world = shown({ debts: [debt], unread: [leases, maps] });
    expect(row3(world)).toMatch(/^ \? OWES 1\+ {3}traffic \(cut\), .* lease \? {3}p repair$/);
    expect(whyNot('repair', viewOf(world.state()))).toBeUndefined();
    world.writer.jump('runs');
    expect(world.screen()).toContain('── Owes 1 or more ─');
    expect(world.screen()).toContain(': it may be at work, p finds out');
    expect(world.screen()).not.toContain('nobody carries it');
  });

  it('do not say that the run under the cursor is no longer there', () => {
    const world = shown({}, 'runs');
    const [first] = listing('03:12:40').runs;
    world.writer.cursor('runs', first?.run ?? '', 0);
    world.writer.listed(listing('03:12:40', { runs: [], unread: [maps] }), clock('03:12:40'), 10);
    expect(world.screen()).toContain(`run ${first?.run} could not be read`);
  });

  it('say of many damaged records how many there are', () => {
    const unread = ['a', 'b', 'c', 'd', 'e'].map((run) => ({ ...damaged, run }));
    expect(shown({ unread }, 'runs').screen()).toContain(' ? 3 more could not be read: 1, then o, has all of them');
  });

  it('do not call a run cut off that may be at work', () => {
    const [first] = listing('03:12:40').runs;
    const { exit: _exit, endedAt: _endedAt, ...open } = first as NonNullable<typeof first>;
    expect(shown({ runs: [open] }, 'runs').screen()).toContain('cut off');
    const screen = shown({ runs: [open], unread: [leases] }, 'runs').screen();
    expect(screen).toMatch(/^> \? .* not known/m);
    expect(screen).not.toContain('cut off');
  });

  it('send nobody to start a Galera cluster that a run may have left down', () => {
    const world = newWorld('03:12:00');
    world.writer.looked({ replicas: 0, members: [] }, clock('03:12:05'), 10);
    world.writer.listed(listing('03:12:05', { unread: [maps] }), clock('03:12:05'), 10);
    world.writer.tick(clock('03:12:06'));
    expect(world.screen()).toMatch(/^ ✗ DOWN /m);
    expect(world.screen().replaceAll(/\s+/g, ' ')).toContain(
      'Whether a run has left it so is not known: configmaps is forbidden',
    );
    expect(world.screen()).not.toContain('galera-start');
  });
});
