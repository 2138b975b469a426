import { type Failure, failure } from '../base/failure.ts';

export interface ServerVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** `10.11.19-MariaDB-0+deb12u1`, `10.11.19-MariaDB`, `11.4.5`; also with the `5.5.5-` that old clients were shown. */
export function parseServerVersion(text: string): ServerVersion | undefined {
  const match = /^(?:5\.5\.5-)?(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:$|[^\d.])/.exec(text);
  if (match === null) return undefined;
  return { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) };
}

export function versionText(version: ServerVersion): string {
  return `${version.major}.${version.minor}.${version.patch}`;
}

/** Negative when `left` is older. */
export function compareVersions(left: ServerVersion, right: ServerVersion): number {
  return left.major - right.major || left.minor - right.minor || left.patch - right.patch;
}

export function sameSeries(left: ServerVersion, right: ServerVersion): boolean {
  return left.major === right.major && left.minor === right.minor;
}

/**
 * Undefined when an archive of server `archive` may be restored on server `running`: the same series (sequences.md §2.1), and not
 * a newer patch, since a server is tested with the files of older ones, never of newer. A version that cannot be read is refused.
 */
export function refuseVersion(archive: string, running: string): Failure | undefined {
  const [from, to] = [parseServerVersion(archive), parseServerVersion(running)];
  const expected =
    to === undefined
      ? 'a MariaDB version on both sides'
      : `a backup of MariaDB ${to.major}.${to.minor}, not newer than ${versionText(to)}`;
  const next = 'choose a backup of this version, or bring the server to the version of the backup first';
  if (from === undefined || to === undefined) {
    return failure(
      'refused',
      expected,
      from === undefined ? `the backup's '${archive}'` : `the server's '${running}'`,
      next,
    );
  }
  if (sameSeries(from, to) && compareVersions(from, to) <= 0) return undefined;
  return failure('refused', expected, `a backup of ${versionText(from)}`, next);
}
