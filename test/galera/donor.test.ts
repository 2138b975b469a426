import { describe, expect, test } from 'vitest';
import { chooseDonor, type DonorWish, type ServiceShape } from '../../src/galera/donor.ts';
import type { MemberReading } from '../../src/galera/member-reading.ts';
import { healthyReadings, reading, statusOf, statusWithout } from './samples.ts';

const shareable = { 'mariadb-server-0': true, 'mariadb-server-1': true, 'mariadb-server-2': true };
const spread: DonorWish = { replicas: 3, service: { kind: 'spread', leavesWhenDesynced: true }, shareable };
const endpoint: DonorWish = { replicas: 3, service: { kind: 'one-endpoint' }, shareable };
const oneIn = (n: number): MemberReading[] =>
  healthyReadings().map((each) => ({ ...each, inService: each.ordinal === n }));

describe('the donor', () => {
  test('between equals is the highest ordinal, and the choice is explained', () => {
    expect(chooseDonor(healthyReadings(), spread)).toEqual({
      ok: true,
      donor: {
        member: 'mariadb-server-2',
        because:
          'receive queue 0, the highest ordinal of 3 equals; leaves the Service while desynced; its Kubernetes node can reach the backup volume',
        others: [
          {
            member: 'mariadb-server-0',
            why: 'could do it with the same receive queue of 0; the highest ordinal is taken between equals',
          },
          {
            member: 'mariadb-server-1',
            why: 'could do it with the same receive queue of 0; the highest ordinal is taken between equals',
          },
        ],
      },
    });
  });

  test('is never the endpoint', () => {
    const choice = chooseDonor(oneIn(2), endpoint);
    expect(choice).toMatchObject({ ok: true, donor: { member: 'mariadb-server-1' } });
    expect(choice.ok && choice.donor.others).toContainEqual({
      member: 'mariadb-server-2',
      why: 'the endpoint: clients use it',
    });
  });

  test('has the shortest queue', () => {
    const readings = [
      reading(0, statusOf()),
      reading(1, statusOf({ recvQueue: 2 })),
      reading(2, statusOf({ recvQueue: 5 })),
    ];
    const choice = chooseDonor(readings, spread);
    expect(choice).toMatchObject({
      ok: true,
      donor: { member: 'mariadb-server-0', because: expect.stringContaining('receive queue 0, the shortest') },
    });
    expect(choice.ok && choice.donor.others[1]?.why).toBe('could do it, but its receive queue is longer: 5, not 0');
  });

  test('stays the one that was planned, though the queue of another is shorter by now', () => {
    const queues = [0, 3, 0].map((recvQueue, n) => reading(n, statusOf({ recvQueue })));
    const choice = chooseDonor(queues, { ...spread, planned: 'mariadb-server-1' });
    expect(choice).toMatchObject({
      ok: true,
      donor: { member: 'mariadb-server-1', because: expect.stringMatching(/^receive queue 3, as planned; /) },
    });
    expect(choice.ok && choice.donor.others[1]).toEqual({
      member: 'mariadb-server-2',
      why: 'could do it, but the plan names mariadb-server-1',
    });
  });

  test.each([
    ['mariadb-server-2', 'the endpoint: clients use it'],
    ['mariadb-server-7', 'no such member'],
  ])('that was planned, %s, and may not be it any more, is not exchanged for another', (planned, found) => {
    expect(chooseDonor(oneIn(2), { ...endpoint, planned })).toMatchObject({
      ok: false,
      failure: { kind: 'refused', expected: `${planned} as donor, as planned`, found, next: 'plan again' },
    });
  });

  test.each<[string, MemberReading[], DonorWish, string, string]>([
    ['a member is silent', [reading(0, statusOf()), reading(1), reading(2, statusOf())], spread, 'unsafe', 'no answer'],
    [
      'no member leaves the Service',
      healthyReadings(),
      { ...spread, service: { kind: 'spread', leavesWhenDesynced: false } },
      'unsafe',
      'stays in the Service',
    ],
    [
      'nobody knows whether one leaves it',
      healthyReadings(),
      { ...spread, service: { kind: 'spread' } },
      'unsafe',
      'not known whether it leaves',
    ],
    [
      'no volume can be reached',
      healthyReadings(),
      { ...spread, shareable: { 'mariadb-server-0': false, 'mariadb-server-1': false, 'mariadb-server-2': false } },
      'refused',
      'no Kubernetes node',
    ],
    [
      'nobody knows about volumes',
      healthyReadings(),
      { ...spread, shareable: {} },
      'refused',
      'not known whether a Kubernetes node',
    ],
    [
      'the queues are not known',
      [0, 1, 2].map((n) => reading(n, statusWithout('recvQueue'))),
      spread,
      'unsafe',
      'receive queue is not known',
    ],
  ])('there is none when %s', (_, readings, wish, kind, found) => {
    expect(chooseDonor(readings, wish)).toMatchObject({
      ok: false,
      failure: { kind, found: expect.stringContaining(found) },
    });
  });

  test('two members have none to spare, unless one spare is enough', () => {
    const two = [0, 1].map((n) => reading(n, statusOf({ clusterSize: 2 })));
    expect(chooseDonor(two, { ...spread, replicas: 2 }).ok).toBe(false);
    expect(chooseDonor(two, { ...spread, replicas: 2, spare: 1 })).toMatchObject({
      ok: true,
      donor: { member: 'mariadb-server-1' },
    });
  });

  test('over all small states: every rule holds for the one chosen, and none is overlooked', () => {
    const statuses = [
      statusOf(),
      statusOf({ recvQueue: 5 }),
      statusWithout('recvQueue'),
      statusOf({ desyncCount: 1, localState: 2 }),
      undefined,
    ];
    const service = [true, false, undefined];
    const volumes = [true, false, undefined];
    const shapes: ServiceShape[] = [
      { kind: 'one-endpoint' },
      { kind: 'spread', leavesWhenDesynced: true },
      { kind: 'spread', leavesWhenDesynced: false },
    ];
    const states = statuses.flatMap((status) =>
      service.flatMap((inService) => volumes.map((shares) => ({ status, inService, shares }))),
    );
    let chosen = 0;
    for (const a of states) {
      for (const b of states) {
        // The third stays one of a few: 45 × 45 × 3 × 3 shapes.
        for (const c of states.filter((_, index) => [0, 4, 13].includes(index))) {
          const trio = [a, b, c];
          const readings = trio.map(
            ({ status, inService }, n): MemberReading => ({
              member: `m-${n}`,
              ordinal: n,
              ...(status === undefined ? {} : { status }),
              ...(inService === undefined ? {} : { inService }),
            }),
          );
          const shares: Record<string, boolean> = {};
          for (const [n, each] of trio.entries()) if (each.shares !== undefined) shares[`m-${n}`] = each.shares;
          for (const shape of shapes) {
            const fit = trio.flatMap((each, n) => {
              const others = trio.filter((_, other) => other !== n);
              const servedBy = others.some((other) => other.inService === true);
              const clients =
                each.inService === undefined
                  ? false
                  : shape.kind === 'one-endpoint'
                    ? !each.inService
                    : servedBy && (!each.inService || shape.leavesWhenDesynced === true);
              const well = trio.every((one) => one.status?.localState === 4);
              const queue = each.status?.recvQueue;
              return well && clients && each.shares === true && queue !== undefined ? [{ n, queue }] : [];
            });
            const best = fit.toSorted((x, y) => x.queue - y.queue || y.n - x.n)[0];
            const choice = chooseDonor(readings, { replicas: 3, service: shape, shareable: shares });
            const member = choice.ok ? choice.donor.member : undefined;
            if (member !== (best && `m-${best.n}`))
              expect({ trio, shape, member }).toEqual({ trio, shape, member: best && `m-${best.n}` });
            if (choice.ok) {
              chosen += 1;
              if (choice.donor.others.length !== 2) expect(choice.donor.others).toHaveLength(2);
            }
          }
        }
      }
    }
    expect(chosen).toBeGreaterThan(100);
  });
});
