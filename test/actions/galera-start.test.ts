import { beforeEach, describe, expect, test } from 'vitest';
import { galeraStart } from '../../src/actions/galera-start.ts';
import { statefulsetStop } from '../../src/actions/statefulset-stop.ts';
import { FailureError, failure } from '../../src/base/failure.ts';
import { failureFrom, planned } from './fail.ts';
import { FakeCluster, type Volume } from './fake-restore.ts';
import { refusal, synced, yes } from './fake-target.ts';

let target: FakeCluster;
const input = { replicas: 3, 'state-dump': 'refuse', run: 'n5g1s7' };
const other = '00000000-1111-2222-3333-444444444444';

beforeEach(() => {
  target = new FakeCluster();
});

async function start(more = {}) {
  await galeraStart.apply({ ...input, ...more }, target, {});
  return yes(await galeraStart.observe({ ...input, ...more }, target, {}));
}

function volume(ordinal: number): Volume {
  return target.volumes[ordinal] as Volume;
}

function ordered(): void {
  target.change('StatefulSet', 'mariadb-server', (set) => ({
    ...set,
    spec: { ...set.spec, podManagementPolicy: 'OrderedReady' },
  }));
}

describe('galera.start', () => {
  test('starts ordinal 0 alone, then the others by IST, and takes the mark of the stop away', async () => {
    target.stopped();
    const seen = yes({ ...(await start()) });
    expect(seen.says).toBe('mariadb-server-0 first, the others by IST, no state dump');
    expect(seen.output).toEqual({ first: 'mariadb-server-0', joiners: ['mariadb-server-1', 'mariadb-server-2'] });
    expect(target.annotations).toEqual({});
    expect(target.replicas).toBe(3);
  });

  test('lets the others in one after the other: two that start together find each other before the Primary', async () => {
    target.stopped();
    const sizes: unknown[] = [];
    const { patch } = target.kube;
    target.kube.patch = async (ref, change, guard) => {
      const { spec } = change as { spec?: { replicas?: number } };
      if (spec?.replicas !== undefined)
        sizes.push([spec.replicas, (await target.sql.status('mariadb-server-0').catch(() => undefined))?.clusterSize]);
      return await patch(ref, change, guard);
    };
    await start();
    expect(sizes).toEqual([
      [1, undefined],
      [2, 1],
      [3, 2],
    ]);
  });

  test('writes no setting where the orderly stop has left the right one', async () => {
    target.stopped();
    await start();
    expect(target.work.filter((each) => each.startsWith('bootstrap'))).toEqual([]);
  });

  test('after a crash every member gets its own position, and only the first may bootstrap, written last', async () => {
    target.crashed(['100', '100', '99']);
    volume(1).safe = true;
    await failureFrom(galeraStart.apply(input, target, {}));
    expect(target.work.filter((each) => each.startsWith('bootstrap'))).toEqual([
      'bootstrap mariadb-server-1 0',
      'bootstrap mariadb-server-2 0',
      'bootstrap mariadb-server-0 1',
    ]);
  });

  test('owes nothing for a cluster that was found down and whose stop has not begun', async () => {
    target.crashed(['100', '100', '99']);
    target.change('StatefulSet', 'mariadb-server', (set) => ({
      ...set,
      metadata: { ...set.metadata, annotations: {}, generation: 4 },
      spec: { ...set.spec, replicas: 3 },
    }));
    const seen = await galeraStart.observe({ ...input, generation: 4 }, target, {});
    expect(seen).toMatchObject({ is: 'so', says: expect.stringContaining('nothing was stopped') });
    expect((await galeraStart.observe({ ...input, generation: 3 }, target, {})).is).toBe('not-so');
  });

  test('a whole cluster is so already, and nothing is written', async () => {
    yes(await galeraStart.observe(input, target, {}));
    await start();
    expect(target.writes).toEqual([]);
  });

  test('a cluster that is whole but still marked as stopped only loses the mark', async () => {
    target.change('StatefulSet', 'mariadb-server', (set) => ({
      ...set,
      metadata: { ...set.metadata, annotations: { 'galera-runbook/replicas': '3' } },
    }));
    expect(refusal(await galeraStart.observe(input, target, {})).text).toContain('marked as stopped');
    await start();
    expect(target.writes).toEqual(['patch StatefulSet mariadb-server']);
  });

  test('goes on from ordinal 0 alone, where a stop or a start was cut short', async () => {
    target.change('StatefulSet', 'mariadb-server', (set) => ({
      ...set,
      metadata: { ...set.metadata, annotations: { 'galera-runbook/replicas': '3' } },
    }));
    target.scaleTo(1);
    await start();
    expect(target.work.map((each) => each.split(' ').slice(0, 2).join(' '))).toEqual([
      'position mariadb-server-1',
      'position mariadb-server-2',
    ]);
    expect(target.replicas).toBe(3);
  });

  describe('on data that is not proven yet, with traffic cut by this run', () => {
    const cutKey = 'galera-runbook/cut';
    const select = (selector: Record<string, string>) =>
      target.change('Service', 'mariadb', (service) => ({ ...service, spec: { selector } }));
    const cut = { application: 'mariadb', [cutKey]: 'n5g1s7' };
    beforeEach(() => {
      target.at = { ...target.at, owes: ['traffic:mariadb', 'members:mariadb-server'], unproven: true };
      select(cut);
      target.stopped();
    });

    test('starts while the cut stands', async () => {
      expect((await start()).says).toContain('by IST');
    });

    test.each([
      ['before it begins', 0],
      ['while positions are read', 1],
    ])('a selector put back %s starts nothing: it is cut again, and the step stops', async (_when, jobs) => {
      const putBack = () => select({ application: 'mariadb' });
      if (jobs === 0) putBack();
      const { start: begin } = target.jobs;
      target.jobs.start = async (spec) => {
        await begin(spec);
        putBack();
      };
      const failure = await failureFrom(galeraStart.apply(input, target, {}));
      expect(failure).toMatchObject({ kind: 'unsafe', next: expect.stringContaining('runs repair n5g1s7') });
      expect(failure.found).toContain('no member was in the Service; it was cut again');
      expect(target.replicas).toBe(0);
      expect(target.service.spec.selector).toEqual(cut);
    });

    test('a selector put back while members join is cut again at the next look, and the step stops', async () => {
      const { patch } = target.kube;
      target.kube.patch = async (ref, change, guard) => {
        const result = await patch(ref, change, guard);
        if (ref.kind === 'StatefulSet' && target.replicas === 2) select({ application: 'mariadb' });
        return result;
      };
      const failure = await failureFrom(galeraStart.apply(input, target, {}));
      expect(failure.expected).toContain('until the data is proven');
      expect(target.service.spec.selector).toEqual(cut);
      expect(target.replicas).toBe(2);
    });

    test('old data on a way out is started all the same: it was serving before', async () => {
      target.at = { ...target.at, unproven: false };
      select({ application: 'mariadb' });
      expect((await start()).says).toContain('by IST');
    });
  });

  describe('when the member that must be first is not ordinal 0', () => {
    const alone: string[][] = [];
    beforeEach(() => {
      alone.length = 0;
      target.crashed(['105', '104', '106']);
      target.cacheSurvives = true;
      target.meanwhile = () => {
        target.settle();
        alone.push([...target.members]);
      };
    });

    test('it starts alone, and the others once it is known that they need no state dump', async () => {
      const seen = await start();
      expect(seen.says).toBe('mariadb-server-2 first, the others by IST, no state dump');
      expect(target.work.at(-1)).toBe('bootstrap mariadb-server-2 1');
      expect(alone[0]).toEqual(['mariadb-server-2']);
      expect(target.statefulSet.spec).toMatchObject({ replicas: 3 });
      expect(target.statefulSet.spec.ordinals).toBeUndefined();
      expect(target.annotations).toEqual({});
    });

    test('a member that would need a state dump is refused before it starts', async () => {
      target.cachedFrom = '106';
      const failed = await failureFrom(start());
      expect(failed.kind).toBe('unsafe');
      expect(failed.found).toContain('mariadb-server-1 at 36553af3:104: it needs 105');
      expect(failed.found).toContain('only mariadb-server-2 runs');
      expect(failed.next).toContain('{"spec":{"ordinals":null,"replicas":3}}');
      expect([...target.members]).toEqual(['mariadb-server-2']);
      expect(target.logs.get('mariadb-server-1')).not.toContain('SST');
    });

    test('what was begun so is gone on with', async () => {
      target.cachedFrom = '106';
      await failureFrom(start());
      const seen = await start({ 'state-dump': 'allow' });
      expect(seen.warnings?.[0]).toContain('mariadb-server-1');
      expect(target.statefulSet.spec.ordinals).toBeUndefined();
      expect(target.members.size).toBe(3);
    });

    test('nothing is started where it cannot be started alone, and its setting is taken back', async () => {
      target.withoutOrdinals();
      const failed = await failureFrom(start());
      expect(failed).toMatchObject({ kind: 'unsafe', next: expect.stringContaining('state-dump=allow') });
      expect(target.replicas).toBe(0);
      expect(target.members.size).toBe(0);
      expect(target.volumes.some(({ safe }) => safe)).toBe(false);
    });

    test('all start together there when a state dump is allowed', async () => {
      target.withoutOrdinals();
      await start({ 'state-dump': 'allow' });
      expect(target.members.size).toBe(3);
      expect(target.annotations).toEqual({});
    });

    test('a stop in the middle of it leaves a StatefulSet that begins at 0 again', async () => {
      target.cachedFrom = '106';
      await failureFrom(start());
      await statefulsetStop.apply({}, target, { replicas: 3 });
      expect(target.statefulSet.spec).toMatchObject({ replicas: 0 });
      expect(target.statefulSet.spec.ordinals).toBeUndefined();
      expect(target.members.size).toBe(0);
    });

    test('a start that does not come to pass leaves a StatefulSet that begins at 0 again', async () => {
      const { patch } = target.kube;
      target.kube.patch = async (ref, change, guard) => {
        if ((change as { spec?: { replicas?: number } }).spec?.replicas === 1)
          throw new FailureError(failure('refused', 'the right to patch', 'none', 'ask for it'));
        return await patch(ref, change, guard);
      };
      await failureFrom(start());
      expect(target.statefulSet.spec.ordinals).toBeUndefined();
      expect(target.annotations).toEqual({ 'galera-runbook/replicas': '3' });
    });
  });

  test('is unsafe when an OrderedReady StatefulSet would start a member that is behind', async () => {
    ordered();
    target.crashed(['100', '105', '105']);
    const failed = await failureFrom(start());
    expect(failed.kind).toBe('unsafe');
    expect(failed.found).toContain('mariadb-server-1  36553af3:105');
    expect(target.replicas).toBe(0);
    expect(target.work.some((each) => each.startsWith('bootstrap'))).toBe(false);
  });

  test('is unsafe when a position is not known', async () => {
    target.stopped();
    volume(1).source = 'empty';
    expect((await failureFrom(start())).kind).toBe('unsafe');
    expect(target.replicas).toBe(0);
  });

  test('is unsafe with two histories', async () => {
    target.stopped();
    volume(2).uuid = other;
    expect((await failureFrom(start())).expected).toContain('one history');
    expect(target.replicas).toBe(0);
  });

  test('is unsafe while a swap is half done on a member', async () => {
    target.stopped();
    volume(1).swaps = [{ run: 'n5g1s7', state: 'half' }];
    const failed = await failureFrom(start());
    expect(failed).toMatchObject({ kind: 'unsafe' });
    expect(failed.found).toContain('mariadb-server-1 half');
    expect(failed.next).toContain('runs rollback n5g1s7');
  });

  test('is unsafe when the swap is whole on some members only', async () => {
    target.stopped();
    volume(0).swaps = [{ run: 'n5g1s7', state: 'whole' }];
    volume(1).swaps = [{ run: 'n5g1s7', state: 'whole' }];
    expect((await failureFrom(start())).found).toContain('mariadb-server-2 none');
    expect(target.replicas).toBe(0);
  });

  test('a swap that is whole everywhere starts', async () => {
    target.stopped();
    for (const each of target.volumes)
      Object.assign(each, { seqno: '57', safe: false, swaps: [{ run: 'n5g1s7', state: 'whole' }] });
    await start();
    expect(target.work.filter((each) => each.startsWith('bootstrap'))).toEqual(['bootstrap mariadb-server-0 1']);
  });

  test('is unsafe before a member would take a state dump, with its seqno and what the cache has', async () => {
    target.stopped();
    volume(1).seqno = '50';
    target.cachedFrom = '90';
    const failed = await failureFrom(start());
    expect(failed.kind).toBe('unsafe');
    expect(failed.found).toContain('mariadb-server-1 at 36553af3:50: it needs 51');
    expect(failed.found).toContain('only mariadb-server-0 runs');
    expect(failed.next).toContain('kubectl -n openstack scale statefulset/mariadb-server --replicas 3');
    expect(target.replicas).toBe(1);
    expect(target.annotations).toEqual({ 'galera-runbook/replicas': '3' });
  });

  test('takes a state dump where that was allowed, and says so', async () => {
    target.stopped();
    volume(1).seqno = '50';
    target.cachedFrom = '90';
    const seen = await start({ 'state-dump': 'allow' });
    expect(seen.says).toContain('mariadb-server-1');
    expect(seen.warnings?.[0]).toContain('a state dump replaced all data of mariadb-server-1');
  });

  test('a member ahead of the group is never allowed in', async () => {
    target.change('StatefulSet', 'mariadb-server', (set) => ({
      ...set,
      metadata: { ...set.metadata, annotations: { 'galera-runbook/replicas': '3' } },
    }));
    target.scaleTo(1);
    volume(2).seqno = '900';
    const failed = await failureFrom(start({ 'state-dump': 'allow' }));
    expect(failed.found).toContain('ahead of the group');
    expect(target.replicas).toBe(1);
  });

  test('a member of another history is never allowed in, state dump or not', async () => {
    target.change('StatefulSet', 'mariadb-server', (set) => ({
      ...set,
      metadata: { ...set.metadata, annotations: { 'galera-runbook/replicas': '3' } },
    }));
    target.scaleTo(1);
    volume(2).uuid = other;
    expect((await failureFrom(start({ 'state-dump': 'allow' }))).next).toContain('find out by hand');
  });

  test('a state dump that happened against the forecast is a failure', async () => {
    target.stopped();
    target.joinsBySst.add('mariadb-server-2');
    const failed = await failureFrom(start());
    expect(failed).toMatchObject({ kind: 'unsafe' });
    expect(failed.found).toContain('mariadb-server-2 took one');
  });

  test('a setting to bootstrap that is on a stopped member goes before it starts', async () => {
    target.change('StatefulSet', 'mariadb-server', (set) => ({
      ...set,
      metadata: { ...set.metadata, annotations: { 'galera-runbook/replicas': '3' } },
    }));
    target.scaleTo(1);
    volume(2).safe = true;
    await start();
    expect(target.work).toContain('bootstrap mariadb-server-2 0');
  });

  test('the setting is taken back when the start does not come to pass', async () => {
    target.crashed(['100', '100', '100']);
    target.kube.patch = async () => {
      throw new FailureError(failure('refused', 'the right to patch', 'none', 'ask for it'));
    };
    expect((await failureFrom(start())).expected).toBe('the right to patch');
    expect(target.work.slice(-2)).toEqual(['bootstrap mariadb-server-0 1', 'bootstrap mariadb-server-0 0']);
    expect(target.volumes.some(({ safe }) => safe)).toBe(false);
  });

  test('a second start of the same attempt reads the positions again', async () => {
    target.stopped();
    volume(1).swaps = [{ run: 'n5g1s7', state: 'half' }];
    await failureFrom(start());
    for (const each of target.volumes) each.swaps = [];
    await start();
    expect(target.started.filter((spec) => spec.verb === 'position')).toHaveLength(6);
  });

  test('members that only wait for each other are not waited for without end', async () => {
    target.crashed(['100', '100', '100']);
    target.scaleTo(3);
    const failed = await failureFrom(start());
    expect(failed.expected).toContain('Primary and Synced');
    expect(failed.next).toContain('galera-runbook start');
  });

  test('a member that crashes again and again ends it, with its last words', async () => {
    target.stopped();
    target.crashing.add('mariadb-server-1');
    const failed = await failureFrom(start());
    expect(failed.found).toContain('mariadb-server-1 has crashed 7 times (CrashLoopBackOff)');
    expect(failed.found).toContain('[ERROR] mariadbd: Aborting');
  });

  test('ends when somebody scales it meanwhile', async () => {
    target.stopped();
    const patch = target.kube.patch;
    target.kube.patch = async (...args) => {
      const result = await patch(...args);
      target.meanwhile = () => target.scaleTo(2);
      return result;
    };
    expect((await failureFrom(start())).found).toContain('somebody scales it');
  });

  test('pods of a stop that was cut short are waited for before anything is read', async () => {
    target.stuck.add('mariadb-server-1');
    target.stopped();
    const failed = await failureFrom(start());
    expect(failed.found).toContain('pod mariadb-server-1 mounts mysql-data-mariadb-server-1');
    expect(target.started).toEqual([]);
  });

  test('is refused when there are more replicas than members', async () => {
    target.change('StatefulSet', 'mariadb-server', (set) => ({ ...set, spec: { ...set.spec, replicas: 5 } }));
    expect((await failureFrom(galeraStart.apply(input, target, {}))).kind).toBe('refused');
  });

  test('a plan says what it will do and writes nothing', async () => {
    ordered();
    const plan = planned(await galeraStart.plan(input, target));
    expect(plan.says.join(' ')).toContain('OrderedReady');
    expect(plan.effects.map(({ field, to }) => `${field}: ${to}`)).toContain('spec.replicas: 1, then 3');
    expect(target.writes).toEqual([]);
  });

  test('a member that is Synced but not Ready is not so yet', async () => {
    target.change('Pod', 'mariadb-server-2', (pod) => ({ ...pod, status: { ...pod.status, conditions: [] } }));
    target.say('mariadb-server-2', synced({ lastCommitted: '100' }));
    expect(refusal(await galeraStart.observe(input, target, {})).text).toContain('not Ready: mariadb-server-2');
  });
});
