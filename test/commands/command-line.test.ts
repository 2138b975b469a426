import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { main } from '../../src/commands/main.ts';

let err: string;
beforeEach(() => {
  err = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('a run that is taken up', () => {
  test.each(['repair', 'rollback', 'close'])('%s takes no parameters: they are what they were', async (way) => {
    expect(await main(['runs', way, 'k7m2q9', '-p', 'backup=latest'])).toBe(2);
    expect(err).toContain("unknown option '-p'");
  });
});
