import { beforeEach, describe, expect, test } from 'vitest';
import { restoreDiscardKept } from '../../src/actions/restore-discard-kept.ts';
import { restoreDiscardUnpacked } from '../../src/actions/restore-discard-unpacked.ts';
import { restoreProvePrepared } from '../../src/actions/restore-prove-prepared.ts';
import { restoreSwap } from '../../src/actions/restore-swap.ts';
import { restoreSwapBack } from '../../src/actions/restore-swap-back.ts';
import { restoreUnpack } from '../../src/actions/restore-unpack.ts';
import { fail } from '../../src/base/failure.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { pending } from '../../src/engine/action.ts';
import type { RunnerSpec } from '../../src/target/jobs.ts';
import { failureFrom, planned, refused } from './fail.ts';
import { FakeCluster, prepared, tables } from './fake-restore.ts';
import { memberNames, refusal, sha256, synced, uuid, yes } from './fake-target.ts';

let target: FakeCluster;
const id = '20261121T050007Z';
const folder = 'galera_runbook_n5g1s7';
const names = [...memberNames];

beforeEach(() => {
  target = new FakeCluster();
  target.index(id, { manifest: { position: { uuid, seqno: '57' } } });
});

describe('restore.unpack', () => {
  const input = { backup: { id }, members: names };

  test('unpacks on all members at once, beside the data, with what the manifest says of the archive', async () => {
    const plan = planned(await restoreUnpack.plan(input, target));
    expect(plan.says[0]).toContain('all at once: claim galera-backups is ReadWriteMany');
    expect(plan.debts).toEqual([
      {
        id: 'copies:n5g1s7',
        says: `${folder} on 3 volumes`,
        due: 'end',
        payWith: { action: 'restore.discard-unpacked', input: { folder, members: names, run: 'n5g1s7' } },
      },
    ]);
    expect(target.writes).toEqual([]);
    await restoreUnpack.apply(input, target, plan.memo);
    expect(target.started).toHaveLength(3);
    expect(target.started[1]).toMatchObject({
      name: 'galera-runbook-n5g1s7-step-1-1',
      values: {
        WORK: `/data/${folder}`,
        BACKUPS: '/backups/lab',
        ID: id,
        SHA256: sha256,
        FILE: 'backup.mbstream.zst',
        POSITION: `${uuid}:57`,
        DATADIR: '/data',
      },
      place: {
        node: 'node1',
        mounts: [
          { claim: 'mysql-data-mariadb-server-1', mountPath: '/data', readOnly: false },
          { claim: 'galera-backups', mountPath: '/backups', readOnly: true },
        ],
      },
    });
    const seen = yes(await restoreUnpack.observe(input, target, {}));
    expect(seen.says).toBe('prepared on 3 of 3, checksums match');
    expect(seen.output).toEqual({ prepared, position: { uuid, seqno: '57' }, folder });
    expect(plan.foretold).toEqual(seen.output);
  });

  test('one after the other where the claim has to move, and the plan says why and counts three times', async () => {
    const together = planned(await restoreUnpack.plan(input, target));
    target.change('PersistentVolumeClaim', 'galera-backups', (claim) => ({
      ...claim,
      spec: { ...claim.spec, accessModes: ['ReadWriteOnce'] },
    }));
    const plan = planned(await restoreUnpack.plan(input, target));
    expect(plan.says[0]).toContain('one after the other: claim galera-backups is ReadWriteOnce');
    expect(plan.ms).toBeCloseTo((together.ms ?? 0) * 3, -2);
    const alive: number[] = [];
    target.outcomes.unpack = () => {
      alive.push(target.started.length);
      return { result: { bytes: 1 } };
    };
    await restoreUnpack.apply(input, target, {});
    expect(alive).toEqual([1, 2, 3]);
  });

  test('is refused when no Kubernetes node reaches both claims, with the pair named', async () => {
    target.change('PersistentVolume', 'volume-galera-backups', (volume) => ({
      ...volume,
      spec: {
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node0'] }] },
            ],
          },
        },
      },
    }));
    expect(refused(await restoreUnpack.plan(input, target)).found).toContain(
      'claim mysql-data-mariadb-server-1 is on node1, claim galera-backups only on node0',
    );
  });

  test('is refused for some of the members', async () => {
    const failed = await failureFrom(restoreUnpack.plan({ ...input, members: names.slice(1) }, target));
    expect(failed).toMatchObject({ kind: 'refused', found: 'mariadb-server-0 left out' });
  });

  test('is refused for a backup that is not in the index', async () => {
    expect(refused(await restoreUnpack.plan({ ...input, backup: { id: '20200101T000000Z' } }, target)).kind).toBe(
      'refused',
    );
  });

  test('a Job that failed is not so, with its own words', async () => {
    target.outcomes.unpack = {
      phase: 'failed',
      failure: { expected: 'sha256 ab', found: 'sha256 cd', next: 'choose another' },
    };
    expect((await failureFrom(restoreUnpack.apply(input, target, {}))).found).toBe('mariadb-server-0: sha256 cd');
    expect(refusal(await restoreUnpack.observe(input, target, {})).text).toContain('sha256 cd');
  });
});

