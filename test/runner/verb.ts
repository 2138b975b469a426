/** Runs a verb's script as its Job would, on temporary folders. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { parseRunnerLog, type RunnerLog } from '../../src/runner/log.ts';
import { scriptOf } from '../../src/runner/scripts.ts';
import type { Verb } from '../../src/target/jobs.ts';

export interface Ended extends RunnerLog {
  /** Null when it was killed. */
  readonly code: number | null;
  readonly log: string;
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'runner-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface Options {
  /** A folder of commands that come before the system's. */
  readonly commands?: string;
  /** Commands that the image does not have. */
  readonly without?: readonly string[];
  readonly password?: string;
  readonly claims?: string;
}

export function startVerb(
  verb: Verb,
  values: Readonly<Record<string, string>>,
  options: Options = {},
): { readonly process: ChildProcess; readonly ended: Promise<Ended>; readonly scratch: string } {
  const scratch = mkdtempSync(join(tmpdir(), 'runner-work-'));
  const password = join(scratch, 'secret');
  writeFileSync(password, options.password ?? 'secret');
  const path = options.without ? onlyOthers(options.without) : process.env.PATH;
  const named = Object.entries(values).map(([name, value]) => [`GR_${name}`, value]);
  const bash = spawn('bash', ['-euo', 'pipefail', '-c', scriptOf(verb), 'galera-runbook'], {
    env: {
      PATH: [options.commands, path].filter(Boolean).join(':'),
      GR_SCRATCH: scratch,
      GR_PASSWORD_FILE: password,
      GR_VERB: verb,
      GR_CLAIMS: options.claims ?? '',
      ...Object.fromEntries(named),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = (async () => {
    const [out, err, code] = await Promise.all([
      text(bash.stdout),
      text(bash.stderr),
      new Promise<number | null>((resolve) => bash.on('close', resolve)),
    ]);
    rmSync(scratch, { recursive: true, force: true });
    const log = out + err;
    return { ...parseRunnerLog(log), code, log };
  })();
  return { process: bash, ended, scratch };
}

function onlyOthers(without: readonly string[]): string {
  const folder = temporaryFolder();
  for (const from of ['/usr/bin', '/bin']) {
    for (const name of readdirSync(from)) {
      const link = join(folder, name);
      if (!without.includes(name) && !existsSync(link)) symlinkSync(join(from, name), link);
    }
  }
  return folder;
}

export async function runVerb(verb: Verb, values: Readonly<Record<string, string>>, options?: Options): Promise<Ended> {
  return await startVerb(verb, values, options).ended;
}

export function rowsOf(ended: Ended): readonly Readonly<Record<string, unknown>>[] {
  return (ended.result?.rows ?? []) as readonly Readonly<Record<string, unknown>>[];
}

/** Files by path below the folder with what is in them; an empty folder as null. */
export type Tree = Readonly<Record<string, string | null>>;

export function plant(folder: string, tree: Tree): void {
  mkdirSync(folder, { recursive: true });
  for (const [path, content] of Object.entries(tree)) {
    const full = join(folder, path);
    if (content === null) mkdirSync(full, { recursive: true });
    else {
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, content);
    }
  }
}

export function harvest(folder: string): Tree {
  const tree: Record<string, string | null> = {};
  const walk = (at: string, below: string): void => {
    const names = readdirSync(at).sort();
    if (names.length === 0 && below !== '') tree[below] = null;
    for (const name of names) {
      const [full, path] = [join(at, name), below === '' ? name : `${below}/${name}`];
      if (statSync(full).isDirectory()) walk(full, path);
      else tree[path] = readFileSync(full, 'utf8');
    }
  };
  walk(folder, '');
  return tree;
}

export function copyFolder(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true });
}

/** Commands of these names, each a bash script. */
export function commandFolder(scripts: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/bash\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

/** `mv` that is a power cut at its call number `at`: before the rename, or right after it. */
export function powerCutAt(at: number, when: 'before' | 'after'): string {
  const folder = commandFolder({
    mv: `
      count=$(($(cat "$0.count" 2>/dev/null || echo 0) + 1)); echo $count > "$0.count"
      [ $count = ${at} ] && [ ${when} = before ] && { kill -9 $PPID; exit 1; }
      /bin/mv "$@" || exit
      [ $count = ${at} ] && { kill -9 $PPID; exit 1; }
      exit 0`,
  });
  return folder;
}
