import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ambient, core, layers } from '../tools/layers.ts';

const source = join(import.meta.dirname, '..', 'src');

interface Source {
  /** Path below src, with forward slashes. */
  readonly file: string;
  readonly text: string;
}

function sources(folder = source): Source[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path);
    return /\.tsx?$/.test(name)
      ? [{ file: relative(source, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }]
      : [];
  });
}

/** Static, type-only, multi-line, re-exported, dynamic and side-effect imports: all of them name a module in quotes. */
function importsOf(text: string): string[] {
  const patterns = [
    /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/g,
    /(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g,
    /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g,
  ];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''));
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier.split('/')[0] ?? specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}

function violations({ file, text }: Source): string[] {
  const [folder = '', ...rest] = file.split('/');
  if (rest.length === 0) {
    return importsOf(text)
      .filter((s) => s.startsWith('.') && !s.startsWith('./commands/'))
      .map((s) => `${file} imports ${s}: only commands`);
  }
  const layer = layers[folder];
  if (!layer) return [`${file}: folder ${folder} is not in tools/layers.ts`];
  const bad = importsOf(text).flatMap((specifier) => {
    if (!specifier.startsWith('.'))
      return layer.packages.includes(packageOf(specifier))
        ? []
        : [`${file} imports ${specifier}: not owned by ${folder}`];
    const to = join(file, '..', specifier).split(sep).join('/').split('/')[0] ?? '';
    return to === folder || layer.imports.includes(to)
      ? []
      : [`${file} imports ${specifier}: ${folder} may not import ${to}`];
  });
  if (!(core as readonly string[]).includes(folder)) return bad;
  const code = withoutComments(text);
  return [
    ...bad,
    ...ambient
      .filter((pattern) => pattern.test(code))
      .map((pattern) => `${file} uses ${pattern.source}: the core has no ambient effects`),
  ];
}

describe('the folders', () => {
  it('import only what tools/layers.ts allows', () => {
    const all = sources();
    expect(all.length).toBeGreaterThan(60);
    expect(all.flatMap(violations)).toEqual([]);
  });

  it('form no cycle in the table', () => {
    const reach = (from: string, seen: readonly string[]): string[] =>
      (layers[from]?.imports ?? []).flatMap((to) =>
        seen.includes(to) ? [`${[...seen, to].join(' -> ')}`] : reach(to, [...seen, to]),
      );
    expect(Object.keys(layers).flatMap((folder) => reach(folder, [folder]))).toEqual([]);
  });

  it.each([
    ['an upward import', 'base/x.ts', "import { a } from '../engine/plan.ts';"],
    ['a type-only import', 'galera/x.ts', "import type { Look } from '../target/look.ts';"],
    ['an import over several lines', 'runbook/x.ts', "import {\n  a,\n  b,\n} from '../engine/plan.ts';"],
    ['a re-export', 'engine/x.ts', "export { a } from '../actions/catalogue.ts';"],
    ['a dynamic import', 'actions/x.ts', "const a = await import('../kubernetes/connect.ts');"],
    ['a side-effect import', 'plain/x.ts', "import '../kubernetes/connect.ts';"],
    ['a client outside its folder', 'actions/x.ts', "import mysql from 'mysql2/promise';"],
    ['an unknown folder', 'utils/x.ts', 'export const a = 1;'],
    ['a clock in the core', 'engine/x.ts', 'const now = Date.now();'],
    ['an import of anything but commands by cli.ts', 'cli.ts', "import { a } from './engine/plan.ts';"],
  ])('the check can fail: %s', (_name, file, text) => {
    expect(violations({ file, text })).not.toEqual([]);
  });
});
