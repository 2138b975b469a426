import { describe, expect, it } from 'vitest';
import { backupReconcile } from '../../src/actions/backup-reconcile.ts';
import { failure } from '../../src/base/failure.ts';
import { canonical } from '../../src/base/json.ts';
import { crashed, type Ended, everyPlace, type Ground, interrupted, otherEnds, row } from '../engine/crash.ts';
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
  ['a verification', 0, groundOf('galera-verify', { backup: 'latest' })],
  [
    'a pruning, which warns of what it finds,',
    3,
    groundOf('galera-prune', {}, async (world) => {
      for (const id of ['20261117T210000Z', '20261118T210000Z', '20261119T210000Z']) world.has(id);
      world.partials.add('20261116T210000Z');
      const at = { run: 'earlie', step: 'read', attempt: 1 };
      Object.assign(world, { at });
      await backupReconcile.apply({}, world, {});
    }),
  ],
];

const good = ['checksums', 'restored'];

it('a pruning killed anywhere lists no archive that is gone', async () => {
  const ground = grounds.at(-1)?.[2];
  if (!ground) throw new Error('no grounds');
  const { places } = await everyPlace(ground);
  for (const place of places) {
    // It owes nothing, so a repair leaves all as it is.
    const { picture } = await crashed(ground, [place], 'repair');
    const { index, archives } = picture as { index: [id: string, level: string][]; archives: string[] };
    const listed = index.filter(([, level]) => good.includes(level)).map(([id]) => id);
    expect(listed.filter((id) => !archives.includes(id))).toEqual([]);
  }
});

/** What clients and members have, whatever became of the run. */
const served = ({ picture }: Ended) => {
  const { owed, service, statefulSet, members } = picture as { readonly [part: string]: unknown };
  return canonical({ owed, service, statefulSet, members });
};

it.each(grounds.filter(([name]) => ['a backup', 'a restore', 'a rollback'].includes(name)))(
  '%s, asked to stop after each line, once or twice, and killed soon after or not: taken up, it owes nothing and all serve',
  async (_name, _exit, ground) => {
    const { end } = await everyPlace(ground);
    const ends: Ended[] = [];
    for (let at = 1; at <= end.events.length; at++)
      for (const hard of [false, true])
        for (const more of [undefined, 2, 7])
          ends.push(
            await interrupted(ground, at, hard, more === undefined ? more : { after: 'line', number: at + more }),
          );
    expect(ends.filter((each) => served(each) !== served(end)).map(row)).toEqual([]);
  },
);

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
