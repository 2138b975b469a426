import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { kubeconfig, names } from '../lab/lab.ts';
import type { Program } from './program.ts';

const cli = join(import.meta.dirname, '..', '..', 'src', 'cli.ts');

/** What a person types at each question, who has seen what was shown since the last one. */
export type Answers = (question: string, shown: string) => string | Promise<string>;

const word = `${names.namespace}/${names.cluster}`;
/** Yes, and the cluster's name where a word is wanted. */
export const agreeing = (question: string): string => (question.includes('type ') ? `${word}\r` : 'y\r');

/** The program on a pseudo-terminal (util-linux `script`), answered by a robot that reads the screen. */
export async function terminal(
  program: Program,
  args: readonly string[],
  answers: Answers = agreeing,
): Promise<{ readonly exit: number; readonly output: string; readonly asked: readonly string[] }> {
  const quoted = [process.execPath, cli, ...args, '--config', program.config, '--state-dir', program.state]
    .map((part) => `'${part}'`)
    .join(' ');
  const child = spawn('script', ['-qfec', quoted, '/dev/null'], {
    env: { ...process.env, CI: '', KUBECONFIG: kubeconfig(), TERM: 'dumb', NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  // One that was killed at work takes no answer any more.
  child.stdin.on('error', () => undefined);
  let output = '';
  let answered = 0;
  const asked: string[] = [];
  child.stdout.on('data', (chunk) => {
    output += chunk;
    const fresh = output.slice(answered);
    const question = /[^\n]*(?:\[y\/N\]|of the (?:cluster|run):) *$/.exec(fresh)?.[0];
    if (question === undefined) return;
    answered = output.length;
    asked.push(question.trim());
    // A gate opens armed: what comes within 400 ms of its drawing is no answer.
    setTimeout(async () => child.stdin.write(await answers(question, fresh)), 600);
  });
  const exit = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  return { exit, output, asked };
}
