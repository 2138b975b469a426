/** After tsc: what is still missing for `dist` to be the program, and removal of what an earlier build left there. */
import { chmodSync, copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const source = join(root, 'src');
const built = join(root, 'dist');

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** Where a source file stands in the package; undefined for what is only for reading it. */
function builtName(file: string): string | undefined {
  if (/\.tsx?$/.test(file)) return file.replace(/\.tsx?$/, '.js');
  return file.endsWith('.sh') ? file : undefined;
}

const wanted = new Set(files(source).map(builtName));
// A module that was renamed or deleted would live on in the package.
for (const file of files(built)) {
  if (!wanted.has(file)) rmSync(join(built, file));
}
// What runners do in the cluster is read by the program at run time.
for (const file of files(source).filter((file) => file.endsWith('.sh'))) {
  mkdirSync(dirname(join(built, file)), { recursive: true });
  copyFileSync(join(source, file), join(built, file));
}
chmodSync(join(built, 'cli.js'), 0o755);
