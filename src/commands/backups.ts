import { type IndexEntry, isGood, isOwn, proofMarks, readIndex } from '../actions/backup-index.ts';
import { formatBytes } from '../base/bytes.ts';
import { formatAge } from '../base/duration.ts';
import { fail } from '../base/failure.ts';
import { backupIdTime, dateTimeText } from '../base/time.ts';
import { archiveBytes } from '../galera/manifest.ts';
import { shortPosition } from '../galera/position.ts';
import { columns } from './columns.ts';
import type { Globals } from './globals.ts';
import { data, talk } from './output.ts';
import { proofText } from './proof-words.ts';
import { openSession, type Session } from './session.ts';

async function withSession<T>(globals: Globals, use: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(globals);
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

/** Backups as the index in the cluster knows them: nothing is started, nothing is read from the volume. */
export async function listBackups(globals: Globals): Promise<number> {
  return await withSession(globals, async (session) => {
    const { entries, broken } = await readIndex(session.look());
    if (globals.output === 'json') {
      data(
        JSON.stringify(
          entries.map(({ id, claim, manifest, proof }) => ({
            id,
            claim,
            restorable: isGood({ proof } as IndexEntry),
            proof,
            manifest,
          })),
          null,
          2,
        ),
      );
      return 0;
    }
    for (const entry of broken)
      talk(`damaged entry ${entry.name}: ${entry.why}; galera-runbook backups verify reads the volume`);
    if (entries.length === 0) {
      talk(`no backups on ${session.config.backups.claim} yet: galera-runbook backup takes the first`);
      return 0;
    }
    const now = session.clock.now();
    const rows = entries.map((entry) => {
      const { id, manifest, proof } = entry;
      const own = isOwn(session.look(), entry)
        ? ''
        : `of ${manifest.identity.namespace}/${manifest.identity.cluster}, another identity`;
      return [
        proofMarks[proof.level],
        id,
        formatAge(now - (backupIdTime(id) ?? now)),
        formatBytes(archiveBytes(manifest), 'nearest'),
        shortPosition(manifest.position),
        proofText(proof),
        own,
      ];
    });
    data(columns(['', 'backup', 'age', 'size', 'position', 'proof', ''], rows).join('\n'));
    talk('as of the index in the cluster; galera-runbook backups verify reads the volume');
    return 0;
  });
}

export async function showBackup(globals: Globals, word: string): Promise<number> {
  return await withSession(globals, async (session) => {
    const { entries } = await readIndex(session.look());
    const wanted = word.toUpperCase();
    const found = word === 'latest' ? entries.slice(0, 1) : entries.filter((entry) => entry.id.startsWith(wanted));
    const [entry, ...others] = found;
    if (!entry)
      fail(
        'usage',
        `a backup ${word}`,
        entries.length === 0 ? 'none in the index' : `${entries.map(({ id }) => id).join(', ')}`,
        'galera-runbook backups list',
      );
    if (others.length > 0)
      fail('usage', `one backup ${word}`, found.map(({ id }) => id).join(', '), 'give more of the id');
    if (globals.output === 'json') {
      data(JSON.stringify({ id: entry.id, claim: entry.claim, proof: entry.proof, manifest: entry.manifest }, null, 2));
      return 0;
    }
    data(backupText(entry).join('\n'));
    return 0;
  });
}

/** Everything about one backup, a line each. */
export function backupText(entry: IndexEntry): readonly string[] {
  const { manifest, proof } = entry;
  const tables = Object.entries(manifest.tables);
  return [
    `backup     ${entry.id}, ${manifest.kind}, on claim ${entry.claim ?? 'unknown'}`,
    `cluster    ${manifest.identity.namespace}/${manifest.identity.cluster}, kube-system ${manifest.identity.kubeSystemUid}, StatefulSet ${manifest.identity.statefulSetUid}`,
    `position   ${manifest.position.uuid}:${manifest.position.seqno} of ${manifest.positionAt}`,
    `taken      ${manifest.startedAt} by run ${manifest.run}, donor ${manifest.donor.member}`,
    `server     ${manifest.serverVersion}, tool ${manifest.toolVersion}, image ${manifest.image}`,
    `size       ${formatBytes(archiveBytes(manifest), 'nearest')} (${manifest.compression}), unpacked ${formatBytes(manifest.dataBytes, 'nearest')}`,
    `proof      ${proofMarks[proof.level]} ${proofText(proof)}${proof.at === '' ? '' : `, ${dateTimeText(Date.parse(proof.at))} by run ${proof.run}`}`,
    ...manifest.files.map((file) => `file       ${file.name}, ${file.bytes} bytes, sha256 ${file.sha256}`),
    ...tables.map(([schema, of]) => `schema     ${schema}: ${of.length} tables`),
  ];
}
