import { describe, expect, it } from 'vitest';
import { missing, readLock } from '../../tools/complete-lock.ts';
import { manifest } from './checkout.ts';

describe('package-lock.json', () => {
  it('names every platform, so that npm ci takes it anywhere (node tools/complete-lock.ts mends it)', () => {
    expect(Object.keys(missing(readLock()))).toEqual([]);
  });

  it('is asked for what package.json wants', () => {
    const { dependencies, devDependencies } = readLock().packages[''] as typeof manifest;
    expect(dependencies).toEqual(manifest.dependencies);
    expect(devDependencies).toEqual(manifest.devDependencies);
  });

  it('pins every direct dependency to one version', () => {
    const wanted = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(wanted.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('lets only node run a script when it is installed', () => {
    const withScripts = Object.entries(readLock().packages).filter(([, entry]) => 'hasInstallScript' in entry);
    const names = withScripts.map(([path]) => path.replace('node_modules/', ''));
    expect(names.toSorted()).toEqual(Object.keys(manifest.allowScripts).toSorted());
  });

  it.each([
    ['@biomejs/cli-linux-x64-musl', { os: ['linux'], cpu: ['x64'], libc: ['musl'] }],
    ['@oxc-parser/binding-linux-arm-gnueabihf', { os: ['linux'], cpu: ['arm'] }],
    ['@oxc-parser/binding-win32-arm64-msvc', { os: ['win32'], cpu: ['arm64'] }],
  ])('gets an entry for %s with the platform that its name says', (name, platform) => {
    const lock = { packages: { 'node_modules/a': { dev: true, optionalDependencies: { [name]: '1.2.3' } } } };
    const entry = { version: '1.2.3', dev: true, optional: true, ...platform };
    expect(missing(lock)).toEqual({ [`node_modules/${name}`]: entry });
  });
});
