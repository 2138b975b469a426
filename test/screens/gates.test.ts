import { describe, expect, it } from 'vitest';
import { act, catalogueOf, check, step, type World } from '../engine/fakes.ts';
import { type Opened, opened, timeless } from './opened.ts';
import { healthyLook, statusOf } from './world.ts';

/** A restore in small: a gate for yes or no, then one that wants the name typed. */
const restore = {
  steps: [
    step('agree', 'look', { kind: 'check' }),
    step('cut', 'cut', { title: 'Cut traffic', prose: '> [!WARNING]\n> Clients have no database.' }),
    step('swap', 'swap', { title: 'Swap the data', prose: '> [!CAUTION]\n> The data of every member is replaced.' }),
    step('traffic', 'put-back', { pays: ['cut'] }),
  ],
  catalogue: (world: World) =>
    catalogueOf(
      check(world, 'look'),
      act(world, 'cut', { owes: true, maxDanger: 'disrupts' }),
      act(world, 'swap', { maxDanger: 'destroys' }),
      act(world, 'put-back'),
    ),
};

async function atFirstGate(): Promise<Opened> {
  const session = await opened(restore);
  await session.press('b');
  await session.seconds(1);
  await session.press('y');
  await session.terminal.until('Gate: cut traffic');
  return session;
}

async function atTypedGate(): Promise<Opened> {
  const session = await atFirstGate();
  await session.seconds(2);
  await session.press('y');
  await session.terminal.until('Gate: swap the data');
  return session;
}

async function type(session: Opened, text: string): Promise<void> {
  for (const letter of text) await session.press(letter);
}

/** A key held down for so long, as a keyboard repeats it. */
async function hold(session: Opened, key: string, ms: number): Promise<void> {
  for (let held = 0; held < ms; held += 33) {
    session.terminal.press(key);
    await session.settle();
    session.timers.advance(33);
  }
}

const answers = ({ world }: Opened) =>
  world.journal.flatMap((event) => (event.type === 'gate-answered' ? [`${event.step} ${event.answer}`] : []));