describe('restore.prove-prepared', () => {
  const input = { prepared };
  const objects = { views: 1, accounts: 3 };
  const opens = (change: (spec: RunnerSpec) => JsonObject = () => ({})) => {
    target.outcomes.open = (spec) => ({ result: { rows: tables, objects, ...change(spec) } });
  };

  test('opens every copy with the account of today and keeps what is in it', async () => {
    opens();
    await restoreProvePrepared.apply(input, target, {});
    expect(target.started[0]).toMatchObject({
      verb: 'open',
      values: { USER: 'root' },
      account: { secret: 'mariadb-root' },
    });
    const seen = yes(await restoreProvePrepared.observe(input, target, {}));
    expect(seen.says).toBe("3 of 3 copies open with today's password, 2 tables equal");
    expect(seen.output).toEqual({ tables, objects, position: { uuid, seqno: '57' }, members: names });
    expect(seen.warnings).toBeUndefined();
  });

  test('marks the backup as restored and compared', async () => {
    opens();
    await restoreProvePrepared.apply(input, target, {});
    const entry = [...target.objects.values()].find(({ metadata }) => metadata.name.startsWith('galera-backup-'));
    expect(JSON.parse(entry?.data['proof.json'])).toMatchObject({ level: 'restored', run: 'n5g1s7' });
  });

  test('fails when a copy differs, naming table and members', async () => {
    opens((spec) =>
      spec.member === 'mariadb-server-2' ? { rows: [tables[0] ?? {}, { ...tables[1], checksum: 9 }] } : {},
    );
    await restoreProvePrepared.apply(input, target, {});
    const failed = refusal(await restoreProvePrepared.observe(input, target, {}));
    expect(failed.text).toContain(
      'mariadb-server-0 and mariadb-server-2: 1 of 2 tables differ: shop.orders differs in content',
    );
    const entry = [...target.objects.values()].find(({ metadata }) => metadata.name.startsWith('galera-backup-'));
    expect(entry?.data['proof.json']).toContain('checksums');
  });

  test('fails when the copies have other objects', async () => {
    opens((spec) => (spec.member === 'mariadb-server-1' ? { objects: { views: 0, accounts: 3 } } : {}));
    await restoreProvePrepared.apply(input, target, {});
    expect(refusal(await restoreProvePrepared.observe(input, target, {})).text).toContain('objects');
  });

  test('fails when a table of the manifest is in no copy', async () => {
    opens(() => ({ rows: [tables[0] ?? {}] }));
    await restoreProvePrepared.apply(input, target, {});
    expect(refusal(await restoreProvePrepared.observe(input, target, {})).text).toContain('shop.orders missing');
  });

  test('a table made while the manifest was written is a warning', async () => {
    opens(() => ({ rows: [...tables, { schema: 'shop', table: 'late', rows: 0, checksum: 1 }] }));
    await restoreProvePrepared.apply(input, target, {});
    expect(yes(await restoreProvePrepared.observe(input, target, {})).warnings?.[0]).toContain(
      'shop.late not expected',
    );
  });

  test('system schemas and work folders of this program do not count', async () => {
    opens(() => ({
      rows: [
        ...tables,
        { schema: 'mysql', table: 'user', rows: 1, checksum: 1 },
        { schema: 'galera_runbook_x', table: 't', rows: 1, checksum: 1 },
      ],
    }));
    await restoreProvePrepared.apply(input, target, {});
    expect(yes(await restoreProvePrepared.observe(input, target, {})).output.tables).toEqual(tables);
  });
});

