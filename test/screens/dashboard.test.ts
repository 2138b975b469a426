import { describe, expect, it } from 'vitest';
import { healthy, limping } from './world.ts';

const golden = async (name: string, screen: string) => await expect(screen).toMatchFileSnapshot(`golden/${name}.txt`);

describe('the dashboard', () => {
  it('of a Galera cluster that is well', async () => {
    await golden('dashboard-80x24', healthy().screen());
  });

  it('with one member desynced by an open debt and one unknown', async () => {
    await golden('dashboard-attention-80x24', limping().screen());
  });

  it('with more columns, a panel and what was seen, from 120 x 36 on', async () => {
    await golden('dashboard-120x36', healthy({ columns: 120, rows: 36 }).screen());
  });

  it.each([
    [120, 40],
    [200, 60],
    [100, 30],
    [300, 100],
  ])('fills %i x %i', async (columns, rows) => {
    const screen = healthy({ columns, rows }).screen();
    expect(screen.split('\n')).toHaveLength(rows + 1);
    await golden(`dashboard-${columns}x${rows}`, screen);
  });

  it('says how large the terminal must be when it is too small', async () => {
    await golden('too-small-64x24', healthy({ columns: 64, rows: 24 }).screen());
  });
});
