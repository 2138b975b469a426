/** What a user gets: built, packed and unpacked in a folder of its own, beside nothing but the dependencies that a user installs. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLock } from '../../tools/complete-lock.ts';
import { filesIn, manifest, readRoot, root } from './checkout.ts';

const parts = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'README.md', 'LICENSE', 'src', 'docs', 'tools'];

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

let folder: string;
let packed: Packed;
/** The package as npm would unpack it. */
let installed: string;

const cli = () => join(installed, manifest.bin['galera-runbook'] ?? '');

function start(args: readonly string[], node = process.execPath, options: readonly string[] = []) {
  return spawnSync(node, [...options, cli(), ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: folder },
  });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'galera-runbook-package-'));
  const checkout = join(folder, 'checkout');
  for (const part of parts) cpSync(join(root, part), join(checkout, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  const quiet = { cwd: checkout, encoding: 'utf8', stdio: 'pipe' } as const;
  // What an earlier build left must not get into the package.
  mkdirSync(join(checkout, 'dist', 'gone'), { recursive: true });
  cpSync(join(root, 'LICENSE'), join(checkout, 'dist', 'gone', 'stale.js'));
  execFileSync('npm', ['run', 'build'], quiet);
  packed = JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts'], quiet))[0] as Packed;

  const modules = join(folder, 'user', 'node_modules');
  for (const [path, { dev }] of Object.entries(readLock().packages)) {
    const name = path.replace(/^node_modules\//, '');
    if (dev === true || path === '' || name.includes('node_modules/')) continue;
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, path), join(modules, name));
  }
  installed = join(modules, 'galera-runbook');
  mkdirSync(installed);
  execFileSync('tar', ['-xzf', join(checkout, packed.filename), '-C', installed, '--strip-components=1']);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('holds the program, the runbooks, the manifests and nothing else', () => {
    const allowed = [
      /^(package\.json|README\.md|LICENSE)$/,
      /^dist\/cli\.js$/,
      /^dist\/[a-z]+\/[a-z0-9-]+\.js$/,
      /^dist\/runner\/scripts\/[a-z0-9-]+\.sh$/,
      /^docs\/runbooks\/[a-z0-9-]+\.md$/,
      /^docs\/manifests\/[a-z0-9-]+\.(yaml|sql)$/,
    ];
    const paths = packed.files.map(({ path }) => path);
    expect(paths.filter((path) => !allowed.some((pattern) => pattern.test(path)))).toEqual([]);
    const built = filesIn('src').flatMap((path) => {
      if (/\.tsx?$/.test(path)) return [path.replace(/^src/, 'dist').replace(/\.tsx?$/, '.js')];
      return path.endsWith('.sh') ? [path.replace(/^src/, 'dist')] : [];
    });
    const documents = [...filesIn('docs', 'runbooks'), ...filesIn('docs', 'manifests')];
    expect(paths.toSorted()).toEqual(['LICENSE', 'README.md', 'package.json', ...built, ...documents].toSorted());
  });

  it('is small', () => {
    expect(packed.size).toBeLessThan(500_000);
    expect(packed.unpackedSize).toBeLessThan(2_000_000);
  });

  it('starts as a command', () => {
    for (const path of Object.values(manifest.bin)) {
      expect(readFileSync(join(installed, path), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
      expect(statSync(join(installed, path)).mode & 0o111).toBe(0o111);
    }
  });

  it('runs without what only its developers install', () => {
    const version = start(['--version']);
    expect(version).toMatchObject({ status: 0, stderr: '' });
    expect(version.stdout.trim()).toBe(JSON.parse(readRoot('package.json')).version);
    const help = start(['--help']);
    expect(help).toMatchObject({ status: 0, stderr: '' });
    expect(help.stdout).toMatch(/^Usage: galera-runbook /);
  });

  it('finds its runbooks and its runner scripts where it is installed', () => {
    const list = start(['runbooks', 'list']);
    expect(list.status).toBe(0);
    for (const file of readdirSync(join(root, 'docs', 'runbooks')))
      expect(list.stdout).toContain(file.replace('.md', ''));
    expect(start(['runbooks', 'validate', 'galera-restore'])).toMatchObject({ status: 0 });
    expect(readdirSync(join(installed, 'dist', 'runner', 'scripts'))).toContain('common.sh');
  });
});

describe('an older Node', () => {
  const oneSentence = /^galera-runbook needs Node 22\.19 or newer; this is \d+\.\d+\.\d+: [^\n]+\n$/;

  it('is named in package.json with the number that the program checks', () => {
    expect(manifest.engines.node).toBe('>=22.19');
  });

  it.each(['20.20.2', '22.18.0', '18.0.0'])('%s gets one sentence and exit 2', (version) => {
    const pretend = `Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`;
    const ended = start(['status'], process.execPath, [
      '--import',
      `data:text/javascript,${encodeURIComponent(pretend)}`,
    ]);
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    expect(ended.stderr).toMatch(oneSentence);
  });

  const older = (process.env.PATH ?? '')
    .split(delimiter)
    .map((path) => join(path, 'node'))
    .find(isOlder);
  it.skipIf(older === undefined)('of this machine gets the same', () => {
    const ended = start(['status'], older);
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    expect(ended.stderr).toMatch(oneSentence);
  });
});

function isOlder(node: string): boolean {
  const { status, stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  const [major = 0, minor = 0] = (stdout ?? '').replace('v', '').split('.').map(Number);
  return status === 0 && (major < 22 || (major === 22 && minor < 19));
}
