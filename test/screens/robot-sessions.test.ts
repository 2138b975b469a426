import { describe, expect, it } from 'vitest';
import { owed } from '../../src/engine/state.ts';
import { lossy, practising } from './practising.ts';
import { answersIn, lastRun, rowsOf } from './recorded.ts';
import { wantsName } from './robot.ts';

const patience = { timeout: 60_000 };

describe('a robot that sees the screen and presses keys, on the practice cluster', () => {
  it('backs up by one key and its gate, with the terminal resized on the way', patience, async () => {
    const on = await practising();
    const { robot, terminal } = on;
    await robot.press('b');
    await robot.until('Plan ');
    terminal.resize({ columns: 120, rows: 40 });
    await robot.work('ended with exit 0');
    expect(robot.asked).toEqual(['Gate: start this run on practice?']);
    terminal.resize({ columns: 80, rows: 24 });
    await robot.press('1');
    await robot.until(/= 2026-11-21 05:0\d .* checksums match/);
    expect(lastRun(on)).toMatchObject({ exit: 0, debts: [] });
    const { exit, lastWords } = await on.leave();
    expect(exit).toBe(0);
    expect(lastWords.join('\n')).toContain('DONE AND VERIFIED');
  });

  it(
    'restores through gates of both kinds, and every row is back; then rolls back, and the loss is',
    patience,
    async () => {
      const on = await practising({ size: { columns: 120, rows: 40 }, world: await lossy() });
      const { robot, terminal, simulation } = on;
      const lost = rowsOf(simulation);
      await robot.press('r');
      await robot.until('Backups of practice');
      await robot.press('r');
      await robot.until('goes back');
      await robot.work('DESTROYS');
      terminal.resize({ columns: 80, rows: 24 });
      // The gate of what destroys is one page, with nobody having to turn it while clients wait.
      const whole = await robot.until(/Gate: swap the data ═+ run .* of 13 ═/);
      for (const each of ['undoes', 'changes', 'kept', 'way back', 'if no', 'Type namespace/name'])
        expect(whole).toContain(each);
      await robot.work('ended with exit 0');
      expect(robot.asked.length).toBeGreaterThan(4);
      expect(answersIn(on)).toEqual(['plan yes', 'cut yes', 'stop yes', 'swap yes "openstack/practice"', 'start yes']);
      const restored = rowsOf(simulation);
      expect(restored.every((member) => member.some(({ table }) => table === 'customers'))).toBe(true);
      await robot.press('u');
      await robot.work((screen) => screen.includes('traffic-again') && screen.includes('ended with exit 0'));
      // What the restore had brought is kept until the run is closed.
      expect(owed(lastRun(on))).toEqual([]);
      expect(rowsOf(simulation)).toEqual(lost);
      expect(answersIn(on).slice(5)).toEqual([
        'plan yes "openstack/practice"',
        'cut-again yes',
        'stop-again yes',
        'swap-back yes "openstack/practice"',
        'start-again yes',
      ]);
      // There is no going back from going back, neither on the run's own screen nor from the list.
      expect(await robot.until('x close')).not.toContain('u roll');
      await robot.press('4');
      expect(await robot.until(/galera-restore.*rolled back[\s\S]*x close/)).not.toContain('u roll');
      await robot.press('d');
      await robot.until('leftovers of the restore on 3 volumes');
      await on.leave();
    },
  );

  it('says no to the data: what was stopped runs again as it was', patience, async () => {
    const on = await practising({ world: await lossy() });
    const { robot, simulation } = on;
    const before = rowsOf(simulation);
    await robot.press('3');
    await robot.press('r');
    const refused = await robot.work('ended with exit 5', (screen) => (wantsName(screen) ? 'no' : 'yes'));
    expect(refused).toContain('HEALTHY');
    expect(answersIn(on).at(-1)).toBe('swap no');
    expect(lastRun(on)).toMatchObject({ exit: 5, debts: [] });
    expect(rowsOf(simulation)).toEqual(before);
    expect((await on.leave()).exit).toBe(5);
  });

  it('sees a step fail, and repairs what is owed once the cause is mended', patience, async () => {
    const on = await practising({ world: await lossy() });
    const { robot, simulation } = on;
    simulation.do({
      do: 'plan',
      fault: { when: { verb: 'swap', afterMs: 0 }, command: { do: 'deny', right: 'patch services' } },
    });
    await robot.press('3');
    await robot.press('r');
    const failed = await robot.work('FAILED at traffic');
    expect(failed).toContain('patch services');
    expect(lastRun(on).debts.map(({ id }) => id.split(':')[0])).toContain('traffic');
    simulation.do({ do: 'allow', right: 'patch services' });
    await robot.press('p');
    await robot.work('ended with exit 0');
    expect(lastRun(on)).toMatchObject({ exit: 0 });
    // Row 3 is from the listing, which is read again after a run.
    await robot.until('owes      nothing');
    expect(robot.screen).toContain('HEALTHY');
    await on.leave();
  });
});
