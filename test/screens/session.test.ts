import { describe, expect, it } from 'vitest';
import { failure } from '../../src/base/failure.ts';
import { act, catalogueOf, check, step, type World } from '../engine/fakes.ts';
import { type Opened, opened, timeless } from './opened.ts';
import { statusOf } from './world.ts';

/** A backup in small: a check, a copy that owes, its payer. */
const backup = {
  steps: [
    step('agree', 'look', { kind: 'check', title: 'Every member agrees' }),
    step('copy', 'copy', { title: 'Copy' }),
    step('back', 'back', { title: 'The donor is back', pays: ['copy'] }),
  ],
  catalogue: (world: World) =>
    catalogueOf(check(world, 'look'), act(world, 'copy', { owes: true }), act(world, 'back')),
};

describe('a backup by one key', () => {
  it('is b, its plan, and y', async () => {
    const { terminal, press, seconds, timers, settle, world, screens } = await opened(backup);
    expect(terminal.alternate).toBe(true);
    await terminal.until('HEALTHY');
    await press('b');
    await terminal.until('Plan q8d4w6');
    timers.advance(400);
    await settle();
    await terminal.until('keys live');
    await press('y');
    await seconds(5);
    await terminal.until('ended with exit 0');
    expect(world.done).toEqual(['copy', 'back']);
    await press('q');
    const { exit, lastWords } = await screens.left;
    expect(exit).toBe(0);
    expect(lastWords[0]).toContain('DONE AND VERIFIED');
    expect(terminal.alternate).toBe(false);
  });
});

/** A step that waits until the test lets it go, or until it is asked to stop. */
function waiting(until: 'a stop' | 'to its end') {
  const { promise, resolve } = Promise.withResolvers<void>();
  const catalogue = (world: World) => {
    const copy = act(world, 'copy', { owes: true, stoppable: until === 'a stop' });
    const apply: typeof copy.apply = async (input, hands, memo) => {
      await hands.kube.create({ apiVersion: 'v1', kind: 'Job', metadata: { name: 'copy' } });
      const stopped = new Promise((stop) => hands.signal.addEventListener('abort', stop, { once: true }));
      await Promise.race([promise, stopped]);
      hands.signal.throwIfAborted();
      await copy.apply(input, hands, memo);
    };
    return catalogueOf(check(world, 'look'), { ...copy, apply }, act(world, 'back'));
  };
  return { steps: backup.steps, catalogue, go: resolve };
}

/** `q`, and the question has stood there for long enough. */
async function askedToLeave(session: Opened): Promise<void> {
  await session.press('q');
  session.timers.advance(400);
}

/** A key held down for so long, as a keyboard repeats it. */
async function hold(session: Opened, key: string, ms: number): Promise<void> {
  for (let held = 0; held < ms; held += 33) {
    session.terminal.press(key);
    await session.settle();
    session.timers.advance(33);
  }
}

const stops = ({ world }: Opened) =>
  world.journal.flatMap((event) => (event.type === 'stop-asked' ? [event.hard] : []));

async function copying(until: 'a stop' | 'to its end' = 'a stop') {
  const { go, ...of } = waiting(until);
  const session = await opened(of);
  await session.press('b');
  await session.seconds(1);
  await session.press('y');
  await session.terminal.until('OWES 1');
  return { ...session, go };
}

