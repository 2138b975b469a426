import { beforeEach, expect, test } from 'vitest';
import { backupTake } from '../../src/actions/backup-take.ts';
import { invariant } from '../../src/base/failure.ts';
import { isFailure, type Planned, pending } from '../../src/engine/action.ts';
import { desynced, FakeTarget, refusal, sha256, uuid, yes } from './fake-target.ts';

const input = { member: 'mariadb-server-2', kind: 'full' };
const result = {
  bytes: 30_000_000,
  sha256,
  file: 'backup.mbstream.zst',
  compression: 'zstd',
  dataBytes: 120_000_000,
  position: { uuid, seqno: 4203120 },
  positionAt: '2026-11-21T05:03:10Z',
  lsn: { from: 0, to: 1000, last: 1010 },
  serverVersion: '10.11.19-MariaDB',
  toolVersion: '10.11.19-MariaDB',
  startedAt: '2026-11-21T05:00:10Z',
  endedAt: '2026-11-21T05:03:20Z',
  desyncedMs: 180_000,
};

let target: FakeTarget;
beforeEach(() => {
  target = new FakeTarget();
  target.outcomes = { copy: { result } };
});

async function planned(of = input): Promise<Planned> {
  const plan = await backupTake.plan(of, target);
  invariant(!isFailure(plan), 'refused');
  return plan;
}

test('an incremental backup is refused in a plan', async () => {
  const plan = await backupTake.plan({ ...input, kind: 'incremental' }, target);
  expect(isFailure(plan) && plan.kind).toBe('refused');
});

test('the plan foretells id, debt, room and time, and writes nothing', async () => {
  const plan = await planned();
  expect(plan.foretold).toMatchObject({ backup: { id: '20261121T050007Z', kind: 'full' } });
  expect(plan.debts).toEqual([
    {
      id: 'desync:mariadb-server-2',
      says: 'a Job desyncs mariadb-server-2',
      due: 'end',
      payWith: {
        action: 'galera.resync',
        input: {
          member: 'mariadb-server-2',
          podUid: 'pod-2',
          containerId: 'container-2',
          desyncCount: 0,
          job: 'galera-runbook-q8d4w6-copy-1-2',
        },
      },
    },
  ]);
  expect(plan.effects.map((effect) => effect.object)).toEqual([
    'Job galera-runbook-q8d4w6-copy-1-2',
    'claim galera-backups',
    'mariadb-server-2',
  ]);
  expect(plan.bytes).toBe(100 * 1024 ** 2);
  expect(plan.ms).toBe(625);
  expect(target.writes).toEqual([]);
});

test('a plan without a donor yet owes already', async () => {
  const plan = await planned({ ...input, member: pending });
  expect(plan.debts).toHaveLength(1);
  expect(plan.unknowns).toEqual(['which member is the donor']);
});

test('an id that the index has is not used again', async () => {
  target.index('20261121T050007Z');
  expect((await planned()).foretold).toMatchObject({ backup: { id: '20261121T050008Z' } });
});

test('the Job gets what it needs, and the step gives what the proof needs', async () => {
  const { memo } = await planned();
  expect(refusal(await backupTake.observe(input, target, memo)).text).toContain('not started');
  await backupTake.apply(input, target, memo);
  const [spec] = target.started;
  expect(spec).toMatchObject({
    name: 'galera-runbook-q8d4w6-copy-1-2',
    verb: 'copy',
    account: { secret: 'mariadb-root' },
    values: {
      HOST: '10.0.0.2',
      USER: 'root',
      DATADIR: '/var/lib/mysql',
      BACKUPS: '/backups/lab',
      ID: '20261121T050007Z',
      RESERVE: String(256 * 1024 ** 2),
      QUEUE_LIMIT: '28',
      DESYNC_COUNT: '0',
    },
    place: {
      node: 'node2',
      mounts: [
        { claim: 'mysql-data-mariadb-server-2', mountPath: '/var/lib/mysql', readOnly: true },
        { claim: 'galera-backups', readOnly: false },
      ],
    },
  });
  const { output, says, facts } = yes(await backupTake.observe(input, target, memo));
  expect(says).toBe('20261121T050007Z, 28.6 MiB, at 36553af3:4203120, took 3:10');
  expect(output.backup).toMatchObject({
    id: '20261121T050007Z',
    sha256,
    position: { uuid, seqno: '4203120' },
    lsn: { to: '1000' },
    imageId: 'sha256:feed',
    donor: { member: 'mariadb-server-2', podUid: 'pod-2' },
    tables: { shop: ['orders', 'customers'] },
    paths: { dataDir: '/var/lib/mysql/' },
  });
  expect(facts).toMatchObject({ desyncedMs: 180_000 });
});

test("a second start takes the first one's Job as found, whatever the donor does by now", async () => {
  const { memo } = await planned();
  await backupTake.apply(input, target, memo);
  target.say('mariadb-server-2', desynced());
  await backupTake.apply(input, target, memo);
  expect(target.started).toHaveLength(1);
});

test('nothing starts when the donor was restarted since the plan', async () => {
  const { memo } = await planned();
  target.change('Pod', 'mariadb-server-2', (pod) => ({ ...pod, metadata: { ...pod.metadata, uid: 'another' } }));
  await expect(backupTake.apply(input, target, memo)).rejects.toThrow('restarted');
  expect(target.writes).toEqual([]);
});

test('nothing starts when something else has desynced the donor since the plan', async () => {
  const { memo } = await planned();
  target.say('mariadb-server-2', desynced());
  await expect(backupTake.apply(input, target, memo)).rejects.toThrow('Donor/Desynced');
  expect(target.writes).toEqual([]);
});

test('a Job that failed gives its own sentences', async () => {
  const failure = { expected: 'room', found: 'disk full', next: 'make room' };
  target.outcomes = { copy: { phase: 'failed', failure } };
  const { memo } = await planned();
  await expect(backupTake.apply(input, target, memo)).rejects.toThrow('disk full');
  expect(refusal(await backupTake.observe(input, target, memo)).text).toBe('room | disk full | make room');
});

test('a Job without a trailer is unknown', async () => {
  target.outcomes = { copy: { phase: 'succeeded' } };
  const { memo } = await planned();
  await expect(backupTake.apply(input, target, memo)).rejects.toThrow();
  expect((await backupTake.observe(input, target, memo)).is).toBe('unknown');
});
