import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseGrastate, renderGrastate } from '../../src/galera/grastate.ts';
import { uuidA, uuidB } from './samples.ts';

const written = `# GALERA saved state
version: 2.1
uuid:    ${uuidB}
seqno:   -1
safe_to_bootstrap: 1
`;

describe('grastate.dat', () => {
  const expected = {
    ok: true,
    grastate: { version: '2.1', position: { uuid: uuidB, seqno: '-1' }, safeToBootstrap: true },
  };

  test.each([
    ['as Galera writes it', written],
    ['padded with spaces, as Galera overwrites in place', `${written}                  `],
    ['with CR LF', written.replaceAll('\n', '\r\n')],
    ['without the last newline', written.trimEnd()],
    ['with a line of a later version', `${written}cert_index:\n`],
  ])('is read %s', (_, text) => {
    expect(parseGrastate(text)).toEqual(expected);
  });

  test('of an old Galera has no word on bootstrapping, and none is invented', () => {
    expect(parseGrastate(written.replace(/safe.*\n/, ''))).toEqual({
      ok: true,
      grastate: { version: '2.1', position: { uuid: uuidB, seqno: '-1' } },
    });
  });

  test.each([
    ['empty', ''],
    ['blank', '\n   \n'],
    ['without uuid', written.replace(/uuid:.*\n/, '')],
    ['without seqno', written.replace(/seqno:.*\n/, '')],
    ['without version', written.replace(/version:.*\n/, '')],
    ['with a torn uuid', written.replace(uuidB, uuidB.slice(0, 20))],
    ['with text for a seqno', written.replace(/seqno:.*/, 'seqno:   five')],
    ['with a seqno below -1', written.replace(/seqno:.*/, 'seqno:   -7')],
    ['with another safe_to_bootstrap', written.replace('bootstrap: 1', 'bootstrap: yes')],
    ['with a uuid twice', `${written}uuid: ${uuidA}\n`],
    ['binary', '\0\0\0\0'],
    ['of another kind', 'my_uuid: x\n#vwbeg\nview_id: 3 x 5\n'],
  ])('%s is no position', (_, text) => {
    const read = parseGrastate(text);
    expect(read).toMatchObject({ ok: false, failure: { kind: 'unknown' } });
  });

  test('is written byte for byte as Galera does, with the newline at the end', () => {
    expect(renderGrastate({ position: { uuid: uuidB, seqno: '-1' }, safeToBootstrap: true })).toBe(written);
  });

  test('comes back as it was written', () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.bigInt({ min: -1n, max: 2n ** 63n - 1n }),
        fc.boolean(),
        (uuid, seqno, safeToBootstrap) => {
          const position = { uuid, seqno: String(seqno) };
          expect(parseGrastate(renderGrastate({ position, safeToBootstrap }))).toEqual({
            ok: true,
            grastate: { version: '2.1', position, safeToBootstrap },
          });
        },
      ),
    );
  });
});