describe('leaving with a run under way', () => {
  it('asks first, and stays by default', async () => {
    const session = await copying();
    await session.press('q');
    await expect(timeless(session.terminal)).toMatchFileSnapshot('golden/leaving-80x24.txt');
    session.timers.advance(400);
    await session.press('\r');
    expect(session.terminal.screen()).not.toContain('Leave?');
    session.go();
    await session.seconds(6);
    await session.terminal.until('exit 0');
  });

  it('is asked where there is room, and says so where there is none', async () => {
    const session = await copying();
    session.terminal.resize({ columns: 70, rows: 20 });
    await session.settle();
    expect(session.terminal.screen()).toContain('q   leave (asks first, a run is under way)');
    await session.press('q');
    expect(session.terminal.screen()).toContain('q   was pressed: the question waits until there is room');
    session.terminal.resize({ columns: 80, rows: 24 });
    await session.settle();
    expect(session.terminal.screen()).toContain('Leave?');
    await session.press('\u001b');
    session.go();
    await session.seconds(6);
  });

  it('says on row 23 what a key did meanwhile', async () => {
    const session = await copying();
    await session.press('q');
    await session.press('\u0003');
    expect(session.terminal.screen()).toContain('stopping at a safe point');
    expect(session.terminal.screen()).toContain('Leave?');
    await session.press('\u001b');
    await session.seconds(6);
  });

  it('stops at the next safe point, pays and tells the shell', async () => {
    const session = await copying();
    await askedToLeave(session);
    await session.press('j');
    await session.press('\r');
    const { exit, lastWords } = await session.screens.left;
    expect(exit).toBe(130);
    expect(session.world.done).toEqual(['back']);
    expect(lastWords.join('\n')).toContain('owes        nothing');
  });

  it('leaves the work going, with the repair command as the last word', async () => {
    const session = await copying();
    await askedToLeave(session);
    await session.press('j');
    await session.press('j');
    await session.press('\r');
    const { exit, lastWords } = await session.screens.left;
    expect(exit).toBe(131);
    expect(lastWords.at(-1)).toBe('galera-runbook runs repair q8d4w6');
  });
});

describe('a question about leaving', () => {
  it.each(['SELECT query, j FROM t;\r', 'jq .jobs\r', 'q jj\r', '\u0003\u0003'])(
    'is neither asked nor answered by a paste without marks: %j',
    async (pasted) => {
      const session = await copying();
      await session.press(pasted);
      expect(session.terminal.screen()).toContain('too fast for fingers');
      await session.seconds(2);
      expect(session.terminal.screen()).not.toContain('Leave?');
      expect(stops(session)).toEqual([]);
      session.go();
      await session.seconds(6);
    },
  );

  it('is asked by the first byte of a slow paste, and not answered by the others', async () => {
    const session = await copying();
    for (const byte of 'qjj\r') {
      session.terminal.press(byte);
      await new Promise((resolve) => setImmediate(resolve));
      session.timers.advance(1);
    }
    await session.seconds(2);
    expect(session.terminal.screen()).toContain('Leave?');
    expect(stops(session)).toEqual([]);
    await session.press('\u001b');
    session.go();
    await session.seconds(6);
  });

  it.each([
    ['of its first moment', ['j', '\r'], 0],
    ['with other keys', ['j\r'], 1000],
  ])('takes no enter %s, says so, and takes one alone', async (_what, keys, wait) => {
    const session = await copying();
    await session.press('q');
    session.timers.advance(wait);
    for (const key of keys) await session.press(key);
    expect(session.terminal.screen()).toContain('enter: too early, too fast or held down');
    await session.seconds(2);
    expect(stops(session)).toEqual([]);
    await session.press('\r');
    expect((await session.screens.left).exit).toBe(130);
  });

  it('takes no enter that is held down', async () => {
    const session = await copying();
    await session.press('q');
    await session.press('j');
    await hold(session, '\r', 2000);
    expect(stops(session)).toEqual([]);
    expect(session.terminal.screen()).toContain('Leave?');
    await session.press('\u001b');
    session.go();
    await session.seconds(6);
  });
});

describe('ctrl-c in a run', () => {
  it('stops at the next safe point, once, however long it is held down, and leaves nothing', async () => {
    const session = await copying();
    await hold(session, '\u0003', 8000);
    await session.terminal.until('exit 130');
    expect(stops(session)).toEqual([false]);
    expect(session.terminal.alternate).toBe(true);
  });

  it('pays nothing when it is pressed again, and held down then it leaves nothing', async () => {
    const session = await copying('to its end');
    await session.press('\u0003');
    await session.seconds(2);
    await hold(session, '\u0003', 4000);
    expect(stops(session)).toEqual([false, true]);
    await session.terminal.until('exit 131');
    expect(session.terminal.alternate).toBe(true);
  });
});

