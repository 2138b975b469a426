import { beforeEach, describe, expect, test } from 'vitest';
import { trafficCut } from '../../src/actions/traffic-cut.ts';
import { trafficPutBack } from '../../src/actions/traffic-put-back.ts';
import { failureFrom, planned, refused } from './fail.ts';
import { FakeCluster } from './fake-restore.ts';
import { refusal, synced, yes } from './fake-target.ts';

let target: FakeCluster;
const key = 'galera-runbook/cut';
const selector = { application: 'mariadb' };
const debt = { service: 'mariadb', selector, run: 'n5g1s7' };

beforeEach(() => {
  target = new FakeCluster();
});

async function cut(): Promise<void> {
  const { memo } = planned(await trafficCut.plan({}, target));
  await trafficCut.apply({}, target, memo);
}

describe('traffic.cut', () => {
  test('takes every member out of the Service and remembers the selector for whoever puts it back', async () => {
    const plan = planned(await trafficCut.plan({}, target));
    expect(plan.debts).toEqual([
      {
        id: 'traffic:mariadb',
        says: 'Service mariadb selects no pod',
        due: 'end',
        payWith: { action: 'traffic.put-back', input: debt },
      },
    ]);
    expect(target.writes).toEqual([]);
    expect(refusal(await trafficCut.observe({}, target, plan.memo)).is).toBe('not-so');
    await trafficCut.apply({}, target, plan.memo);
    const seen = yes(await trafficCut.observe({}, target, plan.memo));
    expect(seen.says).toBe('0 of 3 members in Service mariadb');
    expect(seen.output).toEqual({ selector });
    expect(target.service.spec.selector).toEqual({ ...selector, [key]: 'n5g1s7' });
  });

  test('a second start finds the cut and writes nothing', async () => {
    await cut();
    target.writes.length = 0;
    await cut();
    expect(target.writes).toEqual([]);
  });

  test('the selector remembered is without a cut of the same run', async () => {
    await cut();
    expect(planned(await trafficCut.plan({}, target)).memo).toEqual({ selector });
  });

  test('is refused when another run has cut it', async () => {
    target.change('Service', 'mariadb', (service) => ({
      ...service,
      spec: { selector: { ...selector, [key]: 'othrun' } },
    }));
    const failure = refused(await trafficCut.plan({}, target));
    expect(failure).toMatchObject({ kind: 'refused', found: 'run othrun has cut it' });
    expect((await failureFrom(trafficCut.apply({}, target, {}))).kind).toBe('refused');
  });

  test('is refused for a Service without a selector', async () => {
    target.change('Service', 'mariadb', (service) => ({ ...service, spec: {} }));
    expect(refused(await trafficCut.plan({}, target)).expected).toContain('a selector');
  });

  test('stops when somebody puts the selector back', async () => {
    const { memo } = planned(await trafficCut.plan({}, target));
    target.meanwhile = () => undefined;
    const patch = target.kube.patch;
    target.kube.patch = async (...args) => {
      const result = await patch(...args);
      target.change('Service', 'mariadb', (service) => ({ ...service, spec: { selector } }));
      return result;
    };
    const failure = await failureFrom(trafficCut.apply({}, target, memo));
    expect(failure).toMatchObject({ kind: 'unknown', found: 'somebody put its selector back' });
  });
});

describe('traffic.put-back', () => {
  test('restores the selector exactly, once every member is in the Service', async () => {
    await cut();
    expect(refusal(await trafficPutBack.observe(debt, target, {})).is).toBe('not-so');
    await trafficPutBack.apply(debt, target, {});
    expect(target.service.spec.selector).toEqual(selector);
    expect(yes(await trafficPutBack.observe(debt, target, {})).says).toBe('3 of 3 members in Service mariadb');
  });

  test('leaves what somebody else has changed in the selector while it was cut, and warns of it', async () => {
    await cut();
    target.change('Service', 'mariadb', (service) => ({
      ...service,
      spec: { selector: { ...service.spec.selector, role: 'x' } },
    }));
    await trafficPutBack.apply(debt, target, {});
    expect(target.service.spec.selector).toEqual({ ...selector, role: 'x' });
    const seen = yes(await trafficPutBack.observe(debt, target, {}));
    expect(seen.warnings).toEqual([
      'the selector was changed while it was cut, and stays so: it is application=mariadb,role=x, it was application=mariadb',
    ]);
  });

  test('has nothing to do when the Service is as it was', async () => {
    expect(yes(await trafficPutBack.observe(debt, target, {})).output).toEqual({ members: [...target.members] });
    await trafficPutBack.apply(debt, target, {});
    expect(target.writes).toEqual([]);
  });

  test('leaves a cut of another run alone', async () => {
    target.change('Service', 'mariadb', (service) => ({
      ...service,
      spec: { selector: { ...selector, [key]: 'othrun' } },
    }));
    expect(await failureFrom(trafficPutBack.apply(debt, target, {}))).toMatchObject({ kind: 'refused' });
    expect(target.writes).toEqual([]);
  });

  test('keeps clients away from a cluster that is not whole', async () => {
    await cut();
    target.meanwhile = () => undefined;
    target.say('mariadb-server-1', synced({ localState: 1, localStateComment: 'Joining' }));
    const failure = await failureFrom(trafficPutBack.apply(debt, target, {}));
    expect(failure.kind).toBe('unsafe');
    expect(failure.found).toContain('2 Synced');
    expect(target.service.spec.selector[key]).toBe('n5g1s7');
  });

  test('a selector that somebody else has changed so that no member is left is not taken for put back', async () => {
    target.meanwhile = () => undefined;
    target.change('Service', 'mariadb', (service) => ({ ...service, spec: { selector: { application: 'other' } } }));
    target.change('EndpointSlice', 'mariadb-x', (slice) => ({ ...slice, endpoints: [] }));
    expect(refusal(await trafficPutBack.observe(debt, target, {})).text).toContain('application=other');
  });

  test('is refused when the configuration names another Service than the one that was cut', async () => {
    expect(refused(await trafficPutBack.plan({ ...debt, service: 'db' }, target)).found).toContain('mariadb');
  });
});
