import { beforeEach, describe, expect, test } from 'vitest';
import { backupRoomCheck } from '../../src/actions/backup-room.ts';
import { restoreRoomCheck } from '../../src/actions/restore-room.ts';
import { lastMeasures, runMeasured } from '../../src/actions/volume-measures.ts';
import { fail } from '../../src/base/failure.ts';
import { failureFrom } from './fail.ts';
import { FakeTarget, refusal, startOfTests, yes } from './fake-target.ts';

const mebibyte = 1024 ** 2;
const minute = 60_000;
let target: FakeTarget;
beforeEach(() => {
  target = new FakeTarget();
});

describe('backup.room', () => {
  const check = () => backupRoomCheck.observe({ member: 'mariadb-server-2', kind: 'full' }, target);

  test('says that nothing was measured, and that the Job measures', async () => {
    const { says, facts } = yes(await check());
    expect(says).toContain('free space never measured; the Job measures again');
    expect(facts).toMatchObject({ needBytes: 356 * mebibyte, dataBytes: 100 * mebibyte });
  });

  test('counts with the ratio of the last backup', async () => {
    target.index('20261120T050000Z');
    expect(yes(await check()).facts).toMatchObject({ needBytes: 25 * mebibyte + 256 * mebibyte });
  });

  test('refuses a volume that is smaller than the need', async () => {
    target.change('PersistentVolumeClaim', 'galera-backups', (claim) => ({
      ...claim,
      status: { phase: 'Bound', capacity: { storage: '300Mi' } },
    }));
    const refused = refusal(await check());
    expect(refused.kind).toBe('refused');
    expect(refused.text).toContain('the whole volume has 300 MiB');
  });

  test('takes the size that a runner saw where a shared volume is larger than its claim', async () => {
    target.change('PersistentVolumeClaim', 'galera-backups', (claim) => ({
      ...claim,
      status: { phase: 'Bound', capacity: { storage: '1Mi' } },
    }));
    target.measured('galera-backups', 900 * mebibyte, startOfTests - minute);
    yes(await check());
  });

  test('refuses by a fresh measurement, and not by an old one', async () => {
    target.measured('galera-backups', 100 * mebibyte, startOfTests - 2 * minute);
    expect(refusal(await check()).text).toContain('100 MiB free 2 min ago');
    target.measured('galera-backups', 100 * mebibyte, startOfTests - 30 * minute);
    expect(yes(await check()).says).toContain('100 MiB free 30 min ago; the Job measures again');
  });

  test('refuses a claim that is not bound', async () => {
    target.change('PersistentVolumeClaim', 'galera-backups', (claim) => ({ ...claim, status: { phase: 'Pending' } }));
    expect(refusal(await check()).text).toContain('not bound');
  });
});

describe('restore.room', () => {
  const check = (keep = true) =>
    restoreRoomCheck.observe({ backup: { id: '20261120T050000Z' }, 'keep-current-data': keep }, target);

  test('needs room for the copy on every volume', async () => {
    target.index('20261120T050000Z');
    const { says, facts } = yes(await check());
    expect(says).toContain('the current data stays beside it');
    expect(facts?.volumes).toHaveLength(3);
    expect(yes(await check(false)).says).toContain('deleted by the swap');
  });

  test('refuses when one volume is known to be too small, and names it', async () => {
    target.index('20261120T050000Z');
    target.measured('mysql-data-mariadb-server-1', 10 * mebibyte, startOfTests - minute, 1024 * mebibyte);
    const refused = refusal(await check());
    expect(refused.kind).toBe('refused');
    expect(refused.text).toContain('mysql-data-mariadb-server-1');
    expect(refused.text).not.toContain('mysql-data-mariadb-server-0');
  });

  test('refuses a backup that is not there', async () => {
    expect(refusal(await check()).text).toContain('no such backup');
  });
});

describe('what runners measured', () => {
  const volumes = [{ claim: 'galera-backups', totalBytes: 10, freeBytes: 4 }];

  const spec = (name: string) => ({
    name,
    run: 'q8d4w6',
    step: 'retain',
    attempt: 1,
    verb: 'remove' as const,
    values: {},
    deadlineMs: 1000,
    place: {
      namespace: 'openstack',
      image: 'i',
      imagePullPolicy: 'Always',
      imagePullSecrets: [],
      supplementalGroups: [],
      tolerations: [],
      mounts: [],
    },
  });

  test('is kept with its time, one volume beside the other', async () => {
    target.outcomes = { remove: { result: {}, volumes } };
    await runMeasured(target, [spec('one')]);
    target.now += minute;
    target.outcomes.remove = {
      result: {},
      volumes: [{ claim: 'mysql-data-mariadb-server-0', totalBytes: 5, freeBytes: 1 }],
    };
    await runMeasured(target, [spec('two')]);
    const measures = await lastMeasures(target);
    expect(measures.get('galera-backups')).toEqual({ totalBytes: 10, freeBytes: 4, at: startOfTests });
    expect(measures.get('mysql-data-mariadb-server-0')).toEqual({
      totalBytes: 5,
      freeBytes: 1,
      at: startOfTests + minute,
    });
  });

  test('never hides why a Job failed', async () => {
    target.outcomes = { remove: { phase: 'failed', volumes, tail: ['No space left'] } };
    target.kube.create = async () => fail('refused', 'the right to create ConfigMaps', 'none', 'ask for it');
    expect((await failureFrom(runMeasured(target, [spec('job')]))).found).toBe('No space left');
  });

  test('is kept of a Job that failed too', async () => {
    target.outcomes = { remove: { phase: 'failed', volumes } };
    await expect(runMeasured(target, [spec('job')])).rejects.toThrow();
    expect((await lastMeasures(target)).get('galera-backups')?.freeBytes).toBe(4);
  });

  test('is unknown where its text is damaged', async () => {
    target.measured('galera-backups', 1, startOfTests);
    target.change('ConfigMap', 'galera-runbook-volumes-mariadb-server', (map) => ({
      ...map,
      data: { 'galera-backups': '{' },
    }));
    expect((await lastMeasures(target)).size).toBe(0);
  });
});
