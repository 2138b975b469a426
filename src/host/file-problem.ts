import { FailureError, failure } from '../base/failure.ts';

/** The code of a failed system call, e.g. `ENOENT`. */
export function codeOf(thrown: unknown): string | undefined {
  const code = (thrown as { readonly code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** No room: the disk, a quota, or a file size limit. */
export function isFull(thrown: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(codeOf(thrown) ?? '');
}

const found: Readonly<Record<string, readonly [found: string, next: string]>> = {
  ENOENT: ['nothing there', 'check the path'],
  EACCES: ['no permission', 'check owner and mode of the file and of the folders above it'],
  EPERM: ['not permitted', 'check owner, mode and attributes of the file'],
  ENOTDIR: ['a file where a folder is needed', 'choose another path'],
  EISDIR: ['a folder', 'name a file'],
  EROFS: ['a read-only file system', 'choose a folder that can be written with --state-dir'],
  ENOSPC: ['no room left on the disk', 'free some, or choose another folder with --state-dir'],
  EDQUOT: ['the disk quota is used up', 'free some, or choose another folder with --state-dir'],
  EFBIG: ['the limit of the file size is reached', 'raise it (ulimit -f)'],
  ELOOP: ['symbolic links in a circle', 'check the path'],
  ENAMETOOLONG: ['a name that is too long', 'choose a shorter path'],
  EIO: ['the disk gives an input/output error', 'look at the disk; choose another folder with --state-dir'],
  ESTALE: ['the network file system has lost the file', 'mount it again, or use --state-dir on a local disk'],
  EMFILE: ['too many open files', 'raise the limit (ulimit -n)'],
};

/** What a failed file operation means to the operator. `expected`: what should have been possible, with the path. */
export function fileProblem(thrown: unknown, expected: string): FailureError {
  if (thrown instanceof FailureError) return thrown;
  const code = codeOf(thrown);
  const known = code === undefined ? undefined : found[code];
  const says = thrown instanceof Error ? thrown.message : String(thrown);
  const [what, next] = known ?? [says, 'look at the file and its folder'];
  const text = known === undefined ? what : `${what} (${code})`;
  return new FailureError(failure('failed', expected, text, next), { cause: thrown });
}