describe('restore.swap', () => {
  const input = { prepared, 'keep-current-data': true };

  test('swaps every member at once, keeps the old data, and leaves it to be removed when the run is closed', async () => {
    const plan = planned(await restoreSwap.plan(input, target));
    expect(plan.debts).toEqual([
      {
        id: 'old-data:n5g1s7',
        says: 'old data on 3 volumes, about 100 MiB each by SQL',
        undoneSays: 'leftovers of the restore on 3 volumes',
        due: 'close',
        payWith: { action: 'restore.discard-kept', input: { folder, members: names, run: 'n5g1s7' } },
      },
    ]);
    target.stopped();
    await restoreSwap.apply(input, target, plan.memo);
    expect(target.started.map(({ values }) => [values.POSITION, values.KEEP])).toEqual(
      names.map(() => [`${uuid}:57`, 'true']),
    );
    const seen = yes(await restoreSwap.observe(input, target, {}));
    expect(seen.says).toBe('whole on 3 of 3');
    expect(seen.output).toEqual({ swapped: names, kept: true });
  });

  test('says how many transactions it undoes, or why nobody can count them', async () => {
    const says = async () => planned(await restoreSwap.plan(input, target)).says[0];
    expect(await says()).toBe(
      'undoes 43 transactions as planned, 36553af3:100 -> 36553af3:57, and what is written until the stop',
    );
    const history = '00000000-1111-2222-3333-444444444444';
    target.say(names[1] ?? '', synced({ localUuid: history, lastCommitted: '5' }));
    expect(await says()).toContain('the backup is of history 36553af3, the members are of 00000000');
    for (const name of names) target.say(name, synced({ lastCommitted: '57' }));
    expect(await says()).toContain('undoes no transaction');
    for (const name of names) target.silence(name);
    expect(await says()).toContain('no member says where it stands');
  });

  test('always destroys, and says that there is no way back when nothing is kept', async () => {
    expect([restoreSwap.maxDanger, restoreSwap.danger(input)]).toEqual(['destroys', 'destroys']);
    const plan = planned(await restoreSwap.plan({ ...input, 'keep-current-data': false }, target));
    expect(plan.debts).toEqual([]);
    expect(plan.says.join(' ')).toContain('THE CURRENT DATA IS DELETED');
  });

  test('touches nothing while members run', async () => {
    expect(await failureFrom(restoreSwap.apply(input, target, {}))).toMatchObject({
      kind: 'unsafe',
      found: '3 replicas',
    });
    expect(target.started).toEqual([]);
  });

  test('touches nothing while any other pod mounts a volume', async () => {
    target.stopped();
    target.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'debug', namespace: 'openstack' },
      spec: { volumes: [{ persistentVolumeClaim: { claimName: 'mysql-data-mariadb-server-2' } }] },
      status: { phase: 'Pending' },
    });
    expect((await failureFrom(restoreSwap.apply(input, target, {}))).found).toBe(
      'pod debug mounts mysql-data-mariadb-server-2',
    );
    expect(target.started).toEqual([]);
  });

  test('stops where it is when somebody scales the StatefulSet up meanwhile', async () => {
    target.stopped();
    target.outcomes.swap = { phase: 'running' };
    target.meanwhile = () => target.scaleTo(3);
    expect(await failureFrom(restoreSwap.apply(input, target, {}))).toMatchObject({
      kind: 'unsafe',
      found: '3 replicas',
    });
    expect(target.writes.filter((write) => write.startsWith('stop '))).toEqual(
      [0, 1, 2].map((ordinal) => `stop galera-runbook-n5g1s7-step-1-${ordinal}`),
    );
  });

  test('an API server that does not answer meanwhile stops nothing', async () => {
    target.stopped();
    target.outcomes.swap = { phase: 'running' };
    const { list } = target.kube;
    let asked = 0;
    target.meanwhile = () => {
      target.kube.list = async () => fail('unknown', 'an answer', 'none', 'ask again');
      if (++asked < 20) return;
      target.kube.list = list;
      for (const [name, report] of target.reports)
        target.reports.set(name, { ...report, phase: 'succeeded', result: {} });
    };
    await restoreSwap.apply(input, target, {});
    expect(target.writes.filter((write) => write.startsWith('stop '))).toEqual([]);
  });

  test('its own runner of an earlier start does not stand in the way', async () => {
    target.stopped();
    target.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'runner',
        namespace: 'openstack',
        labels: { 'batch.kubernetes.io/job-name': 'galera-runbook-n5g1s7-step-1-2' },
      },
      spec: { volumes: [{ persistentVolumeClaim: { claimName: 'mysql-data-mariadb-server-2' } }] },
      status: { phase: 'Running' },
    });
    await restoreSwap.apply(input, target, {});
    yes(await restoreSwap.observe(input, target, {}));
  });

  test('is not whole while one member is not', async () => {
    target.stopped();
    target.outcomes.swap = (spec) =>
      spec.member === 'mariadb-server-1' ? { phase: 'failed', tail: ['No space left'] } : { result: {} };
    expect((await failureFrom(restoreSwap.apply(input, target, {}))).found).toBe('mariadb-server-1: No space left');
    expect(refusal(await restoreSwap.observe(input, target, {})).text).toContain('step-1-1 failed');
  });

  test('is refused for some of the members, and for copies at different positions', async () => {
    target.stopped();
    expect(
      (await failureFrom(restoreSwap.apply({ ...input, prepared: prepared.slice(1) }, target, {}))).found,
    ).toContain('mariadb-server-0 left out');
    const mixed = [...prepared.slice(0, 2), { ...prepared[2], position: { uuid, seqno: '58' } }] as JsonObject[];
    expect((await failureFrom(restoreSwap.apply({ ...input, prepared: mixed }, target, {}))).expected).toContain(
      'one position',
    );
  });

  test('can be planned before there are copies', async () => {
    expect(planned(await restoreSwap.plan({ ...input, prepared: pending }, target)).effects).toHaveLength(3);
  });
});

