import type { Dataset } from './dataset.ts';

/** Files and folders as values: a change makes a new tree that shares the rest. */
export type Node = File | Dir;

export interface Dir {
  readonly dir: { readonly [name: string]: Node };
}

export interface File {
  readonly bytes: number;
  /** What a program reads in it. */
  readonly text?: string;
  /** ibdata1: the data of the server that owns it. */
  readonly dataset?: Dataset;
  /** Files of one physical copy have the same; a server does not open a mixture. */
  readonly copy?: string;
  /** galera.cache: its lowest seqno. */
  readonly cachedFrom?: number;
  /** What `sha256sum` says; absent where nobody asks. */
  readonly sha256?: string;
  /** An archive that `zstd -t` does not take. */
  readonly broken?: string;
}

export const empty: Dir = { dir: {} };

export function isDir(node: Node | undefined): node is Dir {
  return node !== undefined && 'dir' in node;
}

export function isFile(node: Node | undefined): node is File {
  return node !== undefined && !('dir' in node);
}

const parts = (path: string): string[] => path.split('/').filter((part) => part !== '');

export function nodeAt(root: Dir, path: string): Node | undefined {
  let node: Node | undefined = root;
  for (const part of parts(path)) {
    if (!isDir(node)) return undefined;
    node = node.dir[part];
  }
  return node;
}

/** With `node` at the path, folders above it made where they are not there; `undefined` removes. */
export function withNode(root: Dir, path: string, node: Node | undefined): Dir {
  const [first, ...rest] = parts(path);
  if (first === undefined) return isDir(node) ? node : root;
  if (rest.length > 0) {
    const below = root.dir[first];
    if (node === undefined && !isDir(below)) return root;
    return { dir: { ...root.dir, [first]: withNode(isDir(below) ? below : empty, rest.join('/'), node) } };
  }
  if (node !== undefined) return { dir: { ...root.dir, [first]: node } };
  const { [first]: _gone, ...left } = root.dir;
  return { dir: left };
}

const sizes = new WeakMap<Dir, number>();

/** Bytes of all files below. */
export function bytesOf(node: Node | undefined): number {
  if (node === undefined) return 0;
  if (!isDir(node)) return node.bytes;
  const known = sizes.get(node);
  if (known !== undefined) return known;
  const sum = Object.values(node.dir).reduce((total, each) => total + bytesOf(each), 0);
  sizes.set(node, sum);
  return sum;
}

export function namesIn(node: Node | undefined): string[] {
  return isDir(node) ? Object.keys(node.dir).toSorted() : [];
}
