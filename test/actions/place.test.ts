import { beforeEach, describe, expect, test } from 'vitest';
import { backupTake } from '../../src/actions/backup-take.ts';
import { viewCluster } from '../../src/actions/cluster-view.ts';
import { mariadbBackupTool } from '../../src/actions/mariadb-backup-tool.ts';
import { dataDirectory } from '../../src/actions/place.ts';
import { failureFrom, planned } from './fail.ts';
import { FakeTarget, refusal, synced, yes } from './fake-target.ts';

let target: FakeTarget;
beforeEach(() => {
  target = new FakeTarget();
});

function mounts(volumeMounts: readonly { name: string; mountPath: string; subPath?: string }[]): void {
  target.change('StatefulSet', 'mariadb-server', (set) => {
    const [container] = set.spec.template.spec.containers;
    const template = { spec: { containers: [{ ...container, volumeMounts }] } };
    const names = [...new Set(volumeMounts.map(({ name }) => name))];
    const volumeClaimTemplates = names.map((name) => ({ metadata: { name } }));
    return { ...set, spec: { ...set.spec, template, volumeClaimTemplates } };
  });
}

const bitnami = () => mounts([{ name: 'mysql-data', mountPath: '/bitnami/mariadb' }]);
const configured = (folder: string) => {
  target.config = { ...target.config, dataDirectory: folder };
};
const seen = async () => dataDirectory(await viewCluster(target));

describe("a member's data directory, as a runner sees it", () => {
  test.each([
    ['the root of its volume', '/var/lib/mysql', undefined, undefined, '/data'],
    ['a folder by subPath', '/var/lib/mysql', 'mysql', undefined, '/data/mysql'],
    ['a folder below the mount', '/bitnami/mariadb', undefined, '/bitnami/mariadb/data', '/data/data'],
    ['a folder below a subPath', '/bitnami/mariadb/', 'db', '/bitnami/mariadb/data/', '/data/db/data'],
    ['the mount itself, configured', '/var/lib/mysql', undefined, '/var/lib/mysql/', '/data'],
  ])('is %s', async (_what, mountPath, subPath, folder, expected) => {
    mounts([{ name: 'mysql-data', mountPath, ...(subPath ? { subPath } : {}) }]);
    if (folder) configured(folder);
    expect(await seen()).toBe(expected);
  });

  test('is on the claim that holds it', async () => {
    mounts([
      { name: 'logs', mountPath: '/srv' },
      { name: 'mysql-data', mountPath: '/srv/db' },
    ]);
    configured('/srv/db/data');
    expect((await viewCluster(target)).members[0]?.data.claim).toBe('mysql-data-mariadb-server-0');
    expect(await seen()).toBe('/data/data');
  });

  test('is refused when no claim is mounted there', async () => {
    bitnami();
    configured('/bitnami/mariadb-data');
    const { kind, found, next } = await failureFrom(viewCluster(target));
    expect(kind).toBe('refused');
    expect(found).toBe('claims are mounted at /bitnami/mariadb');
    expect(next).toContain('"data-directory"');
  });
});

describe('a data directory below the mount', () => {
  const check = () => mariadbBackupTool.observe({ member: 'mariadb-server-2' }, target);
  const serves = (dataDir: string) =>
    target.say('mariadb-server-2', synced({ settings: { ...synced().settings, dataDir } }));

  test('is compared with what the server says, and named where it is missing from the configuration', async () => {
    bitnami();
    serves('/bitnami/mariadb/data/');
    expect(refusal(await check()).text).toContain('put "data-directory: /bitnami/mariadb/data" into the configuration');
    configured('/bitnami/mariadb/data');
    yes(await check());
  });

  test('is copied from where the server has it', async () => {
    bitnami();
    serves('/bitnami/mariadb/data/');
    configured('/bitnami/mariadb/data');
    const input = { member: 'mariadb-server-2', kind: 'full' };
    const { memo } = planned(await backupTake.plan(input, target));
    await backupTake.apply(input, target, memo).catch(() => undefined);
    expect(target.started[0]).toMatchObject({
      values: { DATADIR: '/bitnami/mariadb/data' },
      place: { mounts: [{ claim: 'mysql-data-mariadb-server-2', mountPath: '/bitnami/mariadb', readOnly: true }, {}] },
    });
  });
});