describe('a terminal that goes away', () => {
  it('ends the screen, and the run goes to its safe point', async () => {
    const session = await copying();
    session.terminal.input.destroy();
    const { exit } = await session.screens.left;
    expect(exit).toBe(130);
    expect(session.world.done).toEqual(['back']);
  });
});

describe('a terminal that changes its size', () => {
  it.each([
    [120, 40],
    [200, 60],
    [80, 24],
    [60, 20],
    [100, 30],
  ])('is filled at %i x %i, coming from another', async (columns, rows) => {
    const session = await opened({ ...backup, size: { columns: 90, rows: 27 } });
    for (const size of [
      { columns: 150, rows: 50 },
      { columns: 81, rows: 24 },
      { columns, rows },
    ]) {
      session.terminal.resize(size);
      await session.settle();
    }
    await session.seconds(1);
    expect(session.terminal.screen().split('\n')).toHaveLength(rows + 1);
  });
});

describe('at rest', () => {
  it('writes less than 1 kB a second, and never clears the scrollback', async () => {
    const session = await opened(backup);
    await session.seconds(5);
    const before = session.terminal.bytes;
    await session.seconds(20);
    expect((session.terminal.bytes - before) / 20).toBeLessThan(1024);
    expect(session.terminal.written.join('')).not.toContain('\u001b[3J');
  });

  it('shows a silent member as unknown, and the others as they are', async () => {
    const session = await opened(backup);
    session.fake.sample = async (member) =>
      member.endsWith('1') ? await new Promise(() => undefined) : statusOf(Number(member.at(-1)));
    await session.seconds(6);
    const screen = await session.terminal.until('mariadb-server-1 unknown,');
    expect(screen).toContain('✓ mariadb-server-0 Synced');
    expect(screen).toContain('DEGRADED');
    await session.press('b');
    expect(session.terminal.screen()).toContain('every member must answer');
    expect(session.fake.wishes).toEqual([]);
  });
});

describe('a run that failed past the point of no return', () => {
  const restore = {
    steps: [
      step('agree', 'look', { kind: 'check' }),
      step('cut', 'cut'),
      step('swap', 'swap', { title: 'Swap the data' }),
      step('start', 'start', { title: 'Start' }),
      step('traffic', 'put-back', { pays: ['cut'] }),
    ],
    catalogue: (world: World) =>
      catalogueOf(
        check(world, 'look'),
        act(world, 'cut', { owes: true }),
        act(world, 'swap', { maxDanger: 'destroys' }),
        act(world, 'start'),
        act(world, 'put-back'),
      ),
  };

  it('keeps its debts in sight, and c goes on with it', async () => {
    const session = await opened(restore);
    session.world.fails = { start: failure('failed', '3 of 3 members', '2 of 3\n| InnoDB: no', 'see its log') };
    await session.press('b');
    await session.seconds(1);
    await session.press('y');
    await session.seconds(2);
    for (const letter of 'openstack/lab') await session.press(letter);
    await session.press('\r');
    await session.seconds(6);
    const failed = await session.terminal.until('FAILED at start');
    expect(failed).toContain('! OWES 1');
    expect(failed).toContain('| InnoDB: no');
    expect(failed).toContain('galera-runbook runs resume q8d4w6');
    session.world.fails = {};
    await session.press('c');
    await session.terminal.until('Gate:');
    await session.seconds(2);
    await session.press('y');
    await session.seconds(6);
    await session.terminal.until('exit 0');
    expect(session.world.done).toEqual(['cut', 'swap', 'start', 'traffic']);
  });
});
