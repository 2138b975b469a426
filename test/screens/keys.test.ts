import { describe, expect, it } from 'vitest';
import { blocksHere } from '../../src/screens/cursor-here.ts';
import { screens } from '../../src/screens/screens.ts';
import { screenNames } from '../../src/screens/state.ts';
import { viewOf } from '../../src/screens/view.ts';
import { act, catalogueOf, check, step, type World } from '../engine/fakes.ts';
import { type Opened, opened } from './opened.ts';
import { healthy, runbookRow } from './world.ts';

const row = (screen: string, number: number) => screen.split('\n')[number - 1] ?? '';
const cursor = ({ terminal }: Opened) => /^> . (\S+(?: \S+)?)/m.exec(terminal.screen())?.[1];
const keys = { home: '\u001b[H', end: '\u001b[F', pgup: '\u001b[5~', pgdn: '\u001b[6~', up: '\u001b[A', esc: '\u001b' };

describe('keys in lists', () => {
  it('move, go to the ends and page', async () => {
    const session = await opened();
    const moved = async (key: string) => {
      await session.press(key);
      return cursor(session);
    };
    await session.press('3');
    const [first, last] = ['2026-11-20 21:00', '2026-11-14 21:00'];
    expect(cursor(session)).toBe(first);
    expect(await moved('j')).toBe('2026-11-19 21:00');
    expect(await moved(keys.up)).toBe(first);
    expect(await moved(keys.end)).toBe(last);
    expect(await moved(keys.home)).toBe(first);
    expect(await moved('G')).toBe(last);
    expect(await moved('g')).toBe(first);
    expect(await moved(' ')).toBe(last);
    expect(await moved(keys.pgup)).toBe(first);
    expect(await moved(keys.pgdn)).toBe(last);
  });

  it.each(screenNames)('are about what the screen itself has under its cursor: %s', (name) => {
    const world = healthy();
    world.writer.runbooks([runbookRow('galera-backup')]);
    world.writer.targets([{ name: 'shop', cluster: 'lab', namespace: 'openstack', context: 'prod-east' }]);
    world.writer.editing({ runbook: 'x', rows: [{ name: 'kind', mayBe: 'full', says: '' }] });
    world.writer.jump(name);
    const view = viewOf(world.state());
    expect(blocksHere(view)).toEqual(screens[name].blocks(view).filter(({ ids }) => ids.length > 0));
  });

  it('go round the blocks with tab', async () => {
    const session = await opened();
    const at: (string | undefined)[] = [];
    for (let times = 0; times < 4; times++) {
      at.push(cursor(session));
      await session.press('\t');
    }
    expect(at).toEqual(['mariadb-server-0 Synced', '2026-11-20 21:00', '2026-11-21 01:10', 'mariadb-server-0 Synced']);
  });

  it('filter them, each screen by itself', async () => {
    const session = await opened();
    session.fake.targets = ['shop', 'shop-west', 'bank'].map((name) => ({
      name,
      cluster: name,
      namespace: 'openstack',
      context: 'prod-east',
    }));
    for (const [key, wanted, title] of [
      ['2', 'nothing', '0 of 1'],
      ['4', 'restore', '1 of 41'],
      ['3', 'restored', '2 of 7'],
      [':', 'shop', '2 of 3'],
    ] as const) {
      await session.press(key);
      await session.press('/');
      for (const letter of wanted) await session.press(letter);
      await session.press('\r');
      expect(session.terminal.screen()).toContain(title);
    }
    await session.press(keys.esc);
    expect(session.terminal.screen()).toMatch(/Targets ─+ 3 ─/);
  });
});

