import { beforeEach, describe, expect, test } from 'vitest';
import { backupTake } from '../../src/actions/backup-take.ts';
import { restoreProvePrepared } from '../../src/actions/restore-prove-prepared.ts';
import { fail } from '../../src/base/failure.ts';
import { planned, refused } from './fail.ts';
import { FakeCluster, prepared } from './fake-restore.ts';
import { uuid } from './fake-target.ts';

let target: FakeCluster;
const id = '20261121T050007Z';
beforeEach(() => {
  target = new FakeCluster();
  target.index(id, { manifest: { position: { uuid, seqno: '57' } } });
});

describe.each([
  ['a backup', async () => await backupTake.plan({ kind: 'full' }, target)],
  ['a restore', async () => await restoreProvePrepared.plan({ prepared }, target)],
])('planning %s', (_what, plan) => {
  test('is refused without the Secret that its Jobs mount', async () => {
    target.objects.delete('Secret/openstack/mariadb-root');
    expect(refused(await plan())).toMatchObject({
      kind: 'refused',
      expected: 'the password of account root in Secret openstack/mariadb-root, key password',
      found: 'no such Secret',
    });
  });

  test('is refused without its key, and names those there are', async () => {
    target.change('Secret', 'mariadb-root', (secret) => ({ ...secret, data: { root: 'c2VjcmV0' } }));
    const failed = refused(await plan());
    expect(failed.found).toBe('keys root');
    expect(JSON.stringify(failed)).not.toContain('c2VjcmV0');
  });

  test('goes on where this Kubernetes account may not look', async () => {
    const { get } = target.kube;
    target.kube.get = async (ref) =>
      ref.kind === 'Secret' ? fail('refused', 'the right to get Secrets', 'none', 'ask for it') : await get(ref);
    planned(await plan());
  });

  test('tells nothing of what is in it', async () => {
    expect(JSON.stringify(planned(await plan()))).not.toContain('c2VjcmV0');
  });
});
