import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { main } from '../../src/commands/main.ts';

let out: string;
let err: string;
beforeEach(() => {
  [out, err] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
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

test.each([
  [['restore', 'a', 'b', '--yes', '--cluster', 'openstack/lab']],
  [['backup', 'latest']],
  [['practice', 'lost-table']],
])('a word too many is refused, not left out: %j', async (words) => {
  expect(await main(words)).toBe(2);
  expect(err).toContain('too many arguments');
});

test('runbooks validate goes on after a document that is not there, and ends with 2', async () => {
  expect(await main(['runbooks', 'validate', './missing.md', 'galera-backup', 'no-such'])).toBe(2);
  expect(out).toContain('galera-backup: valid');
  expect(err).toContain('missing.md');
  expect(err).toContain('no-such');
});

describe('runs rollback where nobody can be asked', () => {
  test.each([
    ['without a terminal', [], 'no terminal'],
    ['with --yes', ['--yes', '--cluster', 'openstack/lab'], '--yes'],
  ])('%s is refused with 2, and no flag is advised that would not help', async (_where, flags, found) => {
    expect(await main(['runs', 'rollback', 'last', ...flags])).toBe(2);
    expect(err).toContain('a rollback needs a terminal');
    expect(err).toMatch(new RegExp(`found: ${found}`));
    expect(err).not.toContain('--cluster');
  });
});

describe('options that every command takes', () => {
  const asked = ['-o', 'json', '--plain'];

  test.each([
    ['before the command', [...asked, 'runbooks', 'list']],
    ['between its words', ['runbooks', ...asked, 'list']],
    ['after it', ['runbooks', 'list', ...asked]],
  ])('may stand %s', async (_where, args) => {
    expect(await main(args)).toBe(0);
    expect(JSON.parse(out)).toContainEqual(expect.objectContaining({ name: 'galera-backup' }));
  });

  test('are text without -o', async () => {
    expect(await main(['--plain', 'runbooks', 'list'])).toBe(0);
    expect(out).toContain('galera-backup');
    expect(() => JSON.parse(out)).toThrow();
  });

  test('reach the command from before it', async () => {
    expect(await main(['--config', '/nonexistent/config.yaml', '-n', 'elsewhere', 'status'])).not.toBe(0);
    expect(err).toContain('/nonexistent/config.yaml');
  });

  test('that there are not are refused before the command too', async () => {
    expect(await main(['--plainly', 'runbooks', 'list'])).toBe(2);
  });
});

describe('usage text', () => {
  test('names the program as it was called', async () => {
    expect(await main(['backup', '--help'], '/usr/local/bin/kubectl-galera_runbook')).toBe(0);
    expect(out).toContain('Usage: kubectl galera-runbook backup [options]');
    out = '';
    expect(await main(['--help'], '/usr/local/bin/kubectl-galera_runbook')).toBe(0);
    expect(out).toContain('  kubectl galera-runbook status\n');
    expect(out).not.toContain('\n  galera-runbook');
  });

  test('is galera-runbook by any other name', async () => {
    for (const path of ['/usr/local/bin/galera-runbook', '/app/dist/cli.js', undefined]) {
      out = '';
      expect(await main(['backup', '--help'], path)).toBe(0);
      expect(out).toContain('Usage: galera-runbook backup [options]');
    }
  });
});