describe('restore.swap-back', () => {
  test('says how many transactions since the restore are lost, or why nobody can count them', async () => {
    const says = async (input: JsonObject = { prepared }) => planned(await restoreSwapBack.plan(input, target)).says[0];
    expect(await says()).toBe(
      'everything written since the restore is lost: 43 transactions as planned, 36553af3:57 -> 36553af3:100, and what is written until the stop',
    );
    expect(await says({})).toBe('everything written since the restore is lost');
    const history = '00000000-1111-2222-3333-444444444444';
    target.say(names[1] ?? '', synced({ localUuid: history, lastCommitted: '5' }));
    expect(await says()).toContain('what was restored is of history 36553af3, the members are of 00000000');
    for (const name of names) target.say(name, synced({ lastCommitted: '57' }));
    expect(await says()).toContain('no transaction that is counted');
    for (const name of names) target.silence(name);
    expect(await says()).toContain('no member says where it stands');
  });

  test('puts the old data back on every member, from half a swap too', async () => {
    target.stopped();
    for (const [index, volume] of target.volumes.entries())
      volume.swaps = [{ run: 'n5g1s7', state: index === 0 ? 'half' : 'whole' }];
    await restoreSwapBack.apply({}, target, {});
    const back = target.started.filter(({ verb }) => verb === 'swap-back');
    expect(back.map(({ verb, values }) => `${verb} ${values.WORK}`)).toEqual(
      names.map(() => `swap-back /data/${folder}`),
    );
    expect(yes(await restoreSwapBack.observe({}, target, {})).says).toBe('old data back on 3 of 3');
  });

  test('moves nothing anywhere when what was set aside is gone from one volume, as after a state dump', async () => {
    target.stopped();
    for (const [index, volume] of target.volumes.entries())
      volume.swaps = index === 2 ? [] : [{ run: 'n5g1s7', state: 'whole' }];
    const refused = await failureFrom(restoreSwapBack.apply({}, target, {}));
    expect(refused).toMatchObject({ kind: 'unsafe', found: expect.stringContaining('mariadb-server-2') });
    expect(target.started.filter(({ verb }) => verb === 'swap-back')).toEqual([]);
  });

  test('stops where it is when another pod mounts a volume meanwhile', async () => {
    target.stopped();
    for (const volume of target.volumes) volume.swaps = [{ run: 'n5g1s7', state: 'whole' }];
    target.outcomes['swap-back'] = { phase: 'running' };
    target.meanwhile = () =>
      target.put({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'debug', namespace: 'openstack' },
        spec: { volumes: [{ persistentVolumeClaim: { claimName: 'mysql-data-mariadb-server-2' } }] },
        status: { phase: 'Pending' },
      });
    expect((await failureFrom(restoreSwapBack.apply({}, target, {}))).found).toContain('pod debug mounts');
    expect(target.writes.filter((write) => write.startsWith('stop '))).toHaveLength(3);
  });

  test('touches nothing while members run', async () => {
    expect((await failureFrom(restoreSwapBack.apply({}, target, {}))).kind).toBe('unsafe');
  });
});

