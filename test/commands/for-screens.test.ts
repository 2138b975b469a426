import { describe, expect, it } from 'vitest';
import { isForScreens } from '../../src/commands/for-screens.ts';

describe('the program without a command', () => {
  it('opens the screens on a terminal', () => {
    expect(isForScreens(false, { TERM: 'xterm-256color' }, true)).toBe(true);
  });

  it.each([
    ['without a terminal', false, { TERM: 'xterm' }, false],
    ['on a dumb terminal', false, { TERM: 'dumb' }, true],
    ['when no terminal is named', false, {}, true],
    ['with --plain', true, { TERM: 'xterm' }, true],
    ['in CI', false, { TERM: 'xterm', CI: '1' }, true],
    ['for a screen reader', false, { TERM: 'xterm', ACCESSIBLE: '1' }, true],
  ])('does not, %s', (_why, plain, env, terminal) => {
    expect(isForScreens(plain, env, terminal)).toBe(false);
  });
});
