import { describe, expect, it } from 'vitest';
import { beginPractice } from '../../src/commands/practice-world.ts';
import { newWorld } from '../../src/simulator/build.ts';
import { lossy, type Practising, practising } from './practising.ts';
import { answersIn, lastRun, rowsOf, runsIn } from './recorded.ts';
import { gateOf, isLive, type Robot } from './robot.ts';

const patience = { timeout: 60_000 };
const name = 'openstack/practice';

/** Lets real time pass in which nothing may happen. */
async function stays(robot: Robot, holds: (screen: string) => boolean, ms = 600): Promise<void> {
  const until = performance.now() + ms;
  while (performance.now() < until) {
    if (!holds(robot.screen)) throw new Error(`it did not stay as it was:\n${robot.screen}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const isAsked = (title: string) => (screen: string) => gateOf(screen).includes(title);

/** Up to a gate of the restore, with its keys live. */
async function atGate(on: Practising, title: string): Promise<void> {
  const { robot } = on;
  await robot.press('3');
  await robot.press('r');
  await robot.until('goes back');
  await robot.work((screen) => isAsked(title)(screen) && isLive(screen));
}

describe('traps that do not spring, in whole sessions', () => {
  it('a newline pasted into a gate, with its y or the whole name', patience, async () => {
    const on = await practising({ world: await lossy() });
    const { robot, simulation } = on;
    await atGate(on, 'cut traffic');
    const asked = isAsked('cut traffic');
    for (const pasted of ['\u001b[200~y\n\u001b[201~', 'y\n', 'y\r', '\n']) {
      robot.send(pasted);
      await stays(robot, asked, 150);
    }
    for (const byte of 'y\r') robot.send(byte);
    await stays(robot, asked, 150);
    const before = rowsOf(simulation);
    await robot.work((screen) => isAsked('swap the data')(screen) && isLive(screen));
    for (const pasted of [`\u001b[200~${name}\n\u001b[201~`, `${name}\r`, `${name}\n`]) {
      robot.send(pasted);
      await stays(robot, isAsked('swap the data'), 150);
    }
    for (const byte of `${name}\r`) robot.send(byte);
    await robot.until('too fast for fingers');
    await stays(robot, isAsked('swap the data'), 150);
    robot.send('\u001b');
    await robot.until('ended with exit 5');
    expect(rowsOf(simulation)).toEqual(before);
    expect(answersIn(on).at(-1)).toBe('swap no');
    await on.leave();
  });

  it('a key held down from one gate into the next', patience, async () => {
    const on = await practising({ world: await lossy() });
    const { robot } = on;
    await atGate(on, 'start this run');
    // As a keyboard repeats: the first answers, all others are the same key held down.
    const held = setInterval(() => robot.send('y'), 33);
    // Paged to its end, so that nothing but the held key stands between it and a yes.
    const isCut = isAsked('cut traffic');
    await robot.until(isCut);
    robot.send('\u001b[6~');
    await robot.until(isLive);
    await stays(robot, isAsked('cut traffic'), 1500);
    clearInterval(held);
    expect(answersIn(on)).toEqual(['plan yes']);
    robot.send('\u001b');
    await robot.until('ended with exit 5');
    await on.leave();
  });

  it('keys typed ahead of what they would answer', patience, async () => {
    const on = await practising({ world: await lossy() });
    const { robot } = on;
    robot.send('b');
    for (const key of '   yyy') robot.send(key);
    await robot.until('Plan ');
    await stays(robot, (screen) => screen.includes('Plan '));
    expect(runsIn(on)).toHaveLength(0);
    robot.send('\u001b');
    await robot.until('nothing was started');
    await on.leave();
  });

  it(
    'a gate that is open while the cluster changes asks again, and what was pressed for the old one does not count',
    patience,
    async () => {
      const on = await practising({ world: await lossy() });
      const { robot, simulation } = on;
      await atGate(on, 'cut traffic');
      simulation.do({ do: 'kill-processes', members: ['mariadb-server-1'] });
      await robot.until(/asked again: \d+ value/);
      robot.send('y');
      // An esc of the first moment does not count either.
      await stays(robot, (screen) => gateOf(screen).includes('asked again'), 1500);
      expect(answersIn(on)).toEqual(['plan yes']);
      await robot.press('\u001b');
      await robot.until('ended with exit 5');
      expect(lastRun(on).debts).toEqual([]);
      await on.leave();
    },
  );

  it('another target behind the same names: a plan of the one is not carried out on the other', patience, async () => {
    const on = await practising({ world: await lossy() });
    const { robot, globals } = on;
    const first = /id (\S+)/.exec(robot.screen)?.[1];
    await robot.press('b');
    await robot.until('Plan ');
    beginPractice(globals, newWorld({ seed: 2 }));
    const refused = await robot.work('the target that was connected to');
    expect(refused).toContain('REFUSED, nothing was changed');
    expect(/id (\S+)/.exec(refused)?.[1]).toBe(first);
    await on.leave();
    // The run that its plan began ended before its first step.
    expect(runsIn(on).flatMap((events) => events.filter(({ type }) => type === 'step-started'))).toEqual([]);
  });

  it(
    'a terminal that gives an error in the middle of a typed name: no, and what was stopped runs again',
    patience,
    async () => {
      const on = await practising({ world: await lossy() });
      const { robot, terminal, simulation } = on;
      const before = rowsOf(simulation);
      await atGate(on, 'swap the data');
      await robot.type(name.slice(0, -1));
      terminal.output.emit('error', Object.assign(new Error('write EIO'), { code: 'EIO' }));
      const { exit } = await on.screens.left;
      expect(exit).not.toBe(0);
      expect(answersIn(on).at(-1)).toBe('swap no');
      expect(lastRun(on).debts).toEqual([]);
      expect(rowsOf(simulation)).toEqual(before);
    },
  );
});
