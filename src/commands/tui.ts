import { join } from 'node:path';
import { openScreens } from '../screens/open.ts';
import { themeOf } from '../screens/theme.ts';
import type { Globals } from './globals.ts';
import { data, divertTalk } from './output.ts';
import type { Guide } from './practice-guide.ts';
import { stateFolder } from './run-record.ts';
import type { Session } from './session.ts';

/** Opens the screens on this terminal; gives the exit code of the last run, and its last words to the shell. */
export async function tui(globals: Globals, guide?: Guide): Promise<number> {
  let session: Session | undefined;
  const undivert = divertTalk((text) => screens.tell(text));
  const screens = openScreens({
    streams: { input: process.stdin, output: process.stdout },
    theme: themeOf(process.env),
    timers: {
      now: () => Date.now(),
      after(ms, call) {
        const timer = setTimeout(call, ms);
        return () => clearTimeout(timer);
      },
    },
    // Late: the clients take longer to load than the first screen takes to draw.
    async connect(target) {
      const [{ openSession }, { operationsOf }] = await Promise.all([
        import('./session.ts'),
        import('./screens-operations.ts'),
      ]);
      const wanted = target === undefined ? globals : { ...globals, target };
      const before = session;
      session = await openSession(wanted);
      await before?.close();
      const operations = operationsOf(wanted, session);
      return guide === undefined ? operations : guide.watching(operations);
    },
    targets: {
      targets: async () => (await import('./screens-operations.ts')).targetsOf(globals).targets(),
      identify: async (target) => (await import('./screens-operations.ts')).targetsOf(globals).identify(target),
    },
    transcript: (run) => join(stateFolder(globals).runs, run, 'transcript.md'),
    suspend: () =>
      new Promise((resolve) => {
        process.once('SIGCONT', () => {
          // What the terminal became meanwhile was told to the shell, which had it: the first frame must fit it already.
          process.once('SIGWINCH', () => setImmediate(resolve));
          process.kill(process.pid, 'SIGWINCH');
        });
        process.kill(process.pid, 'SIGSTOP');
      }),
  });
  const handlers = [
    ['SIGHUP', () => screens.hangUp('SIGHUP')],
    ['SIGTERM', () => screens.hangUp('SIGTERM')],
    ['SIGTSTP', () => screens.suspend()],
    ['SIGCONT', () => screens.redraw()],
  ] as const;
  for (const [name, handler] of handlers) process.on(name, handler);
  try {
    const { exit, lastWords } = await screens.left;
    undivert();
    if (lastWords.length > 0) data(lastWords.join('\n'));
    return exit;
  } finally {
    undivert();
    for (const [name, handler] of handlers) process.off(name, handler);
    await session?.close();
  }
}
