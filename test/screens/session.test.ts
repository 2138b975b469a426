import { describe, expect, it } from 'vitest';
import { act, catalogueOf, check, step, type World } from '../engine/fakes.ts';
import { opened } from './opened.ts';

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