describe('a gate for yes or no', () => {
  it('shows where, what and the way back, in a single box', async () => {
    const session = await atFirstGate();
    await session.seconds(1);
    await expect(timeless(session.terminal)).toMatchFileSnapshot('golden/gate-yes-no-80x24.txt');
  });

  it('takes no esc and no ctrl-c of its first moment: they were meant for what was there before', async () => {
    const session = await atFirstGate();
    await session.press('\u001b');
    await session.press('\u0003');
    expect(answers(session)).toEqual(['plan yes']);
    await session.seconds(2);
    await session.press('\u001b');
    await session.seconds(1);
    expect(answers(session)).toEqual(['plan yes', 'cut no']);
  });

  it('goes on with y, once its keys are live', async () => {
    const session = await atFirstGate();
    await session.seconds(2);
    await session.press('y');
    await session.terminal.until('Gate: swap the data');
    expect(answers(session)).toEqual(['plan yes', 'cut yes']);
  });

  it('is answered no by n', async () => {
    const session = await atFirstGate();
    await session.seconds(2);
    await session.press('n');
    await session.seconds(6);
    await session.terminal.until('exit 5');
    expect(answers(session)).toEqual(['plan yes', 'cut no']);
  });

  it.each([
    ['typed before it was live', 'y', 0],
    ['pasted with a newline', '\u001b[200~y\r\u001b[201~', 2],
    ['pasted without marks, with a newline', 'y\r', 2],
    ['in one piece with another key', '\u001b[By', 2],
    ['twice in one piece', 'yy', 2],
    ['enter', '\r', 2],
    ['a neighbour of y', 'u', 2],
    ['an upper-case Y', 'Y', 2],
  ])('is not answered by a key %s', async (_what, bytes, seconds) => {
    const session = await atFirstGate();
    await session.seconds(seconds);
    await session.press(bytes);
    await session.seconds(2);
    await session.terminal.until('Gate: cut traffic');
    expect(answers(session)).toEqual(['plan yes']);
  });

  it('is not answered by y held down since the gate before it', async () => {
    const session = await opened(restore);
    await session.press('b');
    await session.seconds(1);
    for (let times = 0; times < 60; times++) {
      session.timers.advance(33);
      session.terminal.press('y');
      await session.settle();
    }
    await session.terminal.until('Gate: cut traffic');
    expect(answers(session)).toEqual(['plan yes']);
    await session.seconds(2);
    await session.press('y');
    expect(answers(session)).toEqual(['plan yes', 'cut yes']);
  });

  it.each([
    ['n', 'n', 600],
    ['esc', '\u001b', 600],
    // Before that it would have stopped the run.
    ['ctrl-c', '\u0003', 0],
  ])('is not answered no by a key that is held down, also since before it opened: %s', async (_name, key, before) => {
    const { promise, resolve: go } = Promise.withResolvers<void>();
    const session = await opened({
      steps: [step('copy', 'copy'), ...restore.steps],
      catalogue: (world) => {
        const copy = act(world, 'copy');
        const apply: typeof copy.apply = async (...given) => {
          await promise;
          await copy.apply(...given);
        };
        return new Map([...restore.catalogue(world), ...catalogueOf({ ...copy, apply })]);
      },
    });
    await session.press('b');
    await session.seconds(1);
    await session.press('y');
    await session.terminal.until('Output');
    await hold(session, key, before);
    go();
    while (before === 0 && session.screens.store.getState().gate === undefined) {
      session.timers.advance(33);
      await session.settle();
    }
    await hold(session, key, 3000);
    await session.terminal.until('Gate: cut traffic');
    expect(session.terminal.screen()).toContain('a key held down does not answer: let go for a second');
    expect(answers(session)).toEqual(['plan yes']);
    await session.seconds(2);
    await session.press(key);
    await session.seconds(1);
    expect(answers(session)).toEqual(['plan yes', 'cut no']);
  });

  it('is not answered no by keys that came together', async () => {
    const session = await atFirstGate();
    await session.seconds(2);
    await session.press('j\u0003');
    expect(session.terminal.screen()).toContain('too fast for fingers');
    await session.seconds(2);
    expect(answers(session)).toEqual(['plan yes']);
  });

  it('closes and asks again when the cluster changes under it', async () => {
    const session = await atFirstGate();
    await session.seconds(2);
    await session.terminal.until('keys are live');
    session.fake.sample = async (member) =>
      statusOf(
        Number(member.at(-1)),
        member.endsWith('2') ? { localState: 2, localStateComment: 'Donor/Desynced', desyncCount: 1 } : {},
      );
    session.timers.advance(900);
    await session.settle();
    const screen = await session.terminal.until('asked again');
    expect(screen).toContain('! changed');
    expect(screen).not.toContain('keys are live');
    await session.press('y');
    expect(answers(session)).toEqual(['plan yes']);
    await session.press(' ');
    await session.seconds(2);
    await session.press('y');
    expect(answers(session)).toEqual(['plan yes', 'cut yes']);
  });

  it('does not ask again for what the run itself has just done', async () => {
    const session = await atFirstGate();
    const { fake, world } = session;
    const isCut = () => world.journal.some((event) => event.type === 'step-passed' && event.step === 'cut');
    const members = healthyLook.members.map((member) => ({ ...member, inService: false }));
    fake.look = async () => (isCut() ? { ...healthyLook, members } : healthyLook);
    await session.seconds(2);
    await session.press('y');
    const screen = await session.terminal.until('DOWN');
    expect(screen).toContain('Gate: swap the data');
    await session.seconds(4);
    const later = session.terminal.screen();
    expect(later).toContain('Gate: swap the data');
    expect(later).toContain('type the name');
  });

  it('has no live keys before the cluster was looked at after it opened, nor for ever without an answer', async () => {
    const session = await atFirstGate();
    await session.seconds(2);
    session.fake.look = () => new Promise(() => undefined);
    await session.press('y');
    await session.terminal.until('Gate: swap the data');
    await session.seconds(2);
    expect(session.terminal.screen()).not.toContain('type the name');
    await session.seconds(2);
    expect(session.terminal.screen()).toContain('type the name');
  });

  it('is not answered in a terminal that became too small, and asks again when there is room', async () => {
    const session = await atFirstGate();
    await session.seconds(2);
    session.terminal.resize({ columns: 64, rows: 24 });
    await session.settle();
    await session.terminal.until('This terminal is 64 x 24');
    await session.press('y');
    expect(answers(session)).toEqual(['plan yes']);
    session.terminal.resize({ columns: 80, rows: 24 });
    await session.settle();
    await session.terminal.until('Gate: cut traffic');
    await session.press('y');
    expect(answers(session)).toEqual(['plan yes']);
    await session.seconds(2);
    await session.press('y');
    expect(answers(session)).toEqual(['plan yes', 'cut yes']);
  });

  it('asks again after ctrl-z, and the shell had its terminal as it was', async () => {
    const session = await atFirstGate();
    await session.seconds(2);
    const seen: boolean[] = [];
    session.fake.suspend = async () => void seen.push(session.terminal.alternate, session.terminal.input.raw);
    await session.press('\u001a');
    await session.terminal.until('Gate: cut traffic');
    expect(seen).toEqual([false, false]);
    expect(session.terminal.input.raw).toBe(true);
    await session.press('y');
    expect(answers(session)).toEqual(['plan yes']);
    await session.seconds(2);
    await session.press('y');
    expect(answers(session)).toEqual(['plan yes', 'cut yes']);
  });

  it('waits while a text field is open', async () => {
    const session = await opened({ ...restore, size: { columns: 80, rows: 24 } });
    await session.press('b');
    await session.seconds(1);
    session.terminal.press('y');
    await session.settle();
    session.timers.advance(20);
    session.terminal.press('1');
    session.terminal.press('/');
    await session.settle();
    const screen = await session.terminal.until('gate waiting');
    expect(screen).not.toContain('Gate: cut');
    await session.press('y');
    expect(answers(session)).toEqual(['plan yes']);
    await session.press('\u001b');
    await session.seconds(1);
    await session.terminal.until('Gate: cut traffic');
  });
});