describe('keys in texts', () => {
  const lines = Array.from({ length: 40 }, (_, index) => `line ${index + 1} ${'x'.repeat(90)}`);

  async function reading(): Promise<Opened> {
    const session = await opened();
    session.fake.logs = lines.join('\n');
    await session.press('l');
    await session.terminal.until('Logs of mariadb-server-0');
    return session;
  }

  it('scroll by lines, pages and to the ends', async () => {
    const { press, terminal } = await reading();
    const range = async (key: string) => {
      await press(key);
      return /(\d+)-\d+ of 40/.exec(terminal.screen())?.[1];
    };
    expect(await range('j')).toBe('2');
    expect(await range('k')).toBe('1');
    expect(await range(' ')).toBe('19');
    expect(await range(keys.end)).toBe('23');
    expect(await range(keys.pgup)).toBe('5');
    expect(await range(keys.pgdn)).toBe('23');
    expect(await range(keys.home)).toBe('1');
    expect(await range('G')).toBe('23');
    expect(await range('g')).toBe('1');
  });

  it('wrap logs with w, and again do not', async () => {
    const { press, terminal } = await reading();
    expect(terminal.screen()).toContain('of 40');
    await press('w');
    expect(terminal.screen()).toContain('of 120');
    await press('w');
    expect(terminal.screen()).toContain('of 40');
  });

  it('say why w does nothing where everything is wrapped', async () => {
    const { press, terminal } = await opened();
    await press('d');
    await press('w');
    expect(terminal.screen()).toContain('w wrap: all of it is wrapped');
  });

  it('search with /, n and N; what was searched for in one text is none of the next', async () => {
    const { press, terminal } = await reading();
    await press('/');
    for (const letter of 'line 3') await press(letter === ' ' ? ' ' : letter);
    await press('\r');
    const top = () => /(\d+)-\d+ of 40/.exec(terminal.screen())?.[1];
    expect(top()).toBe('3');
    await press('n');
    expect(top()).toBe('23');
    await press('N');
    expect(top()).toBe('3');
    await press(keys.esc);
    expect(terminal.screen()).not.toContain('/line 3');
    await press('/');
    await press('x');
    await press('\r');
    await press('1');
    await press('d');
    expect(terminal.screen()).not.toContain(', /x');
    await press(keys.esc);
    expect(terminal.screen()).toContain('Last runs');
  });
});

describe('o', () => {
  it.each(['1', '2', '3', '4', ':', '?', 'd', 'l', 'b'])('writes the view that %s opens to a file', async (key) => {
    const session = await opened();
    await session.press(key);
    await session.press('o');
    expect(row(session.terminal.screen(), 23)).toContain('written to /tmp/');
    expect(session.fake.written).toHaveLength(1);
  });
});

describe('esc', () => {
  it('comes back to the same cursor, filter and scroll, and clears the filter before it goes', async () => {
    const session = await opened();
    const { press, terminal } = session;
    await press('4');
    await press('/');
    for (const letter of 'galera') await press(letter);
    await press('\r');
    await press('j');
    await press('j');
    const before = terminal.screen().split('\n').slice(3, 22);
    const chosen = cursor(session);
    await press('t');
    await terminal.until('Transcript of run');
    await press('?');
    await press(keys.esc);
    expect(terminal.screen()).toContain('Transcript of run');
    await press(keys.esc);
    expect(terminal.screen().split('\n').slice(3, 22)).toEqual(before);
    expect(cursor(session)).toBe(chosen);
    await press(keys.esc);
    expect(terminal.screen()).toContain('of 41');
    expect(session.screens.store.getState().ui.filters.runs).toBe('');
    await press(keys.esc);
    expect(terminal.screen()).toContain('Last runs');
  });

  it('comes back to where a text was scrolled to', async () => {
    const { press, terminal, fake } = await opened();
    fake.logs = Array.from({ length: 60 }, (_, index) => `line ${index + 1}`).join('\n');
    await press('l');
    await press(' ');
    expect(terminal.screen()).toContain('19-36 of 60');
    await press('?');
    await press(keys.esc);
    expect(terminal.screen()).toContain('19-36 of 60');
  });
});

