import { describe, expect, it } from 'vitest';
import { act, catalogueOf, check, step, type World } from '../engine/fakes.ts';
import { type Opened, opened } from './opened.ts';

const says = Array.from({ length: 30 }, (_, index) => `Part ${index + 1} of what is to be known.`);

/** A run whose first gate is longer than the screen. */
const long = (danger: 'disrupts' | 'destroys') => ({
  steps: [step('agree', 'look', { kind: 'check' }), step('swap', 'swap', { title: 'Swap the data' })],
  catalogue: (world: World) =>
    catalogueOf(check(world, 'look'), act(world, 'swap', { maxDanger: danger, planned: { says } })),
});

async function atGate(danger: 'disrupts' | 'destroys'): Promise<Opened> {
  const session = await opened(long(danger));
  await session.press('b');
  await session.seconds(1);
  for (let page = 0; page < 4; page++) await session.press(' ');
  await session.seconds(1);
  await session.press('y');
  await session.terminal.until('Gate: swap the data');
  await session.seconds(1);
  return session;
}

const footer = ({ terminal }: Opened) => terminal.screen().split('\n')[23];
const range = ({ terminal }: Opened) => /to line (\d+) of/.exec(terminal.screen())?.[1];

describe('row 24 of a gate that is longer than the screen', () => {
  it('names the key for its next page until its end was shown', async () => {
    const session = await atGate('destroys');
    expect(footer(session)).toBe(' space next page   esc no');
    const first = range(session);
    await session.press(' ');
    expect(range(session)).not.toBe(first);
  });

  it('names the keys that still page where the blank is a letter of the name', async () => {
    const session = await atGate('destroys');
    for (let page = 0; page < 6; page++) await session.press('\u001b[6~');
    await session.seconds(1);
    expect(footer(session)).toBe(' type the name   enter when it is right   pgup pgdn page   esc no');
    await session.press('\u001b[5~');
    expect(session.terminal.screen()).toContain('pgdn shows the next');
    const before = range(session);
    await session.press(' ');
    expect(range(session)).toBe(before);
    await session.press('\u001b[6~');
    expect(range(session)).not.toBe(before);
  });

  it('names them beside yes and no', async () => {
    const session = await atGate('disrupts');
    for (let page = 0; page < 6; page++) await session.press(' ');
    await session.seconds(1);
    expect(footer(session)).toBe(' y yes   n no   pgup pgdn page');
  });
});

describe('row 24 while a text field is open', () => {
  it('names the keys that leave it, and no others', async () => {
    const session = await opened();
    await session.press('/');
    expect(footer(session)).toBe(' enter keep it   esc clear it');
    for (const letter of '2026') await session.press(letter);
    await session.press('\r');
    expect(footer(session)).toContain('b back up');
    expect(session.screens.store.getState().ui.filters.dashboard).toBe('2026');
  });

  it('is about a search in a text', async () => {
    const session = await opened();
    await session.press('2');
    await session.press('d');
    await session.press('/');
    expect(footer(session)).toBe(' enter keep it   esc clear it');
  });

  it('is about a value that is planned with', async () => {
    const parameters = { recheck: { type: 'boolean', description: 'Read it again.' } } as const;
    const session = await opened({ ...long('disrupts'), parameters });
    await session.press('b');
    await session.press('e');
    await session.press('\r');
    expect(footer(session)).toBe(' enter plan with it   esc leave it as it was');
  });
});

describe('row 24 of a text', () => {
  it('names no next page where all of it is shown', async () => {
    const session = await opened();
    await session.press('2');
    await session.press('d');
    expect(footer(session)).not.toContain('next page');
  });
});