describe('a typed gate', () => {
  it('shows from which letter on a name is wrong, in a double box', async () => {
    const session = await atTypedGate();
    await session.seconds(2);
    await type(session, 'openstack/lap');
    await expect(timeless(session.terminal)).toMatchFileSnapshot('golden/gate-typed-80x24.txt');
    await session.press('\r');
    expect(answers(session)).toEqual(['plan yes', 'cut yes']);
  });

  it('goes on with the name of the cluster and enter', async () => {
    const session = await atTypedGate();
    await session.seconds(2);
    await type(session, 'openstack/lax');
    await session.press('\u007f');
    await type(session, 'b');
    await session.press('\r');
    await session.seconds(6);
    expect(answers(session)).toEqual(['plan yes', 'cut yes', 'swap yes']);
    await session.terminal.until('exit 0');
  });

  it.each([
    ['pasted', '\u001b[200~openstack/lab\r\u001b[201~'],
    ['pasted without marks', 'openstack/lab\r'],
  ])('takes no name that was %s', async (_what, bytes) => {
    const session = await atTypedGate();
    await session.seconds(2);
    await session.press(bytes);
    await session.press('\r');
    expect(answers(session)).toEqual(['plan yes', 'cut yes']);
    expect(session.terminal.screen()).toContain('> _');
  });

  it('takes no letters typed before it was live', async () => {
    const session = await atTypedGate();
    session.terminal.press('o');
    await session.settle();
    await session.seconds(2);
    await type(session, 'penstack/lab');
    await session.press('\r');
    expect(answers(session)).toEqual(['plan yes', 'cut yes']);
  });

  it('is no when the terminal goes away, and the run pays what it owes', async () => {
    const session = await atTypedGate();
    await session.seconds(2);
    await type(session, 'openstack');
    session.terminal.input.destroy();
    const { exit } = await session.screens.left;
    expect(answers(session)).toEqual(['plan yes', 'cut yes', 'swap no']);
    expect(session.world.done).toEqual(['cut', 'traffic']);
    expect([5, 130]).toContain(exit);
  });
});

