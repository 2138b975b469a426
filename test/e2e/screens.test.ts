import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { galeraUp, kubeconfig, names, sql } from '../lab/lab.ts';
import { Pty } from '../screens/pty.ts';
import { isLive, wantsName } from '../screens/robot.ts';
import { Program } from './program.ts';
import { makeShop, objectsOf, truthEverywhere, truthOf, whole } from './shop.ts';

const minutes = 60_000;
const word = `${names.namespace}/${names.cluster}`;

function opened(program: Program, size = { columns: 80, rows: 24 }): Pty {
  return new Pty(program.state, ['--config', program.config], size, { env: { KUBECONFIG: kubeconfig() } });
}

/** A backup by the keys `b` and `y`. */
async function backUp({ robot }: Pty): Promise<void> {
  await robot.until(/HEALTHY +3 of 3/, minutes);
  await robot.command('1', 'Last runs', minutes);
  await robot.command('b', 'Plan ', minutes);
  await robot.work('ended with exit 0', () => 'yes', 10 * minutes);
}

/** To the plan of restoring the newest backup. */
async function toThePlan({ robot }: Pty): Promise<void> {
  await robot.command('3', /> [=+] \d{4}-/, minutes);
  await robot.command('r', 'goes back', minutes);
}

/** The newest backup is restored, up to where its name is typed. */
async function toTheName(on: Pty): Promise<void> {
  await toThePlan(on);
  await on.robot.work(
    (screen) => wantsName(screen) && isLive(screen),
    () => 'yes',
    10 * minutes,
  );
}

describe('the screens, with a robot that only sees them and only presses keys', () => {
  let program: Program;

  beforeEach(async () => {
    await galeraUp({ layout: 'root', podManagement: 'Parallel' });
    await makeShop();
    program = new Program();
  });
  // One that failed would leave its program at work, and the test's process with it.
  afterEach(() => Pty.closeAll());

  it('back up by one key, lose data, restore through gates of both kinds: every row is back', async () => {
    const before = await truthOf(0);
    const objects = await objectsOf(0);
    const on = opened(program);
    const { robot } = on;
    await backUp(on);
    await sql(0, 'use shop; delete from orders where customer % 3 = 0; drop table customers;');
    on.resize({ columns: 120, rows: 40 });
    await toTheName(on);
    expect(robot.screen).toContain(word);
    await robot.work(
      (screen) => screen.includes('galera-restore') && screen.includes('ended with exit 0'),
      () => 'yes',
      10 * minutes,
    );
    on.resize({ columns: 80, rows: 24 });
    await robot.press('q');
    expect(await on.ended).toBe(0);
    expect(on.lastWords).toContain('DONE AND VERIFIED');
    expect(await truthEverywhere()).toEqual([before, before, before]);
    expect(await objectsOf(0)).toEqual(objects);
    expect(await whole()).toBe(true);
  });

  it('a terminal that goes away while the name is typed: the old data runs again, and nothing is owed', async () => {
    const on = opened(program);
    const { robot } = on;
    await backUp(on);
    await sql(0, 'use shop; delete from orders where customer % 3 = 0;');
    const lost = await truthOf(0);
    await toTheName(on);
    await robot.type(word.slice(0, -1));
    on.close();
    await on.gone(10 * minutes);
    expect(await truthEverywhere()).toEqual([lost, lost, lost]);
    expect(await whole()).toBe(true);
    const status = await program.run(['status']);
    expect(status.exit).toBe(0);
    expect(status.stdout).not.toContain('owes:');
  });

  it('no at the gate of the cut changes nothing; what is restored then is rolled back, and the loss is back', async () => {
    const before = await truthOf(0);
    const on = opened(program, { columns: 120, rows: 40 });
    const { robot } = on;
    await backUp(on);
    await sql(0, 'use shop; delete from orders where customer % 3 = 0;');
    const lost = await truthOf(0);
    await toThePlan(on);
    const atCut = (screen: string) => (screen.includes('Gate: cut traffic') ? 'no' : 'yes');
    await robot.work('ended with exit 5', atCut, 10 * minutes);
    expect(await truthEverywhere()).toEqual([lost, lost, lost]);
    await toTheName(on);
    await robot.work(
      (screen) => screen.includes('galera-restore') && screen.includes('ended with exit 0'),
      () => 'yes',
      10 * minutes,
    );
    expect(await truthEverywhere()).toEqual([before, before, before]);
    await robot.press('u');
    await robot.work(
      (screen) => screen.includes('✓ traffic-again') && screen.includes('ended with exit 0'),
      () => 'yes',
      10 * minutes,
    );
    expect(await truthEverywhere()).toEqual([lost, lost, lost]);
    expect(await whole()).toBe(true);
    await robot.press('q');
    expect(await on.ended).toBe(0);
  });

  it('a process that is killed in the copy, and in the unpacking: p pays for the one, c goes on with the other', async () => {
    const before = await truthOf(0);
    const first = opened(program);
    await first.robot.until(/HEALTHY +3 of 3/, minutes);
    await first.robot.press('b');
    await first.robot.work(/» copy/, () => 'yes', 10 * minutes);
    first.kill('SIGKILL');
    await first.ended;
    const second = opened(program, { columns: 120, rows: 40 });
    await second.robot.until(/OWES 1 .*p repair/, 3 * minutes);
    await second.robot.press('p');
    await second.robot.work('ended with exit 0', () => 'yes', 10 * minutes);
    expect(await whole()).toBe(true);
    await backUp(second);
    await sql(0, 'use shop; delete from orders where customer % 3 = 0;');
    await toThePlan(second);
    await second.robot.work(/» unpack/, () => 'yes', 10 * minutes);
    second.kill('SIGKILL');
    await second.ended;
    const third = opened(program, { columns: 120, rows: 40 });
    await third.robot.until('OWES', 3 * minutes);
    await third.robot.command('4', /galera-restore.*cut off/, 3 * minutes);
    await third.robot.until('c resume', minutes);
    await third.robot.press('c');
    await third.robot.work('ended with exit 0', () => 'yes', 10 * minutes);
    expect(await truthEverywhere()).toEqual([before, before, before]);
    expect(await whole()).toBe(true);
    await third.robot.press('q');
    expect(await third.ended).toBe(0);
  });
});
