import { describe, expect, it } from 'vitest';
import { areaNow } from '../../src/screens/frame.ts';
import { bindingOn, elsewhere, keyTable } from '../../src/screens/key-table.ts';
import { screens } from '../../src/screens/screens.ts';
import { screenNames } from '../../src/screens/state.ts';
import { viewOf } from '../../src/screens/view.ts';
import { whyNot } from '../../src/screens/works.ts';
import { opened } from './opened.ts';
import { healthy, limping, statusOf, type World } from './world.ts';

/** All that help says, page after page, each column by itself. */
function wholeHelp({ writer, state, screen }: World): string {
  const view = viewOf(state());
  const { lines = 0, page = 1 } = screens.help.scrolls?.(view, areaNow(view)) ?? {};
  const columns: string[][] = [[], []];
  for (let top = 0; top < lines; top += page) {
    writer.scroll('help', top);
    const from = Math.min(top, Math.max(0, lines - page));
    const rows = screen()
      .split('\n')
      .slice(4, 22)
      .slice(top - from);
    for (const row of rows) for (const at of [0, 1]) columns[at]?.push(row.split('│')[at]?.trim() ?? '');
  }
  return columns.flat().join(' ').replaceAll(/\s+/g, ' ');
}

const others = screenNames.filter((name) => name !== 'help');

describe('help', () => {
  it.each(others.flatMap((name) => [[name, healthy] as const, [name, limping] as const]))(
    'of %s says every key and every reason whole, at 80 x 24',
    (name, of) => {
      const world = of();
      world.writer.jump('dashboard');
      if (name !== 'dashboard') world.writer.show(name);
      const there = viewOf(world.state());
      world.writer.show('help');
      const text = wholeHelp(world);
      expect(text.replace('~ cut here', '')).not.toContain('~');
      const listed = keyTable.filter(
        (binding) => binding.label !== '' && binding.command !== 'story' && bindingOn(binding, name),
      );
      for (const { label, says, command } of listed) {
        const why = whyNot(command, there);
        expect(text).toContain(`${label} ${says}`.replaceAll(/\s+/g, ' '));
        if (why !== undefined) expect(text).toContain(`${says} - ${why}`.replaceAll(/\s+/g, ' '));
      }
      for (const binding of keyTable.filter(({ group, local }) => group === 'act' && local !== true))
        if (!bindingOn(binding, name)) expect(text).toContain(`${binding.says} - ${elsewhere(binding)}`);
    },
  );

  it('scrolls like any text', async () => {
    const session = await opened();
    const { press, terminal, seconds, fake } = session;
    fake.sample = async (member) => {
      if (member.endsWith('1')) throw new Error('gone');
      return statusOf(Number(member.at(-1)));
    };
    await seconds(6);
    await press('?');
    expect(terminal.screen()).toContain('1-18 of 20');
    await press('j');
    expect(terminal.screen()).toContain('2-19 of 20');
    await press('\u001b[6~');
    expect(terminal.screen()).toContain('3-20 of 20');
    await press('\u001b[5~');
    expect(terminal.screen()).toContain('1-18 of 20');
    await press('G');
    expect(terminal.screen()).toContain('3-20 of 20');
    await press('k');
    expect(terminal.screen()).toContain('2-19 of 20');
    await press('\u001b');
    await press('?');
    expect(terminal.screen()).toContain('1-18 of 20');
  });

  it('says on its row 23 why a key does not work on the screen below it', async () => {
    const { press, terminal } = await opened();
    await press('?');
    await press('v');
    expect(terminal.screen()).toContain('Help: dashboard');
    expect(terminal.screen()).toContain('v verify: in Backups');
    await press('p');
    expect(terminal.screen()).toContain('p repair: owes nothing');
  });

  it('does what a key does on the screen below it', async () => {
    const { press, terminal, fake } = await opened();
    await press('?');
    await press('b');
    expect(fake.wishes).toHaveLength(1);
    await terminal.until('Plan q8d4w6');
    await press('\u001b');
    await terminal.until('Last runs');
  });
});

describe('a key that is known and does not work here', () => {
  it.each([
    ['v', 'v verify: in Backups'],
    ['e', 'e edit parameters: in Plan'],
    ['x', 'x close: in Runs, Run'],
    ['n', 'n next match: in Text, Run'],
    ['c', 'c resume: none stopped'],
  ])('says why on row 23: %s', async (key, says) => {
    const { press, terminal } = await opened();
    await press(key);
    expect(terminal.screen()).toContain(says);
  });

  it('says it whole, with the key that helps', async () => {
    const { press, terminal, seconds, fake } = await opened();
    fake.sample = async (member) => {
      if (member.endsWith('1')) throw new Error('gone');
      return statusOf(Number(member.at(-1)));
    };
    await seconds(6);
    await press('b');
    expect(terminal.screen()).toContain('b back up: needs all members: mariadb-server-1 silent.  d says why\n');
  });

  it('does nothing when nobody knows it', async () => {
    const { press, terminal } = await opened();
    await press('j');
    const before = terminal.screen();
    await press('z');
    expect(terminal.screen().split('\n').slice(1)).toEqual(before.split('\n').slice(1));
  });
});
