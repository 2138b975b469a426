import { describe, expect, test } from 'vitest';
import { chainOf } from '../../src/galera/chain.ts';
import { archiveBytes, belongsHere, type ClusterIdentity, identityDifferences } from '../../src/galera/manifest.ts';
import { parseManifest, parseManifestText } from '../../src/galera/manifest-schema.ts';
import { manifestOf, uuidA } from './samples.ts';

describe('a manifest', () => {
  test('comes back from its text as it was', () => {
    const manifest = manifestOf();
    expect(parseManifestText(JSON.stringify(manifest))).toEqual({ ok: true, manifest });
    expect(archiveBytes(manifest)).toBe(1000);
  });

  test('of a later program loses what is not known here, and no more', () => {
    expect(parseManifest({ ...manifestOf(), colour: 'blue' })).toEqual({ ok: true, manifest: manifestOf() });
  });

  test.each<[string, unknown]>([
    ['of another format', { ...manifestOf(), format: 2 }],
    ['with an id that is none', { ...manifestOf(), id: '../../etc' }],
    ['without a known position', { ...manifestOf(), position: { uuid: uuidA, seqno: '-1' } }],
    ['without a file', { ...manifestOf(), files: [] }],
    [
      'whose file leads out of its folder',
      { ...manifestOf(), files: [{ name: '../x', bytes: 1, sha256: 'a'.repeat(64) }] },
    ],
    [
      'whose file looks like an option',
      { ...manifestOf(), files: [{ name: '-rf', bytes: 1, sha256: 'a'.repeat(64) }] },
    ],
    ['with a file twice', { ...manifestOf(), files: [...manifestOf().files, ...manifestOf().files] }],
    ['with a sum that is none', { ...manifestOf(), files: [{ name: 'x', bytes: 1, sha256: 'A'.repeat(64) }] }],
    ['with negative bytes', { ...manifestOf(), dataBytes: -1 }],
    ['with a seqno as a number', { ...manifestOf(), position: { uuid: uuidA, seqno: 5 } }],
    ['incremental without a parent', { ...manifestOf(), kind: 'incremental' }],
    ['full with a parent', { ...manifestOf(), parent: '20261120T210004Z' }],
    ['with a local time', { ...manifestOf(), positionAt: '2026-11-20 21:03' }],
    ['that is no object', 'hello'],
    ['that is nothing', undefined],
  ])('%s is refused', (_, json) => {
    expect(parseManifest(json)).toMatchObject({ ok: false, failure: { kind: 'refused' } });
  });

  test('torn text is refused', () => {
    expect(parseManifestText(JSON.stringify(manifestOf()).slice(0, 100)).ok).toBe(false);
  });

  test('names what is wrong, and not without end', () => {
    const read = parseManifest({ format: 1 });
    expect(!read.ok && read.failure.found).toMatch(/^id: .*; kind: .*; identity: .*; \d+ more$/);
  });
});

describe('a backup belongs', () => {
  const here = manifestOf().identity;

  test.each<[Partial<ClusterIdentity>, string]>([
    [{}, 'here'],
    [{ statefulSetUid: 'other' }, 'rebuilt'],
    [{ kubeSystemUid: 'other' }, 'rebuilt'],
    [{ namespace: 'other' }, 'rebuilt'],
    [{ cluster: 'other' }, 'foreign'],
    [{ cluster: 'other', statefulSetUid: 'other' }, 'foreign'],
  ])('with %j: %s', (change, belonging) => {
    const manifest = manifestOf({ identity: { ...here, ...change } });
    expect(belongsHere(manifest, here)).toBe(belonging);
    expect(
      identityDifferences(manifest, here)
        .map(({ field }) => field)
        .toSorted(),
    ).toEqual(Object.keys(change).toSorted());
  });
});

describe('a chain', () => {
  const full = manifestOf({ id: '20261118T210004Z' });
  const first = manifestOf({
    id: '20261119T210004Z',
    kind: 'incremental',
    parent: full.id,
    lsn: { from: '54476', to: '60000', last: '60001' },
  });
  const second = manifestOf({
    id: '20261120T210004Z',
    kind: 'incremental',
    parent: first.id,
    lsn: { from: '60000', to: '70000', last: '70001' },
  });
  const all = [second, full, first];

  test('goes from the full backup to the one asked for', () => {
    expect(chainOf(all, second.id)).toEqual({ ok: true, chain: [full, first, second] });
    expect(chainOf(all, full.id)).toEqual({ ok: true, chain: [full] });
  });

  test.each([
    ['a link is not there', [second, full], second.id, 'which is not here'],
    [
      'the LSNs do not meet',
      [full, { ...first, lsn: { ...first.lsn, from: '54475' } }],
      first.id,
      'from_lsn 54475 is not to_lsn 54476',
    ],
    [
      'it goes round',
      [
        { ...first, parent: second.id },
        { ...second, lsn: { from: '60000', to: '54476', last: '1' } },
      ],
      second.id,
      'continue each other',
    ],
    [
      'a link is of another cluster',
      [{ ...full, identity: { ...full.identity, cluster: 'x' } }, first],
      first.id,
      'of another cluster',
    ],
    [
      'the server changed its series between',
      [{ ...full, serverVersion: '10.6.1-MariaDB' }, first],
      first.id,
      'server 10.11.19',
    ],
    ['there is no such backup', all, '20200101T000000Z', 'no backup'],
  ])('is refused when %s', (_, manifests, id, found) => {
    expect(chainOf(manifests, id)).toMatchObject({
      ok: false,
      failure: { kind: 'refused', found: expect.stringContaining(found) },
    });
  });
});
