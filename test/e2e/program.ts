import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accounts, kubeconfig, names } from '../lab/lab.ts';

const cli = join(import.meta.dirname, '..', '..', 'src', 'cli.ts');

/** What a configuration of these tests says differently. */
export interface Site {
  readonly namespace?: string;
  readonly claim?: string;
  readonly reader?: boolean;
  readonly keep?: number;
  readonly reserve?: string;
  readonly kubeconfig?: string;
  readonly extra?: string;
}

export interface Ended {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program as an operator has it: a configuration of ten lines, a state folder, a kubeconfig. */
export class Program {
  readonly folder = mkdtempSync(join(tmpdir(), 'galera-runbook-e2e-'));
  readonly config = join(this.folder, 'config.yaml');
  readonly state = join(this.folder, 'state');
  #kubeconfig: string;

  constructor(site: Site = {}) {
    this.#kubeconfig = site.kubeconfig ?? kubeconfig();
    this.configure(site);
  }

  configure(site: Site): void {
    const namespace = site.namespace ?? names.namespace;
    this.#kubeconfig = site.kubeconfig ?? this.#kubeconfig;
    const reader = site.reader ? `    reader: {user: status, secret: ${accounts.status.secret}, key: password}\n` : '';
    const text = `targets:
  shop:
    flavour: statefulset
    namespace: ${namespace}
    cluster: ${names.cluster}
    statefulset: ${names.statefulSet}
    container: ${names.container}
    service: ${names.service}
    account: {user: root, secret: ${accounts.root.secret}, key: password}
${reader}    bootstrap: grastate
    backups: {claim: ${site.claim ?? 'galera-backups'}, keep: ${site.keep ?? 7}, reserve: ${site.reserve ?? '64Mi'}}
${site.extra ?? ''}`;
    writeFileSync(this.config, text);
  }

  start(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
    return spawn(process.execPath, [cli, ...args, '--config', this.config, '--state-dir', this.state], {
      env: { ...process.env, KUBECONFIG: this.#kubeconfig, CI: 'true', NO_COLOR: '1', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  /** Runs to its end; `input` is all there is on standard input. */
  async run(
    args: readonly string[],
    options: { readonly input?: string; readonly env?: Record<string, string> } = {},
  ): Promise<Ended> {
    const child = this.start(args, options.env);
    child.stdin?.end(options.input ?? '');
    return await ended(child);
  }

  /** A run with --yes on the right cluster. */
  async yes(args: readonly string[], namespace: string = names.namespace): Promise<Ended> {
    return await this.run([...args, '--yes', '--cluster', `${namespace}/${names.cluster}`]);
  }
}

export async function ended(child: ChildProcess): Promise<Ended> {
  const parts = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => {
    parts.stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    parts.stderr += chunk;
  });
  const exit = await new Promise<number>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? (signal ? 128 : 1))),
  );
  return { exit, ...parts };
}

/** The run id that the program's lines carry. */
export function runIdOf(of: Ended): string {
  const id = /^\d\d:\d\d:\d\dZ ([a-z0-9]{6}) /m.exec(of.stdout)?.[1];
  if (id === undefined) throw new Error(`no run id in:\n${of.stdout}\n${of.stderr}`);
  return id;
}
