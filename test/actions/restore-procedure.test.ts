import { beforeEach, expect, test } from 'vitest';
import { galeraReadPositions } from '../../src/actions/galera-read-positions.ts';
import { galeraSameData } from '../../src/actions/galera-same-data.ts';
import { galeraStart } from '../../src/actions/galera-start.ts';
import { restoreSwap } from '../../src/actions/restore-swap.ts';
import { restoreSwapBack } from '../../src/actions/restore-swap-back.ts';
import { statefulsetStop } from '../../src/actions/statefulset-stop.ts';
import { trafficCut } from '../../src/actions/traffic-cut.ts';
import { trafficPutBack } from '../../src/actions/traffic-put-back.ts';
import { canonical, type JsonObject } from '../../src/base/json.ts';
import type { Action, Debt } from '../../src/engine/action.ts';
import { planned } from './fail.ts';
import { FakeCluster, prepared, tables } from './fake-restore.ts';
import { uuid, yes } from './fake-target.ts';

let target: FakeCluster;
let debts: Omit<Debt, 'step'>[];

beforeEach(() => {
  target = new FakeCluster();
  debts = [];
});

/** One step as the engine drives it: plan, observe, apply, observe. */
async function step(id: string, action: Action, input: JsonObject = {}) {
  target.at = { ...target.at, step: id };
  const plan = planned(await action.plan(input, target));
  debts.push(...plan.debts);
  const before = await action.observe(input, target, plan.memo);
  if (before.is !== 'so') await action.apply(input, target, plan.memo);
  return yes(await action.observe(input, target, plan.memo));
}

function owedTo(action: string): JsonObject {
  return debts.findLast(({ payWith }) => payWith.action === action)?.payWith.input ?? {};
}

const objects = () => canonical([target.service.spec, target.statefulSet.spec, target.annotations]);

test('a restore ends with the service and the StatefulSet as they were, on the proven data', async () => {
  const before = objects();
  await step('cut', trafficCut);
  await step('stop', statefulsetStop);
  await step('positions', galeraReadPositions);
  await step('swap', restoreSwap, { prepared, 'keep-current-data': true });
  const started = await step('start', galeraStart, owedTo('galera.start'));
  expect(started.says).toBe('mariadb-server-0 first, the others by IST, no state dump');
  const truth = { tables, position: { uuid, seqno: '57' } };
  const same = yes(await galeraSameData.observe({ truth, position: truth.position }, target));
  expect(same.warnings).toBeUndefined();
  await step('traffic', trafficPutBack, owedTo('traffic.put-back'));
  expect(objects()).toBe(before);
});

test('the start reads every position, also right after the swap', async () => {
  await step('stop', statefulsetStop);
  await step('swap', restoreSwap, { prepared, 'keep-current-data': true });
  await step('start', galeraStart, owedTo('galera.start'));
  expect(target.started.filter(({ verb, name }) => verb === 'position' && name.includes('-start-'))).toHaveLength(3);
});

test('a way out before the swap leaves no trace', async () => {
  const before = objects();
  await step('cut', trafficCut);
  await step('stop', statefulsetStop);
  await step('start', galeraStart, owedTo('galera.start'));
  await step('traffic', trafficPutBack, owedTo('traffic.put-back'));
  expect(objects()).toBe(before);
  expect(target.members.size).toBe(3);
});

test('a rollback brings the old position back', async () => {
  await step('cut', trafficCut);
  await step('stop', statefulsetStop);
  const { output } = await step('positions', galeraReadPositions);
  const old = target.volumes.map((volume) => ({ ...volume }));
  await step('swap', restoreSwap, { prepared, 'keep-current-data': true });
  await step('start', galeraStart, owedTo('galera.start'));
  await step('stop-again', statefulsetStop);
  await step('swap-back', restoreSwapBack);
  old.forEach((volume, ordinal) => {
    const { uuid: history, seqno, safe } = volume;
    Object.assign(target.volumes[ordinal] ?? {}, { uuid: history, seqno, safe });
  });
  Object.assign(target, { cacheSurvives: true, cachedFrom: '1' });
  await step('start-again', galeraStart, owedTo('galera.start'));
  expect(yes(await galeraSameData.observe({ truth: output }, target)).says).toContain('on their old data');
  await step('traffic-again', trafficPutBack, owedTo('traffic.put-back'));
  expect(target.annotations).toEqual({});
});
