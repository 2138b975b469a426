/**
 * Switches off one safety rule after the other in a copy of the sources, and sees that a named test or the robot operator fails. Writes what
 * failed to tools/safety/results.json, from which docs/safety.md is made. With words: only the mutations of these ids.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generated } from './generate-docs.ts';
import { type Mutation, mutated, mutations } from './safety/mutations.ts';

const root = join(import.meta.dirname, '..');
const copied = [
  'src',
  'test',
  'tools',
  'docs',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
  'README.md',
  'CONTRIBUTING.md',
];
const robotTests = ['test/robot/even.test.ts', 'test/robot/odd.test.ts'];
/** Walks until one fails; most rules need far fewer. */
const walks = 1600;
const resultsFile = join(root, 'tools', 'safety', 'results.json');

/** What failed once a rule was switched off; undefined: nothing did. */
export function failsWithout(mutation: Mutation): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'galera-runbook-mutation-'));
  try {
    for (const name of copied) cpSync(join(root, name), join(folder, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const path = join(folder, mutation.file);
    writeFileSync(path, mutated(readFileSync(path, 'utf8'), mutation));
    return firstFailure(folder, mutation);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

function firstFailure(folder: string, { by, only }: Mutation): string | undefined {
  const files = by === 'robot' ? robotTests : [by];
  const out = join(folder, 'report.json');
  const vitest = join(folder, 'node_modules', 'vitest', 'vitest.mjs');
  const args = [vitest, 'run', '--project', 'unit', '--bail', '1', '--reporter=json', `--outputFile=${out}`, ...files];
  if (only !== undefined) args.push('-t', only);
  const env = { ...process.env, GALERA_ROBOT_WALKS: String(walks), GALERA_ROBOT_SHRINK: '0' };
  spawnSync(process.execPath, args, { cwd: folder, env, stdio: 'ignore' });
  const report = JSON.parse(readFileSync(out, 'utf8')) as Report;
  const failed = report.testResults.flatMap((file) => file.assertionResults).find(({ status }) => status === 'failed');
  if (failed === undefined) return undefined;
  const seed = /seed \d+ breaks "[^"]+"/.exec(failed.failureMessages.join('\n'));
  return seed?.[0] ?? failed.fullName.trim();
}

function main(ids: readonly string[]): void {
  const chosen = mutations.filter(({ id }) => ids.length === 0 || ids.includes(id));
  const survived: string[] = [];
  for (const mutation of chosen) {
    const failed = failsWithout(mutation);
    process.stdout.write(`${mutation.id} (rule ${mutation.rule}, ${mutation.by}): ${failed ?? 'NOTHING FAILED'}\n`);
    if (failed === undefined) survived.push(mutation.id);
    else keep(mutation.id, failed);
  }
  writeFileSync(join(root, 'docs', 'safety.md'), generated()['docs/safety.md'] ?? '');
  process.exitCode = survived.length > 0 ? 1 : 0;
}

/** At once: it takes minutes, and nobody wants to begin anew. */
function keep(id: string, failed: string): void {
  const before = JSON.parse(readFileSync(resultsFile, 'utf8')) as { readonly [id: string]: string };
  const results: { readonly [id: string]: string } = { ...before, [id]: failed };
  const known = mutations.flatMap(({ id: each }) => (results[each] === undefined ? [] : [[each, results[each]]]));
  writeFileSync(resultsFile, `${JSON.stringify(Object.fromEntries(known), null, 2)}\n`);
}

if (import.meta.main) main(process.argv.slice(2));
