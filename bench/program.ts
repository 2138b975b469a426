/** The built program, as a user runs it, and what it says of a run. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { type Ended, ended, Program } from '../test/e2e/program.ts';
import { kubeconfig, names } from '../test/lab/lab.ts';

export interface Told {
  readonly type: string;
  readonly at: number;
  readonly step?: string;
  readonly facts?: Record<string, unknown>;
  readonly output?: { readonly backup?: { readonly id: string; readonly position: { uuid: string; seqno: string } } };
}

export interface Carried {
  readonly run: string;
  readonly beganAt: number;
  readonly endedAt: number;
  readonly events: readonly Told[];
}

export const built = join(import.meta.dirname, '..', 'dist', 'cli.js');
/** Its configuration and state folder; it is the built program that runs, not the sources. */
export const program = new Program();
export const options = ['--config', program.config, '--state-dir', program.state] as const;

export function yes(args: readonly string[]): Promise<Ended> {
  const answer = ['--yes', '--cluster', `${names.namespace}/${names.cluster}`];
  const env = { ...process.env, KUBECONFIG: kubeconfig(), CI: 'true', NO_COLOR: '1' };
  return ended(
    spawn(process.execPath, [built, ...args, ...options, ...answer], { env, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
}

/** A run with --yes; its events with their times. */
export async function carryOut(args: readonly string[]): Promise<Carried> {
  const beganAt = Date.now();
  const result = await yes([...args, '-o', 'json']);
  const endedAt = Date.now();
  if (result.exit !== 0)
    throw new Error(`${args.join(' ')}: exit ${result.exit}\n${result.stderr}${result.stdout.slice(-2000)}`);
  const events = result.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Told & { run: string });
  return { run: events[0]?.run ?? '', beganAt, endedAt, events };
}

export function at({ events }: Carried, type: string, step?: string): Told {
  const found = events.find((event) => event.type === type && (step === undefined || event.step === step));
  if (!found) throw new Error(`no ${type} ${step ?? ''} among ${events.length} events`);
  return found;
}

export const took = (run: Carried, step: string): number =>
  at(run, 'step-passed', step).at - at(run, 'step-started', step).at;
