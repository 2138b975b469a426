import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backupVolumePath, clients, galeraDown, galeraUp, inLab, names, outside } from '../lab/lab.ts';
import { flipBit } from './archives.ts';
import { Program } from './program.ts';
import { makeShop, whole } from './shop.ts';

const program = new Program({ keep: 2 });

interface Listed {
  readonly id: string;
  readonly proof: { readonly level: string };
}

async function list(): Promise<readonly Listed[]> {
  return JSON.parse((await program.run(['backups', 'list', '-o', 'json'])).stdout) as Listed[];
}

describe.skipIf(outside)('the volume is the truth, the index follows it', () => {
  beforeAll(async () => {
    await galeraUp({ layout: 'root', podManagement: 'Parallel' });
    await makeShop(1000);
    for (let taken = 0; taken < 3; taken++) expect((await program.yes(['backup'])).exit).toBe(0);
  });

  afterAll(async () => await galeraDown());

  it('keeps as many good backups as the configuration says', async () => {
    expect(await list()).toHaveLength(2);
    const folders = await inLab(`ls '${await backupVolumePath()}/${names.cluster}'`);
    expect(folders.trim().split('\n')).toHaveLength(2);
  });

  it('verify reads the newest archive back from the disk', async () => {
    const verified = await program.yes(['backups', 'verify']);
    expect(verified.stdout + verified.stderr).toContain('run-ended     exit 0');
    expect((await list())[0]?.proof.level).toBe('checksums');
  });

  it('verify lists again what the index has lost', async () => {
    const maps = await clients().core.listNamespacedConfigMap({
      namespace: names.namespace,
      labelSelector: 'galera-runbook/kind=backup',
    });
    const before = (await list()).map(({ id }) => id);
    for (const map of maps.items)
      await clients().core.deleteNamespacedConfigMap({ namespace: names.namespace, name: map.metadata?.name ?? '' });
    expect(await list()).toEqual([]);
    const verified = await program.yes(['backups', 'verify']);
    expect([0, 3]).toContain(verified.exit);
    expect((await list()).map(({ id }) => id)).toEqual(before);
    expect((await list())[0]?.proof.level).toBe('checksums');
  });

  it('verify marks an archive with one flipped bit as failed, and no restore takes it', async () => {
    const [newest] = await list();
    const archive = `${await backupVolumePath()}/${names.cluster}/${newest?.id}/backup.mbstream.zst`;
    await inLab(flipBit(archive));
    const verified = await program.yes(['backups', 'verify', newest?.id ?? '']);
    expect(verified.exit).toBe(1);
    expect((await list()).find(({ id }) => id === newest?.id)?.proof.level).toBe('failed');
    const restore = await program.run(['restore', newest?.id ?? '', '--dry-run']);
    expect(restore.exit).toBe(4);
    expect(await whole()).toBe(true);
  });

  it('prune shows what it would remove and writes nothing in a dry run', async () => {
    const before = await list();
    expect((await program.run(['backups', 'prune', '--dry-run'])).exit).toBe(0);
    expect(await list()).toEqual(before);
    expect([0, 3]).toContain((await program.yes(['backups', 'prune'])).exit);
  });
});
