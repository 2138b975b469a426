/** .ci/run itself, in a copy of the checkout where npm is a stand-in that only writes reports. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from './checkout.ts';

let folder: string;

function script(path: string, text: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), `#!/usr/bin/env bash\n${text}`, { mode: 0o755 });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'galera-runbook-ci-'));
  for (const part of ['.ci', 'tools', 'package.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  script('test/lab/down.sh', 'echo down >> "$(dirname "$0")/../../calls"');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What each npm command does, by its first words; a command that is not named succeeds. */
function ci(commands: Record<string, string>) {
  const cases = Object.entries(commands).map(([words, text]) => `'${words} '*) ${text} ;;`);
  const helpers = `
report() { for a; do case $a in --outputFile.json=*) file=\${a#*=} ;; esac; done; }
reports() { printf '{"numPassedTests":%s,"numFailedTests":%s,"numPendingTests":%s,"numTodoTests":0}' "$@" > "$file"; }
`;
  script('bin/npm', `${helpers}echo "npm $*" >> calls; report "$@"\ncase "$* " in\n${cases.join('\n')}\nesac`);
  const env = { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, HOME: folder };
  return spawnSync(join(folder, '.ci', 'run'), { encoding: 'utf8', env });
}

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1);
const calls = () =>
  spawnSync('cat', [join(folder, 'calls')], { encoding: 'utf8' })
    .stdout.trim()
    .split('\n');
const well = { test: 'reports 40 0 1', 'run e2e': 'reports 9 0 0' };

describe('.ci/run', () => {
  it('runs the README commands and the end-to-end suite, takes the lab down and ends with the number', () => {
    const ended = ci(well);
    expect(lastLine(ended.stdout)).toBe('49 passed, 0 failed, 1 skipped');
    expect(ended.status).toBe(0);
    const words = calls().map((line) => line.split(' --')[0]);
    expect(words).toEqual(['npm ci', 'npm test', 'npm start', 'npm run demo', 'npm run e2e', 'down', 'down']);
  });

  it.each([
    ['a failed test', { ...well, test: 'reports 39 1 0; exit 1' }, '48 passed, 1 failed'],
    ['a check that fails before the tests', { ...well, test: 'exit 1' }, '9 passed, 1 failed'],
    ['a suite that could not start', { ...well, 'run e2e': 'exit 1' }, '40 passed, 1 failed, 1 skipped'],
    ['a suite that ran nothing', { ...well, 'run e2e': 'reports 0 0 9' }, '40 passed, 1 failed, 1 skipped'],
    ['a practice that failed', { ...well, start: 'exit 1' }, '49 passed, 1 failed, 1 skipped'],
    ['a demonstration that failed', { ...well, 'run demo': 'exit 1' }, '49 passed, 1 failed, 1 skipped'],
    ['packages that could not be installed', { ci: 'exit 1' }, '0 passed, 1 failed'],
  ])('fails for %s', (_, commands, line) => {
    const ended = ci(commands);
    expect(lastLine(ended.stdout)).toBe(line);
    expect(ended.status).toBe(1);
    expect(calls().at(-1)).toBe('down');
  });

  it('never takes an older report for its own', () => {
    mkdirSync(join(folder, 'reports'));
    writeFileSync(
      join(folder, 'reports', 'unit.json'),
      '{"numPassedTests":9,"numFailedTests":0,"numPendingTests":0,"numTodoTests":0}',
    );
    expect(lastLine(ci({ ...well, test: 'exit 0' }).stdout)).toBe('9 passed, 1 failed');
    expect(existsSync(join(folder, 'reports', 'unit.json'))).toBe(false);
  });
});
