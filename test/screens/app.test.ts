import { cleanup, render } from 'ink-testing-library';
import { createElement } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { App } from '../../src/screens/app.ts';
import { Frames } from '../../src/screens/frames.ts';
import type { ScreenName } from '../../src/screens/state.ts';
import { screenNames } from '../../src/screens/state.ts';
import { ManualTimers } from './manual-timers.ts';
import { healthy, limping, type World } from './world.ts';

afterEach(cleanup);

const plain = (frame = '') =>
  `${frame
    .replaceAll(/\u001b\[[\d;]*m/g, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')}\n`;

function drawn(world: World): string {
  const timers = new ManualTimers(world.state().now);
  const frames = new Frames(world.store, { colour: true, unicode: true }, timers);
  return plain(render(createElement(App, { frames })).lastFrame());
}

describe('what React draws', () => {
  it.each([
    ['a cluster that is well', healthy],
    ['a cluster that limps', limping],
  ])('is the rows of %s', (_what, world) => {
    expect(drawn(world())).toBe(world().screen());
  });

  it.each(screenNames)('is the rows of %s', (name: ScreenName) => {
    const world = healthy();
    world.writer.show(name);
    expect(drawn(world)).toBe(world.screen());
    expect(world.screen().split('\n')).toHaveLength(25);
  });

  it.each(screenNames)('is the rows of %s of a cluster that limps', (name: ScreenName) => {
    const world = limping({ columns: 100, rows: 40 });
    world.writer.show(name);
    expect(drawn(world)).toBe(world.screen());
  });

  it('follows the store, at most ten times a second', async () => {
    const world = healthy();
    const timers = new ManualTimers(world.state().now);
    const frames = new Frames(world.store, { colour: false, unicode: true }, timers);
    const { lastFrame } = render(createElement(App, { frames }));
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    world.writer.message('something new');
    await turn();
    expect(plain(lastFrame())).not.toContain('something new');
    timers.advance(100);
    await turn();
    expect(plain(lastFrame())).toContain('something new');
  });
});
