/**
 * Adds the platforms that `npm install` left out of package-lock.json: it drops an optional binary that the registry at hand does not
 * have, and `npm ci` then refuses the lock everywhere ("Missing: … from lock file"). Run after each change of dependencies.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Locked {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

export interface Lock {
  packages: Record<string, Locked>;
}

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'sunos', 'win32'];
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/** Binary packages are named for their platform, `binding-linux-x64-musl`: without `os` and `cpu` npm would install every one of them. */
function platformOf(name: string): Pick<Locked, 'os' | 'cpu' | 'libc'> {
  const words = name.split(/[/-]/);
  const system = systems.find((word) => words.includes(word));
  const processor = processors.find((word) => words.includes(word));
  if (!system || !processor) throw new Error(`${name}: of which platform is it?`);
  if (words.includes('musl') || words.includes('musleabihf')) {
    return { os: [system], cpu: [processor], libc: ['musl'] };
  }
  return { os: [system], cpu: [processor] };
}

/** The entries that a complete lock has and this one lacks. They carry no integrity: what cannot be fetched cannot be hashed. */
export function missing(lock: Lock): Record<string, Locked> {
  const wanted = Object.values(lock.packages).flatMap(({ dev, optionalDependencies = {} }) =>
    Object.entries(optionalDependencies).map(([name, version]) => ({ name, version, dev })),
  );
  const absent = wanted.filter(({ name }) => !lock.packages[`node_modules/${name}`]);
  return Object.fromEntries(
    absent.map(({ name, version, dev }) => {
      const entry = { version, ...(dev === true ? { dev } : {}), optional: true, ...platformOf(name) };
      return [`node_modules/${name}`, entry];
    }),
  );
}

const path = join(import.meta.dirname, '..', 'package-lock.json');

export function readLock(): Lock {
  return JSON.parse(readFileSync(path, 'utf8')) as Lock;
}

if (import.meta.main) {
  const lock = readLock();
  const added = missing(lock);
  const sorted = Object.entries({ ...lock.packages, ...added }).sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
  process.stdout.write(`${Object.keys(added).length} entries added to package-lock.json\n`);
}
