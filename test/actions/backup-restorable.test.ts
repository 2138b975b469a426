import { beforeEach, describe, expect, test } from 'vitest';
import { readIndex } from '../../src/actions/backup-index.ts';
import { backupRestorable } from '../../src/actions/backup-restorable.ts';
import { resolveBackup } from '../../src/actions/resolve-backup.ts';
import { FakeTarget, manifestOf, memberNames, refusal, uuid, yes } from './fake-target.ts';

const id = '20261120T050000Z';
const identity = manifestOf(id).identity;

let target: FakeTarget;
beforeEach(() => {
  target = new FakeTarget();
});

describe('backup.restorable', () => {
  const check = () => backupRestorable.observe({ backup: { id } }, target);

  test('takes a proven full backup of this cluster', async () => {
    target.index(id);
    const { output, facts, warnings } = yes(await check());
    expect(output.backup).toEqual({ id, kind: 'full', cluster: 'lab', position: { uuid, seqno: '4203120' } });
    expect(facts).not.toHaveProperty('rebuilt');
    expect(warnings).toBeUndefined();
  });

  test('refuses what the index does not have', async () => {
    expect(refusal(await check()).text).toContain('no such backup');
  });

  test.each([
    ['that was not verified', { level: 'none' }, `prove it first: galera-runbook backups verify ${id}`],
    ['whose proof failed', { level: 'failed' }, 'proof failed'],
    [
      'that is incremental',
      { manifest: { kind: 'incremental', parent: '20261119T050000Z' } as const },
      'a full backup',
    ],
    ['of another cluster', { manifest: { identity: { ...identity, cluster: 'other' } } }, 'of cluster other'],
    [
      'of another namespace',
      { manifest: { identity: { ...identity, namespace: 'elsewhere' } } },
      'of namespace elsewhere',
    ],
    ['on another claim', { claim: 'old-backups' }, 'on claim old-backups'],
    ['of a newer server', { manifest: { serverVersion: '10.11.21-MariaDB' } }, '10.11.21'],
    ['of another series', { manifest: { serverVersion: '10.6.18-MariaDB' } }, '10.6.18'],
  ])('refuses a backup %s', async (_what, more, says) => {
    target.index(id, more);
    const refused = refusal(await check());
    expect(refused.kind).toBe('refused');
    expect(refused.text).toContain(says);
  });

  test('refuses a backup whose archive was not on the volume, and says how to look again', async () => {
    target.index(id);
    target.change('ConfigMap', `galera-backup-lab-${id.toLowerCase()}`, (map) => ({
      ...map,
      data: { ...map.data, 'proof.json': '{"level":"failed","at":"2026-11-21T04:00:00Z","run":"earlie","gone":true}' },
    }));
    const { text } = refusal(await check());
    expect(text).toContain('it was not there at 2026-11-21T04:00:00Z');
    expect(text).toContain('galera-runbook backups verify');
  });

  test('refuses an entry without a manifest that can be read', async () => {
    target.index(id);
    target.change('ConfigMap', `galera-backup-lab-${id.toLowerCase()}`, (map) => ({
      ...map,
      data: { 'manifest.json': '{"format":1' },
    }));
    expect(refusal(await check()).text).toContain('no manifest that can be read');
  });

  test('takes a backup of the same names with other UIDs for a rebuilt cluster, and says so', async () => {
    target.index(id, { manifest: { identity: { ...identity, statefulSetUid: 'earlier' } } });
    const { facts, warnings } = yes(await check());
    expect(facts?.rebuilt).toBe(true);
    expect(warnings?.[0]).toContain('statefulSetUid');
    // Both below each other, in the gate that is asked about it.
    expect(warnings?.slice(1)).toEqual([
      expect.stringMatching(/^of the backup {2}kube-system \S+ {2}StatefulSet earlier {2}/),
      expect.stringMatching(/^here {11}kube-system \S+ {2}StatefulSet \S+ {2}/),
    ]);
  });

  test('of a cluster that is down, the same image is the same version, another is unknown', async () => {
    for (const name of memberNames) target.silence(name);
    target.index(id);
    expect(yes(await check()).warnings?.[0]).toContain('by image only');
    target.index(id, { manifest: { image: 'registry.local/galera:11.4' } });
    expect((await check()).is).toBe('unknown');
  });
});

describe('a parameter of type backup', () => {
  const resolved = async (wanted: string) => {
    const found = await resolveBackup(target, wanted);
    return 'record' in found ? found.record.id : `${found.found} | ${found.next}`;
  };

  test('latest is the newest proven full one of this very cluster', async () => {
    target.index('20261118T050000Z');
    target.index('20261119T050000Z');
    target.index('20261120T010000Z', { level: 'none' });
    target.index('20261120T020000Z', { level: 'failed' });
    target.index('20261120T030000Z', { manifest: { identity: { ...identity, statefulSetUid: 'earlier' } } });
    target.index('20261120T040000Z', { claim: 'old-backups' });
    expect(await resolved('latest')).toBe('20261119T050000Z');
  });

  test('latest fails when nothing is restorable', async () => {
    target.index(id, { level: 'none' });
    expect(await resolved('latest')).toContain(id);
  });

  test('an id, or a beginning that fits one', async () => {
    target.index('20261119T050000Z');
    target.index(id);
    expect(await resolved(id)).toBe(id);
    expect(await resolved(id.toLowerCase())).toBe(id);
    expect(await resolved('20261120')).toBe(id);
    expect(await resolved('2026')).toContain('20261119T050000Z');
  });

  test('one whose entry is damaged is said to be so, and not taken for one that is not there', async () => {
    target.index('20261101T050000Z');
    target.index(id);
    target.change('ConfigMap', `galera-backup-lab-${id.toLowerCase()}`, (entry) => ({ ...entry, data: {} }));
    expect(await resolved(id)).toContain('no manifest that can be read');
    expect(await resolved(id)).toContain(`backups verify ${id}`);
  });

  test('what is not there names the nearest and what is there', async () => {
    target.index('20261101T050000Z');
    target.index(id);
    expect(await resolved('20261103T050000Z')).toContain('did you mean 20261101T050000Z?');
    expect(await resolved('20261121')).toContain(`did you mean ${id}?`);
    target = new FakeTarget();
    expect(await resolved('20261121')).toContain('no backup in the index');
  });
});

describe('the index', () => {
  const damage = (data: object) =>
    target.change('ConfigMap', `galera-backup-lab-${id.toLowerCase()}`, (map) => ({ ...map, data }));

  test('reports damaged entries and goes on', async () => {
    target.index(id);
    target.index('20261119T050000Z');
    damage({ 'manifest.json': 'no json' });
    const { entries, broken } = await readIndex(target);
    expect(entries.map((entry) => entry.id)).toEqual(['20261119T050000Z']);
    expect(broken).toHaveLength(1);
  });

  test('takes an entry under a wrong name for damaged', async () => {
    target.index(id);
    damage({ 'manifest.json': JSON.stringify(manifestOf('20261119T050000Z')) });
    expect((await readIndex(target)).broken[0]?.why).toContain('20261119T050000Z');
  });

  test('takes a proof that cannot be read for none', async () => {
    target.index(id);
    damage({ 'manifest.json': JSON.stringify(manifestOf(id)), 'proof.json': '{"level":"certainly"}' });
    expect((await readIndex(target)).entries[0]?.proof.level).toBe('none');
  });
});
