import { describe, expect, test } from 'vitest';
import { parseServerVersion, refuseVersion, versionText } from '../../src/galera/version.ts';

describe('server versions', () => {
  test.each([
    ['10.11.19-MariaDB-0+deb12u1', '10.11.19'],
    ['10.11.19-MariaDB', '10.11.19'],
    ['11.4.5', '11.4.5'],
    ['5.5.5-10.6.1-MariaDB-log', '10.6.1'],
    ['10.11', undefined],
    ['MariaDB 10.11.19', undefined],
    ['10.11.19.3', undefined],
    ['', undefined],
  ])('%j is %s', (text, expected) => {
    const version = parseServerVersion(text);
    expect(version && versionText(version)).toBe(expected);
  });

  test.each([
    ['10.11.19-MariaDB', '10.11.19-MariaDB-0+deb12u1', true],
    ['10.11.8-MariaDB', '10.11.19-MariaDB', true],
    ['10.11.20-MariaDB', '10.11.19-MariaDB', false],
    ['10.6.19-MariaDB', '10.11.19-MariaDB', false],
    ['11.4.1-MariaDB', '10.11.19-MariaDB', false],
    ['unreadable', '10.11.19-MariaDB', false],
    ['10.11.19-MariaDB', '', false],
  ])('a backup of %s goes onto %s: %s', (archive, running, allowed) => {
    const refused = refuseVersion(archive, running);
    expect(refused === undefined).toBe(allowed);
    if (refused !== undefined) expect(refused.kind).toBe('refused');
  });
});
