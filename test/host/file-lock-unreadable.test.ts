import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { withFileLock } from '../../src/host/file-lock.ts';
import { freshFolder } from './folder.ts';

const broken = vi.hoisted(() => ({ folder: '' }));

// Modes do not keep root from a folder, and tests may run as root.
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  const listed = (folder: string) => {
    if (folder !== broken.folder) return real.readdirSync(folder);
    throw Object.assign(new Error('i/o error'), { code: 'EIO' });
  };
  return { ...real, readdirSync: listed };
});

test('a claim does not outlive a look at the folder that fails', () => {
  const folder = freshFolder();
  broken.folder = folder;
  expect(() => withFileLock(join(folder, 'number.json'), () => 1)).toThrow('EIO');
  broken.folder = '';
  expect(readdirSync(folder)).toEqual([]);
  expect(withFileLock(join(folder, 'number.json'), () => 1)).toBe(1);
});
