import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bootstrapCandidate, type MemberPosition } from '../../src/galera/bootstrap-candidate.ts';
import { noPosition, type Position } from '../../src/galera/position.ts';
import { uuidA, uuidB } from './samples.ts';

const at = (seqno: string, uuid = uuidA): Position => ({ uuid, seqno });

function members(...of: (Position | undefined)[]): MemberPosition[] {
  return of.map((position, ordinal) => ({
    member: `mariadb-server-${ordinal}`,
    ordinal,
    source: 'grastate' as const,
    ...(position === undefined ? {} : { position }),
  }));
}

const three = { replicas: 3 };

describe('the member that bootstraps', () => {
  test('is the one that is ahead, with the table of all', () => {
    expect(bootstrapCandidate(members(at('41'), at('57'), at('56')), three)).toEqual({
      ok: true,
      candidate: {
        member: 'mariadb-server-1',
        ordinal: 1,
        position: at('57'),
        because: 'the highest position',
        equals: [],
        table: [
          'mariadb-server-0  36553af3:41  grastate',
          'mariadb-server-1  36553af3:57  grastate',
          'mariadb-server-2  36553af3:56  grastate',
        ],
      },
    });
  });

  test('between equals is the lowest ordinal', () => {
    expect(bootstrapCandidate(members(at('41'), at('57'), at('57')), three)).toMatchObject({
      ok: true,
      candidate: {
        ordinal: 1,
        because: 'the highest position; the lowest ordinal of those that have it',
        equals: ['mariadb-server-2'],
      },
    });
    expect(bootstrapCandidate(members(at('57'), at('57'), at('57')), three)).toMatchObject({
      ok: true,
      candidate: { ordinal: 0 },
    });
  });

  test('compares numbers, not text', () => {
    expect(bootstrapCandidate(members(at('9'), at('10'), at('9')), three)).toMatchObject({
      ok: true,
      candidate: { ordinal: 1 },
    });
  });

  test('may have to be the one that Kubernetes starts first, and is refused when another is ahead of it', () => {
    const wish = { replicas: 3, firstOrdinal: 0 };
    expect(bootstrapCandidate(members(at('57'), at('57'), at('41')), wish)).toMatchObject({
      ok: true,
      candidate: { ordinal: 0 },
    });
    expect(bootstrapCandidate(members(at('41'), at('57'), at('57')), wish)).toMatchObject({
      ok: false,
      failure: {
        kind: 'unsafe',
        expected: 'the member with ordinal 0, which must start first, has the highest position',
      },
    });
    expect(bootstrapCandidate(members(at('57'), at('57'), at('41')), { replicas: 3, firstOrdinal: 1 })).toMatchObject({
      ok: true,
      candidate: {
        ordinal: 1,
        because: 'the highest position; the ordinal that must start first of those that have it',
      },
    });
  });

  test('leaves nobody out: zeros are no proof of having no say', () => {
    expect(bootstrapCandidate(members(at('57'), noPosition, at('57')), three)).toMatchObject({
      ok: false,
      table: expect.arrayContaining(['mariadb-server-1  no history  grastate']),
      failure: { next: expect.stringContaining('docs/decisions/0020-lost-volumes.md') },
    });
  });

  test.each<[string, MemberPosition[], string]>([
    ['one is unknown', members(at('57'), undefined, at('57')), 'mariadb-server-1  unknown  grastate'],
    [
      'one seqno was not saved',
      members(at('57'), at('-1'), at('57')),
      'mariadb-server-1  36553af3:-1 (seqno not saved)  grastate',
    ],
    [
      'there are two histories',
      members(at('57'), at('57', uuidB), at('57')),
      'mariadb-server-1  d5892a76:57  grastate',
    ],
    ['one is missing', members(at('57'), at('57')), 'mariadb-server-0  36553af3:57  grastate'],
    ['none has a history', members(noPosition, noPosition, noPosition), 'mariadb-server-2  no history  grastate'],
    ['there are none', [], 'no positions'],
  ])('is refused when %s, and the table is told', (_, positions, found) => {
    expect(bootstrapCandidate(positions, three)).toMatchObject({
      ok: false,
      failure: { kind: 'unsafe', found: expect.stringContaining(found) },
    });
  });

  test('over all small states: only with every position known and one history, and none is ahead of it', () => {
    const kinds = [at('5'), at('7'), at('-1'), at('7', uuidB), noPosition, undefined] as const;
    for (const a of kinds) {
      for (const b of kinds) {
        for (const c of kinds) {
          const trio = [a, b, c];
          const withData = trio.flatMap((each, n) =>
            typeof each === 'object' && each !== noPosition && each.seqno !== '-1' ? [{ n, ...each }] : [],
          );
          const unclear = trio.some((each) => each === undefined || each === noPosition || each.seqno === '-1');
          const allowed = !unclear && withData.length > 0 && new Set(withData.map((each) => each.uuid)).size === 1;
          const top = Math.max(...withData.map((each) => Number(each.seqno)));
          const expected = allowed ? withData.find((each) => Number(each.seqno) === top)?.n : undefined;
          const choice = bootstrapCandidate(members(...trio), three);
          expect([trio, choice.ok ? choice.candidate.ordinal : undefined]).toEqual([trio, expected]);
        }
      }
    }
  });

  test('no member is ever ahead of the one chosen, however the list is ordered', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), { minLength: 1, maxLength: 7 }), (seqnos) => {
        const list = members(...seqnos.map((seqno) => at(String(seqno))));
        const choice = bootstrapCandidate(list, { replicas: list.length });
        const turned = bootstrapCandidate(list.toReversed(), { replicas: list.length });
        expect(turned).toEqual(choice);
        if (!choice.ok) throw new Error('refused');
        const best = BigInt(choice.candidate.position.seqno);
        expect(seqnos.every((seqno) => seqno <= best)).toBe(true);
        expect(seqnos.indexOf(best)).toBe(choice.candidate.ordinal);
      }),
    );
  });
});
