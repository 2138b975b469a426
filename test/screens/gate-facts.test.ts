import { describe, expect, it } from 'vitest';
import { changedFacts, gateFacts } from '../../src/screens/gate-facts.ts';
import { clock } from '../record/canned.ts';
import { healthy, healthyLook, statusOf, type World } from './world.ts';

/** What has changed since the cluster was healthy with three members. */
function changed(change: (world: World) => void): readonly string[] {
  const world = healthy();
  const before = gateFacts(world.state());
  change(world);
  return changedFacts(before, gateFacts(world.state()));
}

describe('what a gate rests on', () => {
  it('has changed when a member is gone and the others are well', () => {
    const facts = changed(({ writer }) => {
      writer.looked({ replicas: 2, members: healthyLook.members.slice(0, 2) }, clock('03:12:41'), 10);
      for (const ordinal of [0, 1])
        writer.sampled(`mariadb-server-${ordinal}`, statusOf(ordinal, { clusterSize: 2 }), clock('03:12:41'), 5);
    });
    expect(facts).toEqual(['members 2, replicas wanted 2']);
  });

  it('has changed when other replicas are wanted, and the members do not know it yet', () => {
    const facts = changed(({ writer }) => writer.looked({ ...healthyLook, replicas: 0 }, clock('03:12:41'), 10));
    expect(facts).toEqual(['members 3, replicas wanted 0']);
  });

  it('has not changed with what moves each second', () => {
    const facts = changed(({ writer }) => {
      writer.looked(healthyLook, clock('03:12:41'), 10);
      for (const ordinal of [0, 1, 2])
        writer.sampled(
          `mariadb-server-${ordinal}`,
          statusOf(ordinal, { lastCommitted: '999999999' }),
          clock('03:12:41'),
          5,
        );
    });
    expect(facts).toEqual([]);
  });
});
