import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backupId } from '../../src/base/time.ts';
import { type KeptBackup, type Proof, retain } from '../../src/galera/retention.ts';
import { manifestOf } from './samples.ts';

const here = manifestOf().identity;
const idOf = (day: number) => backupId(Date.UTC(2026, 10, day, 21));
const full = (day: number, proof: Proof = 'checksums', identity = here): KeptBackup => ({
  id: idOf(day),
  kind: 'full',
  identity,
  proof,
});
const incremental = (day: number, parent: number, proof: Proof = 'checksums'): KeptBackup => ({
  id: idOf(day),
  kind: 'incremental',
  parent: idOf(parent),
  identity: here,
  proof,
});
const removed = (backups: KeptBackup[], keep: number) =>
  retain(backups, here, keep).remove.map(({ id }) => Number(id.slice(6, 8)));

describe('retention', () => {
  test('keeps the newest and says why', () => {
    expect(retain([full(1), full(2), full(3)], here, 2)).toEqual({
      remove: [{ id: idOf(1), why: 'older than the 2 to keep' }],
      keep: [
        { id: idOf(3), why: 'the newest good backup' },
        { id: idOf(2), why: '2 of the 2 to keep' },
      ],
    });
  });

  test.each<[string, KeptBackup[], number, number[]]>([
    ['removes nothing while there are few', [full(1), full(2)], 7, []],
    ['removes the oldest first', [full(1), full(2), full(3), full(4)], 2, [1, 2]],
    [
      'keeps the newest that was restored and compared, however old',
      [full(1, 'restored'), full(2, 'restored'), full(3), full(4), full(5)],
      1,
      [1, 3, 4],
    ],
    ['does not let broken ones push out good ones', [full(1), full(2), full(3, 'failed'), full(4, 'failed')], 2, []],
    ['does not let unverified ones push out good ones', [full(1), full(2, 'none'), full(3, 'none')], 1, []],
    ['removes broken ones older than all that is kept', [full(1, 'failed'), full(2), full(3)], 1, [1, 2]],
    ['keeps all when nothing is good', [full(1, 'failed'), full(2, 'none')], 1, []],
    ['keeps a chain whole for its newest link', [full(1), incremental(2, 1), incremental(3, 2)], 1, []],
    [
      'removes a chain whole, its newest link first',
      [full(1), incremental(2, 1), incremental(3, 2), full(4)],
      1,
      [3, 2, 1],
    ],
    ['counts chains, not links', [full(1), incremental(2, 1), full(3), incremental(4, 3), full(5)], 2, [2, 1]],
    ['keeps a restored incremental with its base', [full(1), incremental(2, 1, 'restored'), full(3), full(4)], 1, [3]],
    [
      'does not take a link after a broken one for good',
      [full(1), full(2), incremental(3, 2, 'failed'), incremental(4, 3)],
      1,
      [1],
    ],
    ['leaves an incremental without its base alone', [incremental(1, 9), full(2), full(3)], 1, [2]],
    ['leaves links that go round alone', [incremental(1, 2), incremental(2, 1), full(3), full(4)], 1, [3]],
    [
      'leaves other clusters alone, and does not count them',
      [
        full(1, 'checksums', { ...here, cluster: 'prod' }),
        full(2, 'checksums', { ...here, statefulSetUid: 'old' }),
        full(3),
        full(4),
      ],
      1,
      [3],
    ],
  ])('%s', (_, backups, keep, expected) => {
    expect(removed(backups, keep)).toEqual(expected);
  });

  test.each([0, -1, 1.5, Number.NaN])('never runs with a limit of %s', (keep) => {
    expect(() => retain([], here, keep)).toThrow(/at least 1/);
  });

  const backups = fc
    .uniqueArray(
      fc.record({
        day: fc.integer({ min: 1, max: 28 }),
        proof: fc.constantFrom<Proof>('none', 'checksums', 'restored', 'failed'),
        back: fc.integer({ min: 0, max: 3 }),
        mine: fc.boolean(),
      }),
      { selector: (each) => each.day, maxLength: 14 },
    )
    .map((all) =>
      all.map(({ day, proof, back, mine }): KeptBackup => {
        const identity = mine || day % 2 === 0 ? here : { ...here, kubeSystemUid: 'other' };
        return back === 0
          ? { id: idOf(day), kind: 'full', identity, proof }
          : { id: idOf(day), kind: 'incremental', parent: idOf(Math.max(1, day - back)), identity, proof };
      }),
    );

  test('never removes the newest good or the newest proven backup, nor what they build on, nor what is not ours', () => {
    fc.assert(
      fc.property(backups, fc.integer({ min: 1, max: 4 }), (all, keep) => {
        const plan = retain(all, here, keep);
        const gone = new Set(plan.remove.map(({ id }) => id));
        expect([...plan.remove, ...plan.keep].map(({ id }) => id).toSorted()).toEqual(
          all.map(({ id }) => id).toSorted(),
        );
        const byId = new Map(all.map((each) => [each.id, each]));
        const line = (backup: KeptBackup, seen: KeptBackup[] = []): KeptBackup[] | undefined => {
          if (backup.identity !== here || seen.includes(backup)) return undefined;
          if (backup.kind === 'full') return [...seen, backup];
          const parent = byId.get(backup.parent ?? '');
          return parent && line(parent, [...seen, backup]);
        };
        const good = all
          .filter((each) => line(each)?.every(({ proof }) => proof === 'checksums' || proof === 'restored'))
          .toSorted((a, b) => (a.id < b.id ? 1 : -1));
        for (const precious of [good[0], good.find((each) => each.proof === 'restored')]) {
          if (precious) for (const each of line(precious) ?? []) expect(gone.has(each.id)).toBe(false);
        }
        for (const each of all) {
          if (each.identity !== here) expect(gone.has(each.id)).toBe(false);
          // What stays keeps all that it builds on.
          if (!gone.has(each.id)) for (const base of line(each) ?? []) expect(gone.has(base.id)).toBe(false);
        }
        const remaining = all.filter(
          (each) =>
            !gone.has(each.id) &&
            each.kind === 'full' &&
            each.identity === here &&
            ['checksums', 'restored'].includes(each.proof),
        );
        const before = all.filter(
          (each) => each.kind === 'full' && each.identity === here && ['checksums', 'restored'].includes(each.proof),
        );
        expect(remaining.length).toBeGreaterThanOrEqual(Math.min(keep, before.length));
      }),
      { numRuns: 500 },
    );
  });

  test('run again after it was carried out, it removes nothing more', () => {
    fc.assert(
      fc.property(backups, fc.integer({ min: 1, max: 4 }), (all, keep) => {
        const gone = new Set(retain(all, here, keep).remove.map(({ id }) => id));
        expect(
          retain(
            all.filter(({ id }) => !gone.has(id)),
            here,
            keep,
          ).remove,
        ).toEqual([]);
      }),
    );
  });

  test('a removal cut short anywhere never leaves an incremental without its base', () => {
    fc.assert(
      fc.property(backups, fc.nat(20), (all, done) => {
        const removedFirst = new Set(
          retain(all, here, 1)
            .remove.slice(0, done)
            .map(({ id }) => id),
        );
        const ids = new Set(all.map(({ id }) => id));
        for (const each of all.filter(({ identity }) => identity === here)) {
          if (removedFirst.has(each.id) || each.parent === undefined || !ids.has(each.parent)) continue;
          expect(removedFirst.has(each.parent)).toBe(false);
        }
      }),
    );
  });
});
