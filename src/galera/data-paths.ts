import type { MemberSettings } from './wsrep-status.ts';

/** Where a server keeps what belongs to its data. Empty and relative paths count from the data directory. */
export interface DataPaths {
  readonly dataDir: string;
  readonly innodbDataHomeDir?: string;
  readonly innodbLogGroupHomeDir?: string;
  readonly innodbUndoDirectory?: string;
  readonly ariaLogDirPath?: string;
  readonly logBinBasename?: string;
}

export function dataPathsOf(settings: MemberSettings): DataPaths | undefined {
  const { dataDir, innodbDataHomeDir, innodbLogGroupHomeDir, innodbUndoDirectory, ariaLogDirPath, logBinBasename } =
    settings;
  if (dataDir === undefined) return undefined;
  return {
    dataDir,
    ...(innodbDataHomeDir === undefined ? {} : { innodbDataHomeDir }),
    ...(innodbLogGroupHomeDir === undefined ? {} : { innodbLogGroupHomeDir }),
    ...(innodbUndoDirectory === undefined ? {} : { innodbUndoDirectory }),
    ...(ariaLogDirPath === undefined ? {} : { ariaLogDirPath }),
    ...(logBinBasename === undefined ? {} : { logBinBasename }),
  };
}

function resolved(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** The paths outside the data directory: a swap of that directory would leave their old contents to the new data (sequences.md §2.1). */
export function outsideDataDir(paths: DataPaths): readonly { readonly name: string; readonly path: string }[] {
  const home = resolved(paths.dataDir);
  return Object.entries(paths)
    .filter(([name]) => name !== 'dataDir')
    .map(([name, path]) => ({ name, path: String(path) }))
    .filter(({ path }) => {
      const full = path.startsWith('/') ? resolved(path) : resolved(`${home}/${path}`);
      return full !== home && !full.startsWith(home === '/' ? '/' : `${home}/`);
    });
}
