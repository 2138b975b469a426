import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { beginPractice } from '../../src/commands/practice-world.ts';
import { owed } from '../../src/engine/state.ts';
import { lossy } from './practising.ts';
import { Pty } from './pty.ts';
import { answersIn, lastRun, runsIn } from './recorded.ts';
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
