import { describe, expect, test } from 'vitest';
import { failure } from '../../src/base/failure.ts';
import type { MemberReading } from '../../src/galera/member-reading.ts';
import { agree, otherCluster } from '../../src/galera/quorum.ts';
import type { MemberStatus } from '../../src/galera/wsrep-status.ts';
import { healthyReadings, reading, statusOf, statusWithout, uuidA, uuidB } from './samples.ts';

const want = { replicas: 3, spare: 2 };

describe('the members agree', () => {
  test('when all report the same and none is off', () => {
    expect(agree(healthyReadings(), want)).toEqual({
      ok: true,
      facts: {
        uuid: uuidA,
        confId: '214',
        size: 3,
        synced: ['mariadb-server-0', 'mariadb-server-1', 'mariadb-server-2'],
      },
    });
  });

  const wrong: Record<string, MemberStatus | undefined> = {
    silent: undefined,
    'not Primary': statusOf({ clusterStatus: 'non-Primary' }),
    'of another history': statusOf({ clusterUuid: uuidB, localUuid: uuidB }),
    'with another local history': statusOf({ localUuid: uuidB }),
    'in another configuration': statusOf({ confId: '215' }),
    'in a smaller group': statusOf({ clusterSize: 2 }),
    desynced: statusOf({ desyncCount: 1 }),
    'not Synced': statusOf({ localState: 3 }),
    'without cluster status': statusWithout('clusterStatus'),
    'without UUID': statusWithout('clusterUuid'),
    'without local UUID': statusWithout('localUuid'),
    'without conf id': statusWithout('confId'),
    'without size': statusWithout('clusterSize'),
    'without desync count': statusWithout('desyncCount'),
    'without state': statusWithout('localState'),
  };

  test.each(Object.keys(wrong))('never with one %s', (name) => {
    const result = agree([reading(0, statusOf()), reading(1, wrong[name]), reading(2, statusOf())], want);
    expect(result).toMatchObject({ ok: false, failure: { kind: 'unsafe' } });
    expect(!result.ok && result.problems.some((problem) => problem.members.includes('mariadb-server-1'))).toBe(true);
  });

  test('only if each of three is well, over every combination', () => {
    const states: (MemberStatus | undefined)[] = [statusOf(), ...Object.values(wrong)];
    for (const [a, first] of states.entries()) {
      for (const [b, second] of states.entries()) {
        for (const [c, third] of states.entries()) {
          const result = agree([reading(0, first), reading(1, second), reading(2, third)], want);
          const allWell = a === 0 && b === 0 && c === 0;
          // The same other configuration or history on all three is one history again.
          const alike =
            a === b &&
            b === c &&
            [statesIndex('of another history'), statesIndex('in another configuration')].includes(a);
          expect([a, b, c, result.ok]).toEqual([a, b, c, allWell || alike]);
        }
      }
    }
    function statesIndex(name: string): number {
      return Object.keys(wrong).indexOf(name) + 1;
    }
  });

  test('all that is wrong is told at once, with the members', () => {
    const result = agree(
      [reading(0, statusOf({ desyncCount: 1 })), reading(1), reading(2, statusOf({ clusterSize: 2 }))],
      want,
    );
    expect(!result.ok && result.failure).toEqual({
      kind: 'unsafe',
      expected: '3 of 3 members answer, one state UUID and conf id, Primary, size 3, none desynced, at least 3 Synced',
      found:
        'no answer from mariadb-server-1; cluster size 3 (mariadb-server-0), 2 (mariadb-server-2); desync count 1 (mariadb-server-0), 0 (mariadb-server-2); 2 Synced',
      next: 'see galera-runbook status for each member, mend the cause, then plan again',
    });
  });

  const silent = { ...reading(1), podExists: true, failure: failure('unknown', 'an answer', 'timed out', 'look') };
  test.each<[string, MemberReading[], boolean]>([
    ['one is silent, and nothing else is wrong', [reading(0, statusOf()), silent, reading(2, statusOf())], true],
    [
      'it is silent, since there is no pod',
      [reading(0, statusOf()), { ...silent, podExists: false }, reading(2, statusOf())],
      false,
    ],
    [
      'it lets nobody in',
      [reading(0, statusOf()), { ...silent, failure: failure('refused', '', '', '') }, reading(2, statusOf())],
      false,
    ],
    ['another one is desynced', [reading(0, statusOf()), silent, reading(2, statusOf({ desyncCount: 1 }))], false],
    ['there is one member too few', [reading(0, statusOf()), silent], false],
  ])('it is worth asking again, where %s: told apart', (_what, readings, unanswered) => {
    expect(agree(readings, want)).toMatchObject({ ok: false, unanswered, failure: { kind: 'unsafe' } });
  });

  test('a member too few, too many or twice is refused', () => {
    expect(agree(healthyReadings().slice(1), want).ok).toBe(false);
    expect(agree([...healthyReadings(), reading(3, statusOf())], want).ok).toBe(false);
    expect(agree([reading(0, statusOf()), reading(1, statusOf()), reading(1, statusOf())], want).ok).toBe(false);
    expect(agree([], want).ok).toBe(false);
  });

  test('fewer spare ones may be asked for', () => {
    const readings = [reading(0, statusOf()), reading(1, statusOf()), reading(2, statusOf({ localState: 3 }))];
    expect(agree(readings, { replicas: 3, spare: 1 }).ok).toBe(true);
    expect(agree(readings, want).ok).toBe(false);
  });

  test('a cluster of another name, or without one, is refused', () => {
    expect(otherCluster(healthyReadings(), 'lab')).toBeUndefined();
    expect(otherCluster(healthyReadings(), 'prod')).toMatchObject({
      kind: 'refused',
      found: 'wrong cluster: mariadb-server-0, -1, -2: lab',
    });
    expect(otherCluster([reading(0, statusOf({ settings: {} }))], 'lab')).toMatchObject({ kind: 'refused' });
    expect(otherCluster([reading(0)], 'lab')).toBeUndefined();
  });
});
