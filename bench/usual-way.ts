/** What a wiki says: scale to 0, wipe every member, restore one, let the others take a state dump from it. As fast as that can be scripted. */
import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { clients, names, until, waitSynced } from '../test/lab/lab.ts';
import { byHand } from './pods.ts';

const { namespace, statefulSet: name, replicas, cluster } = names;
// A block volume's lost+found passes for a database: the backup has a db.opt in it, which would be there already.
const wipe = `find /var/lib/mysql -mindepth 1 -maxdepth 1 ! -name lost+found -exec rm -rf {} +
rm -rf /var/lib/mysql/lost+found/*`;

function restore(id: string, { uuid, seqno }: { uuid: string; seqno: string }): string {
  return `${wipe}
cd /var/lib/mysql
zstd -dc /backups/${cluster}/${id}/backup.mbstream.zst | mbstream -x
mariadb-backup --prepare --target-dir=/var/lib/mysql
printf '# GALERA saved state\\nversion: 2.1\\nuuid:    %s\\nseqno:   %s\\nsafe_to_bootstrap: 1\\n' ${uuid} ${seqno} > grastate.dat
chown -R mysql: .`;
}

async function scale(to: number): Promise<void> {
  await clients().apps.patchNamespacedStatefulSet(
    { namespace, name, body: { spec: { replicas: to } } },
    setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
  );
}

export async function usualWay(id: string, position: { uuid: string; seqno: string }): Promise<void> {
  await scale(0);
  await until('all members to be gone', 120_000, async () => {
    const { items } = await clients().core.listNamespacedPod({ namespace });
    return items.every(({ metadata }) => !metadata?.name?.startsWith(`${name}-`));
  });
  await Promise.all([
    byHand({ name: 'usual-0', member: 0, script: restore(id, position) }),
    byHand({ name: 'usual-1', member: 1, script: wipe }),
    byHand({ name: 'usual-2', member: 2, script: wipe }),
  ]);
  await scale(replicas);
  await waitSynced(namespace, 600_000);
}
