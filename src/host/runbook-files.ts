import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail } from '../base/failure.ts';
import { suggest } from '../runbook/problem.ts';
import { fileProblem } from './file-problem.ts';
import { readNamed } from './files.ts';

/** The documents of this program: the same place seen from `src/host` and from `dist/host`. */
export const shippedRunbooks = fileURLToPath(new URL('../../docs/runbooks/', import.meta.url));

const largest = 1024 * 1024;

export interface RunbookFile {
  /** What `run` takes: the file's name without `.md`. */
  readonly name: string;
  readonly path: string;
  readonly from: 'shipped' | 'site' | 'file';
}

export interface RunbookFolders {
  readonly shipped?: string;
  /** `--runbooks DIR`, or `runbooks:` of the configuration. */
  readonly site?: string;
}

/** All documents by name, the site's after the shipped ones. A name may be there twice: then only a path can choose. */
export async function listRunbooks({
  shipped = shippedRunbooks,
  site,
}: RunbookFolders = {}): Promise<readonly RunbookFile[]> {
  const own = await inFolder(shipped, 'shipped');
  return site === undefined ? own : [...own, ...(await inFolder(resolve(site), 'site'))];
}

async function inFolder(folder: string, from: 'shipped' | 'site'): Promise<RunbookFile[]> {
  const names = await readdir(folder).catch((thrown) => {
    const { found, next } = fileProblem(thrown, '').failure;
    return fail('usage', `a folder of runbooks at ${folder}`, found, next, thrown);
  });
  return names
    .filter((name) => /^[^.].*\.md$/.test(name) && name.toLowerCase() !== 'readme.md')
    .sort()
    .map((name) => ({ name: name.slice(0, -3), path: join(folder, name), from }));
}

/** By name, or by path: whatever has a slash in it or ends in `.md`. */
export async function findRunbook(word: string, folders: RunbookFolders = {}): Promise<RunbookFile> {
  if (/[/\\]/.test(word) || word.endsWith('.md')) {
    const path = resolve(word);
    return { name: path.replace(/^.*[/\\]/, '').replace(/\.md$/, ''), path, from: 'file' };
  }
  const all = await listRunbooks(folders);
  const [first, second] = all.filter(({ name }) => name === word);
  if (first === undefined) {
    const near = suggest(word, new Set(all.map(({ name }) => name)));
    return fail('usage', `a runbook ${word}`, 'none of that name', near ?? 'see `galera-runbook runbooks list`');
  }
  // A site's document in the place of a shipped one, unseen, is what nobody wants at night.
  if (second !== undefined) {
    const next = "rename the site's, or give the path of the one you mean";
    return fail('usage', `one runbook ${word}`, `two: ${first.path} and ${second.path}`, next);
  }
  return first;
}

/** Its bytes as they are: the hash of a run is of these. */
export function readRunbook(file: RunbookFile): Promise<Uint8Array> {
  return readNamed(file.path, 'a runbook', largest, 'check the path, or see `galera-runbook runbooks list`');
}