describe('restore.discard', () => {
  const input = { folder, members: names, run: 'n5g1s7' };

  test('removes the unpacked copies beside running members, never what is set aside', async () => {
    expect(refusal(await restoreDiscardUnpacked.observe(input, target, {})).is).toBe('not-so');
    await restoreDiscardUnpacked.apply(input, target, {});
    expect(target.started[0]).toMatchObject({
      values: { WHAT: 'unpacked', WORK: `/data/${folder}` },
      place: { node: 'node0' },
    });
    expect(yes(await restoreDiscardUnpacked.observe(input, target, {})).says).toBe(
      'nothing of the unpacked copies is left on 3 volumes, 3.00 GiB freed',
    );
  });

  test('closing removes what is set aside, and destroys', async () => {
    expect(restoreDiscardKept.danger(input)).toBe('destroys');
    await restoreDiscardKept.apply(input, target, {});
    expect(target.started[0]?.values.WHAT).toBe('all');
  });

  test('ends a Job that still unpacks, as after a second ctrl-c, and only then removes', async () => {
    target.activeJob('galera-runbook-n5g1s7-unpack-1-1', ['mysql-data-mariadb-server-1']);
    target.activeJob('galera-runbook-n5g1s7-copy-1', ['galera-backups']);
    target.activeJob('galera-runbook-other1-unpack-1-1', ['mysql-data-mariadb-server-1']);
    await restoreDiscardUnpacked.apply(input, target, {});
    expect(target.writes.slice(0, 2)).toEqual([
      'stop galera-runbook-n5g1s7-unpack-1-1',
      'start discard galera-runbook-n5g1s7-step-1-0',
    ]);
  });

  test('removes nothing while a pod of an earlier Job of this run is there', async () => {
    target.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'late-runner',
        namespace: 'openstack',
        labels: { 'batch.kubernetes.io/job-name': 'galera-runbook-n5g1s7-unpack-1-2' },
      },
      spec: { volumes: [{ persistentVolumeClaim: { claimName: 'mysql-data-mariadb-server-2' } }] },
      status: { phase: 'Running' },
    });
    expect((await failureFrom(restoreDiscardUnpacked.apply(input, target, {}))).found).toBe('late-runner still there');
    expect(target.started).toEqual([]);
  });

  test('refuses any folder but the one of the run', async () => {
    for (const bad of [
      { ...input, folder: 'mysql' },
      { ...input, run: '../x', folder: 'galera_runbook_../x' },
    ]) {
      expect(refused(await restoreDiscardUnpacked.plan(bad, target)).kind).toBe('refused');
      expect((await failureFrom(restoreDiscardKept.apply(bad, target, {}))).kind).toBe('refused');
    }
  });

  test('a volume whose claim is gone is named, not waited for', async () => {
    target.objects.delete('PersistentVolumeClaim/openstack/mysql-data-mariadb-server-1');
    await restoreDiscardUnpacked.apply(input, target, {});
    expect(target.started).toHaveLength(2);
    expect(yes(await restoreDiscardUnpacked.observe(input, target, {})).warnings?.[0]).toContain('mariadb-server-1');
  });
});
