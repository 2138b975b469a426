import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import xterm from '@xterm/headless';
import type { Size } from '../../src/screens/state.ts';
import { Robot } from './robot.ts';

const cli = join(import.meta.dirname, '..', '..', 'src', 'cli.ts');
const open: Pty[] = [];
const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(' ');

/** The program as a process of its own on a real pseudo-terminal (util-linux `script`), with a robot before it. */
export class Pty {
  readonly robot: Robot;
  readonly #child: ChildProcess;
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  readonly #facts: string;
  /** Resolves with the exit code. */
  readonly ended: Promise<number>;
  #output = '';

  constructor(
    folder: string,
    args: readonly string[],
    { columns, rows }: Size,
    { env = {}, inShell = false }: { env?: Readonly<Record<string, string>>; inShell?: boolean } = {},
  ) {
    mkdirSync(folder, { recursive: true });
    this.#facts = join(folder, `facts-${open.push(this)}`);
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    const program = quoted([process.execPath, cli, ...args, '--state-dir', folder]);
    // The shell becomes the program: its process id and its terminal are known before. Or it stays, to have jobs.
    const command = `stty cols ${columns} rows ${rows}; echo $$ $(tty) > '${this.#facts}'; exec ${inShell ? 'sh -i' : program}`;
    this.#child = spawn('script', ['-qfec', command, '/dev/null'], {
      env: { ...process.env, CI: '', TERM: 'xterm-256color', LC_ALL: 'C.UTF-8', NODE_ENV: '', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#output += chunk;
      this.#terminal.write(chunk);
    });
    this.ended = new Promise((resolve) => this.#child.once('close', (code) => resolve(code ?? 1)));
    if (inShell) this.#child.stdin?.write(`${program}\r`);
    this.robot = new Robot({ screen: () => this.#screen(), press: (bytes) => void this.#child.stdin?.write(bytes) });
  }

  /** Lines after the alternate screen was left: what stays in the shell. */
  get lastWords(): string {
    return stripVTControlCharacters(this.#output.split('\u001b[?1049l').at(-1) ?? '');
  }

  resize({ columns, rows }: Size): void {
    this.#terminal.resize(columns, rows);
    const [, tty = ''] = this.#known();
    execFileSync('stty', ['-F', tty, 'cols', String(columns), 'rows', String(rows)]);
  }

  /** A signal to the program itself. */
  kill(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  static closeAll(): void {
    for (const each of open) each.close();
  }

  /** The terminal goes away, as when SSH does: the kernel hangs up. */
  close(): void {
    this.#child.kill('SIGKILL');
  }

  /** Waits until the program has ended, although nobody is left who hears its exit code. */
  async gone(patienceMs: number): Promise<void> {
    const { pid } = this;
    const deadline = performance.now() + patienceMs;
    while (isAlive(pid)) {
      if (performance.now() > deadline) throw new Error(`process ${pid} still runs`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  get pid(): number {
    return Number(this.#known()[0]);
  }

  #known(): readonly string[] {
    return existsSync(this.#facts) ? readFileSync(this.#facts, 'utf8').trim().split(' ') : [];
  }

  #screen(): string {
    const { active } = this.#terminal.buffer;
    return Array.from({ length: this.#terminal.rows }, (_, row) =>
      (active.getLine(active.baseY + row)?.translateToString(true) ?? '').trimEnd(),
    ).join('\n');
  }
}

/** Whether a process is still there. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
