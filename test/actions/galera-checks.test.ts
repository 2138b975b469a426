import { beforeEach, describe, expect, test } from 'vitest';
import { galeraChooseDonor } from '../../src/actions/galera-choose-donor.ts';
import { galeraNoPrimary } from '../../src/actions/galera-no-primary.ts';
import { galeraQuorum } from '../../src/actions/galera-quorum.ts';
import { mariadbBackupTool } from '../../src/actions/mariadb-backup-tool.ts';
import { FailureError, failure } from '../../src/base/failure.ts';
import { desynced, FakeTarget, refusal, synced, yes } from './fake-target.ts';

let target: FakeTarget;
beforeEach(() => {
  target = new FakeTarget();
});

describe('galera.quorum', () => {
  test('holds when all members agree, and names them', async () => {
    const { output, says } = yes(await galeraQuorum.observe({ spare: 2 }, target));
    expect(output.members).toEqual(['mariadb-server-0', 'mariadb-server-1', 'mariadb-server-2']);
    expect(says).toContain('3 of 3 Synced');
  });

  test('is unsafe when a member gives no answer, and names it', async () => {
    target.silence('mariadb-server-1');
    const refused = refusal(await galeraQuorum.observe({}, target));
    expect(refused.kind).toBe('unsafe');
    expect(refused.text).toContain('mariadb-server-1: connection refused');
    // Asked again by the engine: one dropped connection is no answer.
    expect(refused.is).toBe('unknown');
    expect(refusal(await galeraChooseDonor.observe({}, target)).is).toBe('unknown');
    target.statuses.set('mariadb-server-2', desynced());
    expect(refusal(await galeraQuorum.observe({}, target)).is).toBe('not-so');
  });

  test('is unsafe when a pod is missing', async () => {
    target.objects.delete('Pod/openstack/mariadb-server-2');
    expect(refusal(await galeraQuorum.observe({}, target)).text).toContain('mariadb-server-2: no such pod');
  });

  test('does not take the last words of a pod that is being deleted', async () => {
    target.change('Pod', 'mariadb-server-2', (pod) => ({
      ...pod,
      metadata: { ...pod.metadata, deletionTimestamp: 'now' },
    }));
    expect(refusal(await galeraQuorum.observe({}, target)).text).toContain('being deleted');
  });

  test('is unsafe with two histories', async () => {
    const other = 'aaaaaaaa-c6d0-11ee-a7c3-0a580a800203';
    target.say('mariadb-server-1', synced({ clusterUuid: other, localUuid: other }));
    expect(refusal(await galeraQuorum.observe({}, target)).kind).toBe('unsafe');
  });

  test('is unsafe with fewer spare members Synced than asked for', async () => {
    target.say('mariadb-server-1', synced({ localState: 3, localStateComment: 'Joined' }));
    expect(refusal(await galeraQuorum.observe({ spare: 2 }, target)).kind).toBe('unsafe');
    yes(await galeraQuorum.observe({ spare: 1 }, target));
  });

  test('refuses another cluster than the configured one', async () => {
    target.config = { ...target.config, cluster: 'other' };
    const refused = refusal(await galeraQuorum.observe({}, target));
    expect(refused.kind).toBe('refused');
    expect(refused.text).toContain('wrong cluster');
  });
});

describe('members that let nobody in', () => {
  const denied = (member: string) =>
    new FailureError(failure('refused', `account root to log in on ${member}`, 'Access denied', 'correct the Secret'));

  test('are no sick cluster: the reason is told as it is, the same by every check', async () => {
    for (const ordinal of [0, 1, 2]) {
      const member = `mariadb-server-${ordinal}`;
      target.statuses.set(member, denied(member));
    }
    for (const check of [galeraQuorum, galeraChooseDonor, galeraNoPrimary]) {
      const refused = refusal(await check.observe({}, target));
      expect(refused.kind).toBe('refused');
      expect(refused.text).toContain('account root to log in on mariadb-server-0');
    }
  });

  test('are unsafe when it is only one of them', async () => {
    target.statuses.set('mariadb-server-1', denied('mariadb-server-1'));
    const refused = refusal(await galeraQuorum.observe({}, target));
    expect(refused.kind).toBe('unsafe');
    expect(refused.text).toContain('mariadb-server-1: Access denied');
  });
});

