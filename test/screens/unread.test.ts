import { describe, expect, it } from 'vitest';
import { clock } from '../record/canned.ts';
import { listing, newWorld, type World } from './world.ts';

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