/** Bytes one after the other, so long apart, as a line delivers what was pasted there. */
async function deliver(session: Opened, bytes: string, apartMs: number): Promise<void> {
  for (const byte of bytes) {
    session.timers.advance(apartMs);
    session.terminal.press(byte);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await session.settle();
}

describe('a paste that a slow line delivers byte by byte', () => {
  it.each([1, 4, 14])('is no name, at a byte each %i ms', async (apartMs) => {
    const session = await atTypedGate();
    await session.seconds(2);
    await deliver(session, 'openstack/lab\r', apartMs);
    await session.seconds(1);
    expect(answers(session)).toEqual(['plan yes', 'cut yes']);
    expect(session.terminal.screen()).toContain('> _');
    expect(session.terminal.screen()).toContain('too fast for fingers: taken for a paste, type it');
  });

  it('is no name either when enter is pressed after it', async () => {
    const session = await atTypedGate();
    await session.seconds(2);
    await deliver(session, 'openstack/lab', 1);
    await session.seconds(1);
    await session.press('\r');
    await session.seconds(1);
    expect(answers(session)).toEqual(['plan yes', 'cut yes']);
    expect(session.terminal.screen()).toContain('> _');
  });

  it('takes away what was typed before it, and the name is typed anew', async () => {
    const session = await atTypedGate();
    await session.seconds(2);
    await type(session, 'openstack');
    await deliver(session, '/lab\r', 1);
    expect(session.terminal.screen()).toContain('> _');
    await session.seconds(1);
    await type(session, 'openstack/lab');
    expect(session.terminal.screen()).not.toContain('too fast');
    await session.press('\r');
    await session.seconds(1);
    expect(answers(session)).toEqual(['plan yes', 'cut yes', 'swap yes']);
  });

  it('is no name whose last letter and enter only were pasted', async () => {
    const session = await atTypedGate();
    await session.seconds(2);
    await type(session, 'openstack/la');
    session.timers.advance(30);
    await deliver(session, 'b\r', 1);
    await session.seconds(1);
    expect(answers(session)).toEqual(['plan yes', 'cut yes']);
  });

  it('takes letters at the pace of the fastest fingers', async () => {
    const session = await atTypedGate();
    await session.seconds(2);
    await deliver(session, 'openstack/lab\r', 16);
    await session.seconds(1);
    expect(answers(session)).toEqual(['plan yes', 'cut yes', 'swap yes']);
  });

  it.each(['y\r', 'yes\r', 'xy', 'nova', 'no\r'])('is no answer to a yes or no: %j', async (pasted) => {
    const session = await atFirstGate();
    await session.seconds(2);
    await deliver(session, pasted, 1);
    await session.seconds(1);
    expect(answers(session)).toEqual(['plan yes']);
    await session.seconds(1);
    await session.press('y');
    expect(answers(session)).toEqual(['plan yes', 'cut yes']);
  });

  it('is no answer either where the program was too busy to read what followed', async () => {
    const session = await atFirstGate();
    await session.seconds(2);
    session.terminal.press('y');
    await new Promise((resolve) => setImmediate(resolve));
    session.timers.busy(200);
    session.timers.advance(0);
    session.terminal.press('\r');
    await session.settle();
    await session.seconds(1);
    expect(answers(session)).toEqual(['plan yes']);
  });

  it('is no answer where two keys that were pressed apart are read together', async () => {
    const session = await atTypedGate();
    await session.seconds(2);
    await type(session, 'openst');
    session.terminal.press('a');
    session.terminal.press('c');
    await session.settle();
    expect(session.terminal.screen()).toContain('> _');
    await session.seconds(1);
    await type(session, 'openstack/lab');
    await session.press('\r');
    expect(answers(session)).toEqual(['plan yes', 'cut yes', 'swap yes']);
  });
});

describe('two targets with the same names', () => {
  it('differ in every gate by their identity', async () => {
    const session = await atFirstGate();
    expect(healthyLook.members).toHaveLength(3);
    expect(session.terminal.screen()).toContain('kube-system 4f9c07d2    StatefulSet b21e6a90');
  });
});
