import { describe, expect, it } from 'vitest';
import { failure } from '../../src/base/failure.ts';
import { crashed, everyPlace, type Ground, otherEnds, row } from '../engine/crash.ts';
import { type GroundCluster, groundOf, rollbackGround } from './fake-ground.ts';

const broken = failure('failed', 'it to work', 'it broke', 'mend it');

/** How each ends when nobody kills it. */
const grounds: readonly (readonly [name: string, exit: number, ground: Ground<GroundCluster>])[] = [
  ['a backup', 0, groundOf('galera-backup')],
  [
    'a backup whose archive cannot be read back',
    1,
    groundOf('galera-backup', {}, (world) => {
      world.outcomes.prove = { phase: 'failed', failure: broken };
    }),
  ],
  ['a restore', 0, groundOf('galera-restore', { backup: 'latest' })],
  ['a restore whose gates are asked', 0, groundOf('galera-restore', { backup: 'latest' }, undefined, 'interactive')],
  [
    'a restore whose copies differ',
    1,
    groundOf('galera-restore', { backup: 'latest' }, (world) => {
      world.outcomes.open = (spec) => ({
        result: { rows: [{ schema: 'shop', table: spec.member ?? '', rows: 1, checksum: 1 }], objects: {} },
      });
    }),
  ],
  [
    'a restore whose positions cannot be read',
    1,
    groundOf('galera-restore', { backup: 'latest' }, (world) => {
      const { position } = world.outcomes;
      world.outcomes.position = (spec) => {
        if (spec.step === 'positions') return { phase: 'failed', failure: broken };
        return typeof position === 'function' ? position(spec) : {};
      };
    }),
  ],
  ['a rollback', 0, rollbackGround()],
  [
    'a start after a crash of all members',
    0,
    groundOf('galera-start', {}, (world) => {
      Object.assign(world.crashed(['100', '103', '101']), { cacheSurvives: true });
    }),
  ],
];

describe.each(grounds)('%s, killed after each line and around each effect', (_, exit, ground) => {
  it('ends as it would have, once resumed', async () => {
    const { end, places } = await everyPlace(ground);
    expect(end.exit, JSON.stringify(end.events.slice(-3))).toBe(exit);
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