describe('galera.choose-donor', () => {
  test('takes the highest ordinal between equals, and says why and why none of the others', async () => {
    const { output, says, facts } = yes(await galeraChooseDonor.observe({}, target));
    expect(output).toMatchObject({
      member: 'mariadb-server-2',
      node: 'node2',
      podUid: 'pod-2',
      containerId: 'container-2',
      ip: '10.0.0.2',
    });
    expect(says).toContain('donor mariadb-server-2: ');
    expect(Object.keys((facts?.others ?? {}) as object)).toEqual(['mariadb-server-0', 'mariadb-server-1']);
  });

  test('never takes the member that clients use where they use one', async () => {
    const one = { conditions: { ready: true }, targetRef: { kind: 'Pod', name: 'mariadb-server-2' } };
    target.change('EndpointSlice', 'mariadb-x', (slice) => ({ ...slice, endpoints: [one] }));
    const { output, facts } = yes(await galeraChooseDonor.observe({}, target));
    expect(output.member).toBe('mariadb-server-1');
    expect(JSON.stringify(facts)).toContain('the endpoint');
  });

  test('keeps to the donor of the plan', async () => {
    const planned = yes(await galeraChooseDonor.observe({}, target)).output;
    expect(
      yes(await galeraChooseDonor.observe({}, target, { ...planned, member: 'mariadb-server-1' })).output,
    ).toMatchObject({ member: 'mariadb-server-1', podUid: 'pod-1', containerId: 'container-1' });
    const one = { conditions: { ready: true }, targetRef: { kind: 'Pod', name: 'mariadb-server-2' } };
    target.change('EndpointSlice', 'mariadb-x', (slice) => ({ ...slice, endpoints: [one] }));
    const refused = refusal(await galeraChooseDonor.observe({}, target, planned));
    expect(refused.text).toContain('mariadb-server-2 as donor, as planned');
    expect(refused.text).toContain('the endpoint');
  });

  test('refuses where a desynced member would stay in the Service', async () => {
    target.change('Service', 'mariadb', (service) => ({
      ...service,
      spec: { ...service.spec, publishNotReadyAddresses: true },
    }));
    expect(refusal(await galeraChooseDonor.observe({}, target)).text).toContain('stays in the Service when desynced');
  });

  test('refuses where it is not known whether a desynced member leaves the Service', async () => {
    target.change('StatefulSet', 'mariadb-server', (set) => {
      const [container] = set.spec.template.spec.containers;
      const containers = [{ ...container, readinessProbe: { exec: { command: ['/ready.sh'] } } }];
      return { ...set, spec: { ...set.spec, template: { spec: { containers } } } };
    });
    expect(refusal(await galeraChooseDonor.observe({}, target)).text).toContain('not known whether it leaves');
  });

  test.each([
    [true, 'mariadb-server-2'],
    [false, undefined],
  ])('takes the word of the configuration for it: %s', async (leaves, donor) => {
    target.config = { ...target.config, leavesServiceWhenDesynced: leaves };
    target.change('StatefulSet', 'mariadb-server', (set) => {
      const [container] = set.spec.template.spec.containers;
      const probe = leaves ? { httpGet: { path: '/ready' } } : container.readinessProbe;
      const containers = [{ ...container, readinessProbe: probe }];
      return { ...set, spec: { ...set.spec, template: { spec: { containers } } } };
    });
    const observed = await galeraChooseDonor.observe({}, target);
    if (donor) expect(yes(observed).output.member).toBe(donor);
    else expect(refusal(observed).text).toContain('stays in the Service when desynced');
  });

  test('takes a member whose Kubernetes node reaches the backup volume, else names the pair', async () => {
    const reach = (node: string) =>
      target.change('PersistentVolume', 'volume-galera-backups', (volume) => ({
        ...volume,
        spec: {
          nodeAffinity: {
            required: {
              nodeSelectorTerms: [
                { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] },
              ],
            },
          },
        },
      }));
    reach('node0');
    expect(yes(await galeraChooseDonor.observe({}, target)).output.member).toBe('mariadb-server-0');
    reach('node9');
    const refused = refusal(await galeraChooseDonor.observe({}, target));
    expect(refused.kind).toBe('refused');
    expect(refused.text).toContain('claim galera-backups only on node9');
  });

  test('refuses while another member is desynced', async () => {
    target.say('mariadb-server-0', desynced());
    expect(refusal(await galeraChooseDonor.observe({}, target)).kind).toBe('unsafe');
  });
});

