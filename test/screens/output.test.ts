import { describe, expect, it } from 'vitest';
import { act, catalogueOf, check, step, type World } from '../engine/fakes.ts';
import { opened } from './opened.ts';

/** A step whose Jobs write until the test lets it go, and one after it. */
async function writing() {
  const { promise, resolve: go } = Promise.withResolvers<void>();
  const catalogue = (world: World) => {
    const unpack = act(world, 'unpack');
    const apply: typeof unpack.apply = async (...given) => {
      await promise;
      await unpack.apply(...given);
    };
    return catalogueOf(check(world, 'look'), { ...unpack, apply }, act(world, 'prepare'));
  };
  const session = await opened({
    steps: [step('agree', 'look', { kind: 'check' }), step('unpack', 'unpack'), step('prepare', 'prepare')],
    catalogue,
  });
  const { press, seconds, terminal, fake } = session;
  await press('b');
  await seconds(1);
  await press('y');
  await terminal.until('Output');
  const write = async (from: number, to: number) => {
    for (let each = from; each <= to; each++)
      fake.output.push({ step: 'unpack', member: `mariadb-server-${each % 3}`, text: `table ${each}` });
    await seconds(1);
  };
  return { ...session, go, write };
}

describe('the output of a run', () => {
  it('is followed, a line for each member with its ordinal', async () => {
    const { write, terminal } = await writing();
    await write(1, 20);
    expect(terminal.screen()).toMatch(/2 \d\d:\d\d:\d\dZ table 20/);
    expect(terminal.screen()).toContain('follow, 20 lines');
  });

  it('is held when it is scrolled up, and followed again at its end', async () => {
    const { write, terminal, press } = await writing();
    await write(1, 20);
    await press('\t');
    await press('k');
    await write(21, 40);
    expect(terminal.screen()).toContain('held, 21 new: G follows');
    expect(terminal.screen()).toContain('table 19');
    expect(terminal.screen()).not.toContain('table 40');
    await press('G');
    expect(terminal.screen()).toContain('follow, 40 lines');
    expect(terminal.screen()).toContain('table 40');
  });

  it('is read on where it is held while the next step begins', async () => {
    const { write, terminal, press, go, seconds } = await writing();
    await write(1, 20);
    await press('\t');
    await press('k');
    go();
    await seconds(3);
    expect(terminal.screen()).toContain('table 19');
    await press('G');
    expect(terminal.screen()).not.toContain('table 19');
  });

  it('is searched, newest first; n and N go on', async () => {
    const { write, terminal, press } = await writing();
    await write(1, 40);
    await press('/');
    for (const key of 'LE 3') await press(key);
    expect(terminal.screen()).toContain('/LE 3_');
    await press('\r');
    expect(terminal.screen()).toContain('held, 1 new');
    expect(terminal.screen()).toContain('table 39');
    await press('N');
    expect(terminal.screen()).toContain('held, 2 new');
    await press('n');
    expect(terminal.screen()).toContain('held, 1 new');
  });

  it('is shown whole with l, and outside text cannot write to the terminal', async () => {
    const { fake, seconds, terminal, press } = await writing();
    fake.output.push({ step: 'unpack', text: 'evil \u001b[2J\u202e text' });
    await seconds(1);
    expect(terminal.screen()).toContain('evil \\x1b[2J\\u{202e} text');
    await press('l');
    expect(terminal.screen()).toContain('Output of unpack, run q8d4w6');
    expect(terminal.screen()).toContain('all of unpack');
  });

  it('that is longer than the screen is cut, or wrapped with w', async () => {
    const { fake, seconds, terminal, press } = await writing();
    fake.output.push({ step: 'unpack', text: `${'x'.repeat(60)}OVER` });
    await seconds(1);
    expect(terminal.screen()).not.toContain('OVER');
    await press('w');
    expect(terminal.screen()).toContain('OVER');
  });

  it('is kept in bounds over a million lines', async () => {
    const { screens, fake, seconds } = await writing();
    for (let batch = 0; batch < 20; batch++) {
      for (let each = 0; each < 50_000; each++) fake.output.push({ step: 'unpack', text: `line ${batch} ${each}` });
      await seconds(1);
    }
    const { output } = screens.store.getState().run ?? { output: undefined };
    expect(output?.total).toBe(1_000_000);
    expect(output?.lines.length).toBeLessThanOrEqual(5000);
    expect(output?.lines.at(-1)?.text).toBe('line 19 49999');
  });
});
