import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { beginPractice, openPractice } from '../../src/commands/practice-world.ts';
import { owed } from '../../src/engine/state.ts';
import type { Size } from '../../src/screens/state.ts';
import { lossy } from './practising.ts';
import { Pty } from './pty.ts';
import { answersIn, lastRun, rowsOf, runsIn } from './recorded.ts';
import { isLive, wantsName } from './robot.ts';

const folders: string[] = [];
afterAll(() => {
  Pty.closeAll();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Of one test that runs beside others. */
function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'galera-runbook-pty-'));
  folders.push(folder);
  return folder;
}

const patience = { timeout: 90_000 };
/** The rules go from edge to edge, each row is where it belongs, and nothing stands below or beside. */
function isWhole(screen: string, title: string, { columns, rows }: Size): boolean {
  const lines = screen.split('\n');
  return (
    lines.length === rows &&
    lines[0]?.includes(' Galera practice ') === true &&
    lines.every((line) => line.length <= columns) &&
    lines.some((line) => line.startsWith(`── ${title}`) && line.length === columns) &&
    lines[rows - 1] !== '' &&
    !screen.includes('Stopped')
  );
}

const small = { columns: 80, rows: 24 };

function practiceIn(folder: string) {
  return { globals: { output: 'text', stateDir: join(folder, 'practice'), practice: true } } as const;
}

describe.concurrent('the program on a pseudo-terminal, with a robot before it', () => {
  it('practice opens the screens with its story, which goes on when a backup was taken', patience, async () => {
    const folder = folderOf();
    const on = new Pty(folder, ['practice'], small);
    const { robot } = on;
    await robot.until('A shop keeps its orders');
    await robot.until('05:00:');
    await robot.press('s');
    await robot.until('> Now: b backs up. Then s.');
    await robot.press('1');
    await robot.until('HEALTHY   3 of 3');
    await robot.press('b');
    await robot.until('Plan ');
    on.resize({ columns: 120, rows: 40 });
    await robot.until((screen) => screen.split('\n').some((line) => line.length > 100));
    await robot.work('ended with exit 0');
    await robot.press('s');
    await robot.press('s');
    await robot.until('drops the table of customers');
    await robot.press('q');
    expect(await on.ended).toBe(0);
    expect(on.lastWords).toContain('DONE AND VERIFIED');
    expect(lastRun(practiceIn(folder))).toMatchObject({ exit: 0, debts: [] });
  });

  it(
    'a process that is killed in the middle of a restore: the next one finds what it owes and pays it',
    patience,
    async () => {
      const folder = folderOf();
      const recorded = practiceIn(folder);
      beginPractice(recorded.globals, await lossy());
      const first = new Pty(folder, ['--practice'], small);
      await first.robot.until('Synced, Primary');
      await first.robot.press('3');
      await first.robot.press('r');
      await first.robot.until('goes back');
      await first.robot.work((screen) => wantsName(screen) && isLive(screen));
      first.kill('SIGKILL');
      await first.ended;
      const next = new Pty(folder, ['--practice'], { columns: 120, rows: 36 });
      await next.robot.until('OWES 3');
      await next.robot.press('p');
      await next.robot.work('ended with exit');
      expect(owed(lastRun(recorded))).toEqual([]);
      expect(runsIn(recorded)).toHaveLength(1);
      await next.robot.until('HEALTHY');
      await next.robot.press('q');
      await next.ended;
    },
  );

  it(
    'a process that is killed under a run: the next one finds it on the screen, c goes on with it, and every row is back',
    patience,
    async () => {
      const folder = folderOf();
      const recorded = practiceIn(folder);
      beginPractice(recorded.globals, await lossy());
      const lost = rowsOf(openPractice(recorded.globals));
      const first = new Pty(folder, ['--practice'], small);
      await first.robot.until('Synced, Primary');
      await first.robot.press('3');
      await first.robot.press('r');
      await first.robot.until('goes back');
      await first.robot.work(/» unpack/);
      first.kill('SIGKILL');
      await first.ended;
      expect(lastRun(recorded).exit).toBeUndefined();
      const next = new Pty(folder, ['--practice'], small);
      const { robot } = next;
      await robot.until('OWES');
      await robot.press('4');
      // Until its lease is old it may be at work somewhere.
      await robot.until(/^> . .*galera-restore.*cut off/m, 40_000);
      await robot.until('c resume');
      await robot.press('c');
      await robot.work('ended with exit 0');
      expect(runsIn(recorded)).toHaveLength(1);
      expect(lastRun(recorded)).toMatchObject({ exit: 0 });
      expect(owed(lastRun(recorded))).toEqual([]);
      await robot.press('q');
      expect(await next.ended).toBe(0);
      const restored = rowsOf(openPractice(recorded.globals));
      expect(restored).not.toEqual(lost);
      expect(restored.every((member) => member.some(({ table }) => table === 'customers'))).toBe(true);
    },
  );

  it(
    'a terminal that became another while its program was stopped: fg draws all of it, and nothing else',
    patience,
    async () => {
      const on = new Pty(folderOf(), ['--practice'], small, { inShell: true });
      const { robot } = on;
      await robot.until('Synced, Primary');
      await robot.press('?');
      await robot.until('Help: dashboard');
      await robot.press('\u001a');
      await robot.until('Stopped');
      expect(robot.screen).not.toContain('Help: dashboard');
      on.resize({ columns: 120, rows: 40 });
      robot.send('fg\r');
      await robot.until((screen) => isWhole(screen, 'Help: dashboard', { columns: 120, rows: 40 }));
      await robot.press('\u001b');
      await robot.press('\u001a');
      await robot.until('Stopped');
      on.resize(small);
      robot.send('fg\r');
      await robot.until((screen) => isWhole(screen, 'Last runs', small));
      await robot.press('q');
      await robot.until((screen) => /\n[#$]\s*$/.test(screen));
      robot.send('exit\r');
      expect(await on.ended).toBe(0);
    },
  );

  it(
    'a terminal that is closed while a name is typed: no, and the run pays what it owes by itself',
    patience,
    async () => {
      const folder = folderOf();
      const recorded = practiceIn(folder);
      beginPractice(recorded.globals, await lossy());
      const on = new Pty(folder, ['--practice'], small);
      const { robot } = on;
      await robot.until('Synced, Primary');
      await robot.press('3');
      await robot.press('r');
      await robot.until('goes back');
      await robot.work((screen) => wantsName(screen) && isLive(screen));
      // As a slow line delivers what was pasted there: byte by byte.
      for (const byte of 'openstack/practice\r') robot.send(byte);
      await robot.until('too fast for fingers');
      await robot.type('openstack/practic');
      on.close();
      await on.gone(40_000);
      expect(answersIn(recorded).at(-1)).toBe('swap no');
      expect(lastRun(recorded).debts).toEqual([]);
    },
  );
});