describe('a plan that is being made', () => {
  async function planning() {
    const session = await opened({ steps: [step('copy', 'copy')], catalogue: (of) => catalogueOf(act(of, 'copy')) });
    const { promise, resolve } = Promise.withResolvers<void>();
    session.fake.planning = () => promise;
    await session.press('b');
    expect(session.terminal.screen()).toContain('planning: the target is being read');
    return { ...session, made: resolve };
  }

  it('is left with esc: nothing waits for an answer when it comes', async () => {
    const { press, terminal, screens, seconds, made } = await planning();
    await press(keys.esc);
    made();
    await seconds(1);
    expect(terminal.screen()).toContain('the plan of galera-backup was left: nothing was started');
    expect(screens.store.getState().review).toBeUndefined();
  });

  it('is there when help was read meanwhile', async () => {
    const { press, terminal, seconds, made } = await planning();
    await press('?');
    made();
    await seconds(1);
    await press(keys.esc);
    await terminal.until('Plan q8d4w6');
  });
});

describe('ctrl-c in a text field', () => {
  it('is what it is everywhere: without a run it leaves', async () => {
    const { press, terminal, screens } = await opened();
    await press('/');
    await press('\u0003');
    expect((await screens.left).exit).toBe(0);
    expect(terminal.alternate).toBe(false);
  });

  it('stops the run that is under way', async () => {
    const session = await opened({
      steps: [step('agree', 'look', { kind: 'check' }), step('copy', 'copy'), step('more', 'more')],
      catalogue: (world: World) => {
        const copy = act(world, 'copy', { stoppable: true });
        const apply: typeof copy.apply = (_input, hands) =>
          new Promise((_, reject) => hands.signal.addEventListener('abort', () => reject(hands.signal.reason)));
        return catalogueOf(check(world, 'look'), { ...copy, apply }, act(world, 'more'));
      },
    });
    await session.press('b');
    await session.seconds(1);
    await session.press('y');
    await session.terminal.until('Output');
    await session.press('/');
    await session.press('\u0003');
    expect(row(session.terminal.screen(), 23)).toContain('ctrl-c again: pay nothing, Jobs go on');
    await session.seconds(8);
    await session.terminal.until('exit 130');
  });
});

describe('ctrl-z', () => {
  it('comes back to what was typed, at the size that the terminal has then', async () => {
    const session = await opened();
    const { press, terminal } = session;
    const seen: string[] = [];
    session.fake.suspend = async () => {
      seen.push(terminal.screen());
      terminal.resize({ columns: 120, rows: 40 });
    };
    await press('/');
    for (const letter of '2026') await press(letter);
    await press('\u001a');
    await session.settle();
    const screen = await terminal.until((now) => row(now, 39) === ' /2026_', 'what was typed');
    expect(screen).toContain('HEALTHY');
    expect(seen.join('')).not.toContain('HEALTHY');
    expect(screen.split('\n').filter((line) => line.startsWith('── Members ─') && line.length === 120)).toHaveLength(1);
    await press('\r');
    expect(terminal.screen().split('\n')).toHaveLength(41);
  });
});

describe('a signal that ends the screens while the shell has the terminal', () => {
  it('leaves it to the shell when the program is brought back', async () => {
    const session = await opened();
    const { terminal, screens, settle } = session;
    const { promise, resolve: back } = Promise.withResolvers<void>();
    session.fake.suspend = () => promise;
    await session.press('\u001a');
    expect(terminal.alternate).toBe(false);
    screens.hangUp('SIGTERM');
    expect((await screens.left).exit).toBe(0);
    back();
    await settle();
    expect(terminal.alternate).toBe(false);
    expect(terminal.input.raw).toBe(false);
    expect(terminal.input.listenerCount('data')).toBe(0);
  });
});

describe('ctrl-l', () => {
  it('draws all of it anew, whatever stood there', async () => {
    const session = await opened();
    const before = session.terminal.screen();
    session.terminal.output.write('\u001b[10;1Hwall: the machine goes down\u001b[2;5Hnow');
    await session.terminal.until('goes down');
    await session.press('\u000c');
    const after = await session.terminal.until((screen) => screen.includes('HEALTHY') && !screen.includes('goes down'));
    expect(after.split('\n').slice(1, 22)).toEqual(before.split('\n').slice(1, 22));
  });
});
