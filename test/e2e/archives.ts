import { createHash } from 'node:crypto';
import { apply, backupVolumePath, clients, inLab, names, outside, remove, until } from '../lab/lab.ts';

/** What tests change of a manifest; the rest is as the program wrote it. */
export interface ManifestText {
  id: string;
  identity: { cluster: string; namespace: string; kubeSystemUid: string; statefulSetUid: string };
  position: { uuid: string; seqno: string };
  serverVersion: string;
  files: { name: string; bytes: number; sha256: string }[];
  [key: string]: unknown;
}

export interface Twist {
  /** A shell command in the copy's folder on the backup volume; the archive is `backup.mbstream.zst`. */
  readonly archive?: string;
  /** The manifest then tells bytes and SHA-256 of the archive as it is now: as if it had been written so. */
  readonly refit?: boolean;
  readonly manifest?: (manifest: ManifestText) => void;
  /** Without: neither in the index nor on the volume. */
  readonly withoutManifest?: boolean;
  /** Not in the index at all. */
  readonly unlisted?: boolean;
}

/** A shell command that flips one bit in the middle of a file; the name may be a variable of the shell. */
export const flipBit = (file: string): string =>
  `at=$(($(stat -c %s "${file}") / 2)); byte=$(od -An -tu1 -j$at -N1 "${file}"); printf "\\x$(printf %02x $((byte ^ 1)))" | dd of="${file}" bs=1 seek=$at conv=notrunc status=none`;

const archiveName = 'backup.mbstream.zst';
let copies = 0;

export const indexName = (id: string, cluster: string = names.cluster): string =>
  `galera-backup-${cluster}-${id.toLowerCase()}`;

/** A copy of a backup under an older id, changed; gives the id. The volume's folder and the index entry are both there, as after a backup. */
export async function twistedCopy(of: string, twist: Twist): Promise<string> {
  const { core } = clients();
  const { namespace } = names;
  copies += 1;
  const id = `20200101T0000${String(copies).padStart(2, '0')}Z`;
  const root = `${await backupVolumePath()}/${names.cluster}`;
  const folder = `${root}/${id}`;
  await inLab(`cp -a '${root}/${of}' '${folder}'`);
  if (twist.archive !== undefined) await inLab(`set -e; cd '${folder}'; ${twist.archive}`);
  const entry = await core.readNamespacedConfigMap({ namespace, name: indexName(of) });
  const manifest = JSON.parse(entry.data?.['manifest.json'] ?? '') as ManifestText;
  manifest.id = id;
  if (twist.refit) {
    const [bytes = '', sha256 = ''] = (
      await inLab(`cd '${folder}'; stat -c %s ${archiveName}; sha256sum < ${archiveName}`)
    ).split(/\s+/);
    manifest.files = manifest.files.map((file) =>
      file.name === archiveName ? { ...file, bytes: Number(bytes), sha256 } : file,
    );
  }
  twist.manifest?.(manifest);
  const text = `${JSON.stringify(manifest, undefined, 2)}\n`;
  if (twist.withoutManifest) await inLab(`rm '${folder}/manifest.json'`);
  else await inLab(`cat > '${folder}/manifest.json'`, { stdin: text });
  if (twist.unlisted) return id;
  const { 'manifest.json': _, ...rest } = entry.data ?? {};
  const { labels, annotations } = entry.metadata ?? {};
  await core.createNamespacedConfigMap({
    namespace,
    body: {
      metadata: {
        name: indexName(id, manifest.identity.cluster),
        namespace,
        ...(labels ? { labels } : {}),
        ...(annotations ? { annotations } : {}),
      },
      data: twist.withoutManifest ? rest : { ...rest, 'manifest.json': text },
    },
  });
  return id;
}

/** Folders of backups on a backup volume, unfinished ones too; on an outside cluster nobody can look. */
export async function backupFolders(claim: 'shared' | 'small' = 'shared'): Promise<readonly string[]> {
  if (outside) return [];
  return (await inLab(`cd '${await backupVolumePath(claim)}' && [ ! -d ${names.cluster} ] || ls ${names.cluster}`))
    .split('\n')
    .filter((name) => name !== '');
}

/** Runs a script in a pod that has the tools of the members and the backup volume at /backups. */
export async function inWorkshop(script: string): Promise<void> {
  const { namespace } = names;
  const { core } = clients();
  const name = `workshop-${createHash('sha256').update(script).digest('hex').slice(0, 8)}`;
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: {
      restartPolicy: 'Never',
      containers: [
        {
          name: 'workshop',
          image: 'registry.local/galera:10.11',
          command: ['bash', '-euo', 'pipefail', '-c', script],
          volumeMounts: [{ name: 'backups', mountPath: '/backups' }],
        },
      ],
      volumes: [{ name: 'backups', persistentVolumeClaim: { claimName: 'galera-backups' } }],
    },
  };
  await apply([pod]);
  const phase = await until('the workshop to end', 60_000, async () => {
    const { status } = await core.readNamespacedPod({ namespace, name });
    return (status?.phase === 'Succeeded' || status?.phase === 'Failed') && status.phase;
  });
  if (phase === 'Failed') throw new Error(await core.readNamespacedPodLog({ namespace, name }));
  await remove([pod]);
}

/** One page of a table's data overwritten, in an archive that is whole in every other way. */
export const spoiledPage = (id: string, table: string): string => `
cd "/backups/${names.cluster}/${id}"
mkdir /tmp/data
zstd -q -dc ${archiveName} | mbstream -x -C /tmp/data
python3 - /tmp/data/${table}.ibd <<'END'
import os, sys
size = 16384
with open(sys.argv[1], 'r+b') as file:
    pages = range(os.path.getsize(sys.argv[1]) // size)
    def part(page, offset):
        file.seek(page * size + offset)
        return int.from_bytes(file.read(2), 'big')
    # Leaves of an index (page type 17855, level 0): what every reader of the table comes by.
    leaves = [page for page in pages if part(page, 24) == 17855 and part(page, 64) == 0]
    spoiled = leaves[len(leaves) // 2]
    file.seek(spoiled * size + 200)
    file.write(os.urandom(8000))
    print(len(leaves), 'leaves, spoiled page', spoiled)
END
cd /tmp/data
find . -type f -printf '%P\\n' | sort > /tmp/names
mapfile -t names < /tmp/names
mbstream -c "\${names[@]}" | zstd -q -f -o "/backups/${names.cluster}/${id}/${archiveName}"`;
