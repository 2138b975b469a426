/**
 * Writes what documents say about the code from the code: `docs/reference/`, and the blocks between `<!-- generated: NAME -->` and
 * `<!-- end -->` elsewhere. `--check` writes nothing and names what is out of date; a test does the same.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { actionsPage } from './docs/actions.ts';
import { commandLinePage } from './docs/command-line.ts';
import { exitCodeTable } from './docs/exit-codes.ts';
import { folderTable } from './docs/folders.ts';
import { keysPage } from './docs/keys.ts';
import { safetyPage } from './docs/safety.ts';
import { screensPage } from './docs/screens.ts';
import { screensSvg } from './docs/screens-svg.ts';

const root = join(import.meta.dirname, '..');

function read(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}

export function withBlock(text: string, name: string, content: string): string {
  const begin = `<!-- generated: ${name} -->\n`;
  const end = '<!-- end -->';
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`no block "${name}"`);
  return `${text.slice(0, from + begin.length)}\n${content.trim()}\n\n${text.slice(to)}`;
}

/** Every generated file as it must be. */
export function generated(): Readonly<Record<string, string>> {
  return {
    'docs/reference/actions.md': actionsPage(),
    'docs/reference/command-line.md': commandLinePage(),
    'docs/screens.md': screensPage(),
    'docs/screens.svg': screensSvg(),
    'docs/reference/keys.md': keysPage(),
    'docs/safety.md': safetyPage(),
    'README.md': withBlock(read('README.md') ?? '', 'exit codes', exitCodeTable()),
    'CONTRIBUTING.md': withBlock(read('CONTRIBUTING.md') ?? '', 'folders', folderTable()),
  };
}

export function outOfDate(): string[] {
  return Object.entries(generated()).flatMap(([path, text]) => (read(path) === text ? [] : [path]));
}

if (import.meta.main) {
  const stale = outOfDate();
  if (process.argv.includes('--check')) {
    for (const path of stale) process.stdout.write(`${path} is out of date: npm run docs\n`);
    process.exitCode = stale.length > 0 ? 1 : 0;
  } else {
    for (const path of stale) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), generated()[path] ?? '');
      process.stdout.write(`${path}\n`);
    }
  }
}
