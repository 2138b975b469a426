/**
 * The program as a process that kills itself, hard, at one line of its journal: `CRASH_AT=after:12` when its twelfth line is on the disk,
 * `before:12` when what that line tells has happened and the line is not there, `torn:12` when half of it is; or that sends itself a signal after
 * that line: `SIGTERM:12`, `SIGINT twice:12`. With `CRASH_PERSON` somebody is at the terminal and says yes to everything. All of it is wrapped
 * around the program from here.
 */
import { appendFileSync } from 'node:fs';
import { main } from '../../src/commands/main.ts';
import { JournalFile } from '../../src/host/journal-file.ts';
import { PlainFrontend } from '../../src/plain/frontend.ts';

const [kind = '', number = ''] = (process.env.CRASH_AT ?? '').split(':');
let lines = 0;
const { append } = JournalFile.prototype;
JournalFile.prototype.append = async function (line) {
  lines++;
  const here = lines === Number(number);
  if (here && kind === 'torn') appendFileSync(this.path, line.slice(0, line.length / 2));
  if (here && (kind === 'torn' || kind === 'before')) process.kill(process.pid, 'SIGKILL');
  await append.call(this, line);
  if (!here) return;
  if (kind === 'after') process.kill(process.pid, 'SIGKILL');
  const [signal = '', twice] = kind.split(' ');
  process.kill(process.pid, signal);
  if (twice) setImmediate(() => process.kill(process.pid, signal));
};

if (kind.endsWith('twice')) {
  // Two signals within a second count as one: here more time passes between them than does.
  const now = performance.now.bind(performance);
  let asked = 0;
  performance.now = () => now() + 2000 * asked++;
}

if (process.env.CRASH_PERSON !== undefined) {
  delete process.env.CI;
  for (const stream of [process.stdin, process.stderr]) Object.assign(stream, { isTTY: true });
  PlainFrontend.prototype.ask = async ({ word }) => ({ answer: 'yes', ...(word === undefined ? {} : { typed: word }) });
  // A practice that is watched takes its time; nobody watches this one.
  const { setTimeout: later } = globalThis;
  globalThis.setTimeout = Object.assign(
    (...[action, ms, ...rest]: Parameters<typeof later>) => later(action, ms === 50 ? 0 : ms, ...rest),
    later,
  );
}

const exit = await main(process.argv.slice(2));
process.stdout.write('', () => process.exit(exit));
