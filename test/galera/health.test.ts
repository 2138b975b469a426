import { describe, expect, test } from 'vitest';
import { healthOf, healthText } from '../../src/galera/health.ts';
import type { MemberReading } from '../../src/galera/member-reading.ts';
import { healthyReadings, reading, statusOf, statusWithout, uuidB } from './samples.ts';

const well = statusOf();
const alone = statusOf({ clusterStatus: 'non-Primary', clusterSize: 1, ready: false });
const silent = (ordinal: number, rest: Partial<MemberReading> = {}) =>
  reading(ordinal, undefined, { podReady: true, inService: true, ...rest });

describe('the verdict', () => {
  test('of no readings is DOWN only where somebody has said that there are no members', () => {
    expect(healthOf([], 0)).toMatchObject({ verdict: 'DOWN', reasons: [{ text: 'no member runs' }] });
    expect(healthOf([], undefined)).toMatchObject({ verdict: 'UNKNOWN', sign: 'unknown' });
  });

  test.each<[string, MemberReading[], string, string, string]>([
    [
      'all is well',
      healthyReadings(),
      'HEALTHY',
      'good',
      '3 of 3 Synced, Primary, one state UUID 36553af3, none desynced',
    ],
    [
      'one gives no answer and one is desynced',
      [reading(0, well), silent(1), reading(2, statusOf({ localState: 2, desyncCount: 1 }), { inService: false })],
      'DEGRADED',
      'unknown',
      '1 unknown, 1 desynced; 2 of 3 say Primary, size 3, UUID 36553af3',
    ],
    [
      'clients were cut off',
      healthyReadings().map((each) => ({ ...each, inService: false })),
      'DOWN',
      'bad',
      'no member in the Service; 3 of 3 Synced, Primary, size 3, UUID 36553af3',
    ],
    [
      'every member was stopped',
      [0, 1, 2].map((n) => reading(n, undefined, { podExists: false, podReady: false })),
      'DOWN',
      'bad',
      'no member runs, 3 not running',
    ],
    [
      'no Primary Component',
      [0, 1, 2].map((n) => reading(n, alone)),
      'DOWN',
      'bad',
      'no Primary Component, 3 non-Primary; 3 of 3 say non-Primary',
    ],
    [
      'all refuse queries',
      [0, 1, 2].map((n) => reading(n, statusOf({ ready: false }))),
      'DOWN',
      'bad',
      'no member in the Service works, 3 refusing queries; 3 of 3 Synced, Primary, size 3, UUID 36553af3',
    ],
    ['nobody answers', [silent(0), silent(1), silent(2)], 'UNKNOWN', 'unknown', 'nobody answers, 3 unknown'],
    [
      'two are without Primary and the third is silent: that one may be it',
      [reading(0, alone), reading(1, alone), silent(2)],
      'UNKNOWN',
      'unknown',
      '2 non-Primary, not known whether clients are served, 1 unknown; 2 of 3 say non-Primary',
    ],
    [
      'one crashes',
      [
        reading(0, statusOf({ clusterSize: 2 })),
        reading(1, statusOf({ clusterSize: 2 })),
        reading(2, undefined, { inService: false }),
      ],
      'DEGRADED',
      'bad',
      '1 not ready, size 2 of 3; 2 of 3 say Primary, size 2, UUID 36553af3',
    ],
    [
      'two histories',
      [
        reading(0, well),
        reading(1, well),
        reading(2, statusOf({ clusterUuid: uuidB, localUuid: uuidB, clusterSize: 1 })),
      ],
      'DEGRADED',
      'bad',
      '2 histories: 36553af3, d5892a76, size 1 and 3 of 3; 3 of 3 Synced, Primary, size 3 and 1, UUID 36553af3 and d5892a76',
    ],
    [
      'the only endpoint is silent',
      [silent(0), reading(1, well, { inService: false }), reading(2, well, { inService: false })],
      'UNKNOWN',
      'unknown',
      'not known whether clients are served, 1 unknown; 2 of 3 say Primary, size 3, UUID 36553af3',
    ],
    [
      'the only endpoint is not Primary',
      [reading(0, alone), reading(1, well, { inService: false }), reading(2, well, { inService: false })],
      'DOWN',
      'bad',
      'no member in the Service works, 1 non-Primary; 2 of 3 Synced, Primary, size 3, UUID 36553af3',
    ],
    [
      'one is catching up',
      [reading(0, well), reading(1, well), reading(2, statusOf({ localState: 3 }))],
      'DEGRADED',
      'look',
      '1 catching up; 2 of 3 Synced, Primary, size 3, UUID 36553af3',
    ],
    [
      'one was not fully read',
      [reading(0, well), reading(1, well), reading(2, statusWithout('desyncCount'))],
      'DEGRADED',
      'unknown',
      '1 not fully read; 3 of 3 Synced, Primary, size 3, UUID 36553af3',
    ],
    [
      'one was not looked at',
      healthyReadings().slice(0, 2),
      'DEGRADED',
      'unknown',
      '1 not looked at; 2 of 3 say Primary, size 3, UUID 36553af3',
    ],
    ['nothing was looked at', [], 'UNKNOWN', 'unknown', 'nobody answers, 3 not looked at'],
    [
      'changes are under way',
      [reading(0, well), reading(1, statusOf({ confId: '215' })), reading(2, well)],
      'DEGRADED',
      'look',
      'conf ids 214, 215; 3 of 3 Synced, Primary, size 3, UUID 36553af3',
    ],
  ])('when %s', (_, readings, verdict, sign, text) => {
    const health = healthOf(readings, 3);
    expect([health.verdict, health.sign, healthText(health)]).toEqual([verdict, sign, text]);
  });

  test('a reason names its members', () => {
    const health = healthOf([reading(0, well), silent(2), silent(1)], 3);
    expect(health.reasons).toEqual([
      { sign: 'unknown', text: '2 unknown', members: ['mariadb-server-1', 'mariadb-server-2'] },
    ]);
  });

  test('where Kubernetes gives no answer, nothing says that clients are served', () => {
    const readings = [0, 1, 2].map((ordinal) => ({ member: `m-${ordinal}`, ordinal, status: well }));
    expect(healthOf(readings, 3).verdict).toBe('UNKNOWN');
  });

  test('over all small states: healthy needs every one well, and down needs proof for every one', () => {
    const kinds = [
      { name: 'well', make: (n: number) => reading(n, well) },
      { name: 'out', make: (n: number) => reading(n, well, { inService: false }) },
      { name: 'silent', make: (n: number) => silent(n) },
      { name: 'alone', make: (n: number) => reading(n, alone) },
      { name: 'gone', make: (n: number) => reading(n, undefined, { podExists: false }) },
      { name: 'desynced', make: (n: number) => reading(n, statusOf({ localState: 2, desyncCount: 1 })) },
    ];
    for (const a of kinds) {
      for (const b of kinds) {
        for (const c of kinds) {
          const names = [a.name, b.name, c.name];
          const health = healthOf([a.make(0), b.make(1), c.make(2)], 3);
          const served = names.some((name) => name === 'well' || name === 'desynced');
          const unclear = names.includes('silent');
          const expected = served
            ? names.every((name) => name === 'well' || name === 'out')
              ? 'HEALTHY'
              : 'DEGRADED'
            : unclear
              ? 'UNKNOWN'
              : 'DOWN';
          expect([names, health.verdict]).toEqual([names, expected]);
          expect(health.reasons.length === 0).toBe(expected === 'HEALTHY');
        }
      }
    }
  });
});
