import { describe, expect, it } from 'vitest';
import { opened } from './opened.ts';

const row23 = (screen: string) => screen.split('\n')[22];

describe('row 23', () => {
  it('says what was connected to until the first key', async () => {
    const { terminal, seconds, press } = await opened();
    await seconds(60);
    expect(row23(terminal.screen())).toContain('connected to prod-east');
    await press('j');
    expect(row23(terminal.screen())).toBe('');
  });

  it('says for ten seconds what a key did', async () => {
    const { terminal, seconds, press } = await opened();
    await press('p');
    await seconds(8);
    expect(row23(terminal.screen())).toContain('p repair: owes nothing');
    await seconds(3);
    expect(row23(terminal.screen())).toBe('');
  });

  it('comes back sooner to the line that a screen has of its own', async () => {
    const { terminal, seconds, press } = await opened();
    await press('3');
    await press('p');
    await seconds(3);
    expect(row23(terminal.screen())).toContain('p repair: owes nothing');
    await seconds(3);
    expect(row23(terminal.screen())).toContain('proof: # not verified');
  });

  it('gives each message its own time', async () => {
    const { terminal, seconds, press } = await opened();
    await press('p');
    await seconds(8);
    await press('p');
    await seconds(8);
    expect(row23(terminal.screen())).toContain('p repair: owes nothing');
  });
});
