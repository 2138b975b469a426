/** The repository as these tests read it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

export function readRoot(...path: readonly string[]): string {
  return readFileSync(join(root, ...path), 'utf8');
}

/** Paths of the files in a folder and below, relative to the root. */
export function filesIn(...path: readonly string[]): string[] {
  return readdirSync(join(root, ...path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

export interface Package {
  readonly bin: Record<string, string>;
  readonly engines: { readonly node: string };
  readonly scripts: Record<string, string>;
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly allowScripts: Record<string, boolean>;
}

export const manifest = JSON.parse(readRoot('package.json')) as Package;
