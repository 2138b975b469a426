import { beforeEach, expect, test } from 'vitest';
import { galeraResync } from '../../src/actions/galera-resync.ts';
import { desynced, FakeTarget, refusal, synced, yes } from './fake-target.ts';

const job = 'galera-runbook-q8d4w6-copy-1-2';
const input = { member: 'mariadb-server-2', podUid: 'pod-2', containerId: 'container-2', desyncCount: 0, job };
const off = 'wsrep_desync OFF on mariadb-server-2';

let target: FakeTarget;
beforeEach(() => {
  target = new FakeTarget();
  target.at = { run: 'q8d4w6', step: 'back', attempt: 1 };
});

const observe = () => galeraResync.observe(input, target, {});
const apply = () => galeraResync.apply(input, target, {});

test('nothing is left to do when the Job has put the donor back', async () => {
  expect(yes(await observe()).says).toBe('mariadb-server-2: queue 0, OFF, Synced, desync count 0 as before');
});

test.each([
  ['desynced', () => target.say('mariadb-server-2', desynced()), 'wsrep_desync ON'],
  ['counted otherwise', () => target.say('mariadb-server-2', synced({ desyncCount: 1 })), 'desync count 1, was 0'],
  ['of unknown setting', () => target.say('mariadb-server-2', synced({ settings: {} })), 'wsrep_desync unknown'],
  ['with a long queue', () => target.say('mariadb-server-2', synced({ recvQueue: 400 })), 'queue 400'],
  [
    'not Ready',
    () => target.change('Pod', 'mariadb-server-2', (pod) => ({ ...pod, status: { ...pod.status, conditions: [] } })),
    'not Ready',
  ],
])('a donor that is %s is not back', async (_what, change, says) => {
  change();
  expect(refusal(await observe()).text).toContain(says);
});

test('a Job that still runs may desync it yet', async () => {
  target.activeJob(job);
  expect(refusal(await observe()).text).toContain('still runs');
});

test('a donor in another process has no desync left', async () => {
  target.say('mariadb-server-2', desynced());
  target.change('Pod', 'mariadb-server-2', (pod) => ({ ...pod, metadata: { ...pod.metadata, uid: 'another' } }));
  expect(yes(await observe()).says).toContain('vanished with the process');
  await apply();
  expect(target.writes).toEqual([]);
});

test('a donor whose container was restarted, or that is gone, has no desync left', async () => {
  expect(yes(await galeraResync.observe({ ...input, containerId: 'earlier' }, target, {})).says).toContain(
    'container was restarted',
  );
  target.objects.delete('Pod/openstack/mariadb-server-2');
  expect(yes(await observe()).says).toContain('does not run');
});

test('an active Job of any attempt of the step is stopped first', async () => {
  target.activeJob('galera-runbook-q8d4w6-copy-2-2');
  await apply();
  expect(target.writes).toEqual(['stop galera-runbook-q8d4w6-copy-2-2']);
});

test('OFF is set once, after three samples with a short queue', async () => {
  target.say('mariadb-server-2', desynced({ recvQueue: 100 }));
  let sample = 0;
  target.meanwhile = () => {
    sample++;
    // Short, long again, then short for good.
    const queue = [0, 10, 90, 10, 10, 10][sample] ?? 10;
    if (!target.writes.includes(off)) target.say('mariadb-server-2', desynced({ recvQueue: queue }));
  };
  await apply();
  expect(target.writes).toEqual([off]);
  expect(sample).toBeGreaterThanOrEqual(5);
  yes(await observe());
});

test('OFF is not set a second time while the member catches up', async () => {
  target.say('mariadb-server-2', desynced());
  let slept = 0;
  target.meanwhile = () => {
    slept++;
    if (target.writes.includes(off)) target.say('mariadb-server-2', slept < 20 ? desynced() : synced());
  };
  await apply();
  expect(target.writes).toEqual([off]);
});

test('a desync that is not ours is waited for, not switched off', async () => {
  target.say('mariadb-server-2', synced({ localState: 2, localStateComment: 'Donor/Desynced', desyncCount: 1 }));
  target.meanwhile = () => target.say('mariadb-server-2', synced());
  await apply();
  expect(target.writes).toEqual([]);
});

test('silence is waited out, then the deadline says what to do by hand', async () => {
  target.silence('mariadb-server-2');
  const from = target.now;
  await expect(apply()).rejects.toThrow(/runs repair q8d4w6.*wsrep_desync=OFF/s);
  expect(target.now - from).toBe(30 * 60_000);
});