describe('mariadb.backup-tool', () => {
  const check = () => mariadbBackupTool.observe({ member: 'mariadb-server-2' }, target);
  const enough = ['RELOAD', 'PROCESS', 'LOCK TABLES', 'BINLOG MONITOR', 'SLAVE MONITOR', 'SUPER'];
  const set = (settings: object) =>
    target.say('mariadb-server-2', synced({ settings: { ...synced().settings, ...settings } }));

  test('takes all privileges, and the single ones that are needed', async () => {
    yes(await check());
    target.granted = { account: 'backup@%', global: enough };
    yes(await check());
    target.granted = { account: 'backup@%', global: enough.map((right) => right.replace('SLAVE', 'REPLICA')) };
    yes(await check());
  });

  test.each(enough.filter((right) => right !== 'BINLOG MONITOR'))('names %s when it is missing', async (right) => {
    target.granted = { account: 'backup@%', global: enough.filter((each) => each !== right) };
    const refused = refusal(await check());
    expect(refused.kind).toBe('refused');
    expect(refused.text).toContain(`missing: ${right}`);
  });

  describe('with a Kubernetes account that only reads', () => {
    const refuse = (expected: string) => {
      throw new FailureError(failure('refused', expected, 'forbidden', 'ask for the right'));
    };
    const reader = { user: 'status', secret: 'mariadb-status', key: 'password' };
    const get = () => {
      const { kube } = target;
      const before = kube.get;
      kube.get = async (ref) => (ref.kind === 'Secret' ? refuse('the right to get Secrets') : await before(ref));
    };
    beforeEach(() => {
      target.config = { ...target.config, reader };
      target.sql.rights = async () => refuse('rights');
    });

    test('passes without the rights of the account that acts, and says so', async () => {
      get();
      const { says, facts } = yes(await check());
      expect(says).toContain('rights of root not read with this Kubernetes account: the Job checks them');
      expect(facts).toMatchObject({ account: 'root', rightsRead: false });
    });

    test('does not pass where the Secret may be read and the password is refused', async () => {
      await expect(check()).rejects.toThrow('rights');
    });

    test('does not pass without an account for reading', async () => {
      get();
      const { reader: _, ...config } = target.config;
      target.config = config;
      await expect(check()).rejects.toThrow('rights');
    });

    test('refuses everything else as always', async () => {
      get();
      set({ innodbUndoDirectory: '/var/undo' });
      expect(refusal(await check()).text).toContain('/var/undo');
    });
  });

  test('names every missing right at once', async () => {
    target.granted = { account: 'backup@%', global: ['RELOAD'] };
    expect(refusal(await check()).text).toContain(
      "GRANT PROCESS, LOCK TABLES, BINLOG MONITOR, SLAVE MONITOR, SUPER ON *.* TO 'backup'@'%'",
    );
  });

  test.each(['10.4.30-MariaDB', 'something'])('refuses version %s', async (version) => {
    set({ version });
    expect(refusal(await check()).text).toContain(version);
  });

  test('refuses InnoDB files outside the data directory', async () => {
    set({ innodbUndoDirectory: '/var/undo' });
    expect(refusal(await check()).text).toContain('/var/undo');
  });

  test('refuses a data directory that is not where the claim is mounted', async () => {
    set({ dataDir: '/srv/mysql' });
    expect(refusal(await check()).text).toContain('/srv/mysql');
  });

  test('is unsafe while the member is desynced by something else', async () => {
    target.say('mariadb-server-2', desynced());
    expect(refusal(await check()).kind).toBe('unsafe');
  });

  test("refuses while a runner of another run is on a member's volume", async () => {
    target.activeJob('galera-runbook-other1-copy-1-2', ['mysql-data-mariadb-server-2']);
    expect(refusal(await check()).text).toContain('galera-runbook-other1-copy-1-2');
  });

  test('does not mind its own runners, those of other volumes, and those that have ended', async () => {
    target.activeJob('galera-runbook-q8d4w6-copy-1-2', ['mysql-data-mariadb-server-2']);
    target.activeJob('galera-runbook-other1-prove-1', ['galera-backups']);
    target.activeJob('galera-runbook-other2-copy-1-2', ['mysql-data-mariadb-server-2']);
    target.change('Job', 'galera-runbook-other2-copy-1-2', (job) => ({
      ...job,
      status: { conditions: [{ type: 'Complete', status: 'True' }] },
    }));
    yes(await check());
  });
});
