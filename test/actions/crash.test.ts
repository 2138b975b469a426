import { describe, expect, it } from 'vitest';
import { crashed, everyPlace, otherEnds, row } from '../engine/crash.ts';
import { groundOf } from './fake-ground.ts';

const grounds = {
  'galera-backup': groundOf('galera-backup'),
  'galera-restore': groundOf('galera-restore', { backup: 'latest' }),
  'galera-start': groundOf('galera-start', {}, (world) =>
    Object.assign(world.crashed(['100', '103', '101']), { cacheSurvives: true }),
  ),
};

describe.each(Object.entries(grounds))('%s killed after each line and around each effect', (_, ground) => {
  it('ends as it would have, once resumed', async () => {
    const { end, places } = await everyPlace(ground);
    expect(end.exit, JSON.stringify(end.events.slice(-3))).toBe(0);
    const ends = await Promise.all(places.map((place) => crashed(ground, [place])));
    expect(otherEnds(end, ends)).toEqual([]);
  });

  it('owes nothing once repaired', async () => {
    const { places } = await everyPlace(ground);
    const ends = await Promise.all(places.map((place) => crashed(ground, [place], 'repair')));
    const owing = ends.filter(({ picture }) => (picture as { owed: string[] }).owed.length > 0);
    expect(owing.map(row)).toEqual([]);
  });
});
