import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyDisk } from '../host/tiny-disk.ts';
import { accounts, apiServerStart, apiServerStop, clients, galeraUp, kubeconfig, names, outside } from '../lab/lab.ts';
import { backupFolders } from './archives.ts';
import { expectUntouched, jobsOfProgram, type Picture, picture } from './picture.ts';
import { type Ended, ended, Program } from './program.ts';
import { makeShop } from './shop.ts';

const program = new Program();
const shipped = join(import.meta.dirname, '..', '..', 'docs', 'runbooks', 'galera-backup.md');
const said = (of: Ended) => of.stdout + of.stderr;
/** A kubeconfig that leads nowhere: whoever asks the API server is found out. */
const nowhere = { KUBECONFIG: '/nonexistent/kubeconfig' };

/** One error of three sentences, on stderr, with this exit code; no stack, no password; and no record of a run begun. */
function expectOneError(
  of: Ended,
  exit: number,
  expected: RegExp,
  found: RegExp,
  next: RegExp,
  by: Program = program,
): void {
  const where = said(of);
  expect(of.stderr, where).toMatch(/^galera-runbook: expected /m);
  expect(of.stderr.match(/^galera-runbook: expected /gm), where).toHaveLength(1);
  const [, e = '', f = '', n = ''] =
    /^galera-runbook: expected (.*)\nfound: (.*)\nnext: {2}(.*)$/m.exec(of.stderr) ?? [];
  expect(e, where).toMatch(expected);
  expect(f, where).toMatch(found);
  expect(n, where).toMatch(next);
  expect(of.exit, where).toBe(exit);
  expect(where).not.toMatch(/\n\s+at |defect of the program|undefined|\[object/);
  for (const { password } of Object.values(accounts)) expect(where).not.toContain(password);
  expect(runsOf(by)).toEqual([]);
}

/** The program with its records elsewhere. */
const recording = (state: string): Program => Object.assign(new Program(), { state });

function runsOf({ state }: Program): readonly string[] {
  const runs = join(state, 'runs');
  return existsSync(runs) ? readdirSync(runs) : [];
}

describe('a runbook that is none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'galera-runbook-documents-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const text = readFileSync(shipped, 'utf8');
  const run = async (path: string) =>
    await program.run(['run', path, '--yes', '--cluster', 'openstack/lab'], { env: nowhere });

  it('a folder', async () => {
    mkdirSync(join(folder, 'folder.md'));
    expectOneError(await run(join(folder, 'folder.md')), 2, /folder\.md/, /a folder/, /./);
  });

  it('a file that is not there', async () => {
    expectOneError(await run(join(folder, 'none.md')), 2, /none\.md/, /nothing there/, /./);
  });

  it('a name that is nearly one', async () => {
    expectOneError(await run('galera-bakup'), 2, /galera-bakup/, /none of that name/, /galera-backup/);
  });

  it('a binary', async () => {
    const path = file('binary.md', readFileSync(process.execPath).subarray(0, 100_000));
    const result = await run(path);
    expectOneError(result, 2, /binary\.md/, /1 problem/, /./);
    expect(result.stderr).toMatch(/binary\.md:\d+:\d+: .*binary: it has a NUL byte/);
  });

  it('a text in UTF-16', async () => {
    const result = await run(file('utf16.md', Buffer.from(`\ufeff${text}`, 'utf16le')));
    expectOneError(result, 2, /utf16\.md/, /1 problem/, /./);
    expect(result.stderr).toMatch(/utf16\.md:\d+:\d+: .*UTF-16/s);
  });

  it('10 MB', async () => {
    const result = await run(file('large.md', text + '\nprose '.repeat(1_500_000)));
    expectOneError(result, 2, /large\.md/, /bytes/, /./);
  });

  it('not UTF-8', async () => {
    const result = await run(file('latin1.md', Buffer.from(text.replace(/^# /m, '# \u00c4'), 'latin1')));
    expectOneError(result, 2, /latin1\.md/, /1 problem/, /./);
    expect(result.stderr).toMatch(/latin1\.md:\d+:3: .*not UTF-8 \(byte 0xc4\)/);
  });

  it('an unknown action, an unknown key and a step twice are told at once, with line, column and suggestion', async () => {
    const wrong = text
      .replace('do: backup.take', 'do: backup.tke')
      .replace('timeout: 6h', 'timeot: 6h')
      .replace('`prove`', '`copy`');
    const result = await run(file('wrong.md', wrong));
    expectOneError(result, 2, /wrong\.md/, /\d problems/, /./);
    for (const part of [/wrong\.md:\d+:\d+: .*backup\.tke/, /backup\.take/, /timeot/, /timeout/, /copy/])
      expect(result.stderr).toMatch(part);
  });

  it('CRLF and a byte order mark are fine', async () => {
    const path = file('windows.md', `\ufeff${text.replaceAll('\n', '\r\n')}`);
    const result = await program.run(['runbooks', 'validate', path], { env: nowhere });
    expect(result.stderr).toBe('');
    expect(result.exit).toBe(0);
    expect(result.stdout).toMatch(/^windows: valid, \d+ steps/);
  });
});

describe('a configuration that is none', () => {
  const other = new Program();
  const write = (content: string | Uint8Array) => writeFileSync(other.config, content);
  const good = readFileSync(other.config, 'utf8');
  const status = async (args: readonly string[] = ['status']) => await other.run(args, { env: nowhere });

  it('unknown keys are told all at once, with line, column and suggestion, before anything is asked', async () => {
    write(
      good.replace('statefulset:', 'statfulset:').replace('keep:', 'kepe:').replace('reserve: 64Mi', 'reserve: lots'),
    );
    const result = await status();
    expectOneError(result, 2, /config\.yaml/, /problems/, /./, other);
    expect(result.stderr).toMatch(/config\.yaml:\d+:5: .*statfulset/);
    expect(result.stderr).toMatch(/did you mean `?statefulset/);
    expect(result.stderr).toMatch(/config\.yaml:\d+:\d+: .*kepe/);
    expect(result.stderr).toMatch(/config\.yaml:\d+:\d+: .*no size/);
  });

  it('no YAML, empty, binary, a folder, not there', async () => {
    write('targets: {shop: [');
    expectOneError(await status(), 2, /config\.yaml/, /not YAML/, /./, other);
    write('');
    expectOneError(await status(), 2, /config\.yaml/, /empty/, /./, other);
    write(new Uint8Array([0, 1, 2]));
    expectOneError(await status(), 2, /config\.yaml/, /binary/, /./, other);
    rmSync(other.config);
    expectOneError(await status(), 2, /config\.yaml/, /no file/, /init/, other);
    mkdirSync(other.config);
    expectOneError(await status(), 2, /config\.yaml/, /a folder/, /./, other);
    rmSync(other.config, { recursive: true });
  });

  it('two targets and none named', async () => {
    write(good + good.replace('targets:\n', '').replace('  shop:', '  store:'));
    expectOneError(await status(), 2, /one target/, /shop, store/, /--target/, other);
    expectOneError(await status(['status', '--target', 'shp']), 2, /shp/, /shop, store/, /shop/, other);
  });

  it('two contexts and no current one', async () => {
    other.configure({});
    const config = join(other.folder, 'two.kubeconfig');
    const real = JSON.parse(
      JSON.stringify(clients().config.exportConfig() ? JSON.parse(clients().config.exportConfig()) : {}),
    );
    const [context] = real.contexts;
    writeFileSync(
      config,
      JSON.stringify({ ...real, 'current-context': '', contexts: [context, { ...context, name: 'second' }] }),
    );
    const result = await other.run(['status'], { env: { KUBECONFIG: config } });
    expectOneError(result, 2, /context/, new RegExp(`${context.name}.*second`), /--context/, other);
    const named = await other.run(['status', '--context', 'thrid'], { env: { KUBECONFIG: config } });
    expectOneError(named, 2, /thrid/, new RegExp(`${context.name}.*second`), /./, other);
  });

  it('no kubeconfig', async () => {
    const result = await other.run(['status'], { env: { KUBECONFIG: '', HOME: other.folder } });
    expectOneError(result, 2, /a kubeconfig/, /none/, /KUBECONFIG/, other);
    expectOneError(
      await other.run(['status'], { env: nowhere }),
      2,
      /nonexistent/,
      /no such file/,
      /KUBECONFIG/,
      other,
    );
    const garbage = join(other.folder, 'garbage.kubeconfig');
    writeFileSync(garbage, 'apiVersion: [');
    expectOneError(await other.run(['status'], { env: { KUBECONFIG: garbage } }), 2, /garbage/, /./, /./, other);
  });
});

describe('words on the command line', () => {
  it('unknown commands, options and parameters', async () => {
    for (const args of [['bakup'], ['backup', '--dryrun'], ['runs'], ['restore']]) {
      const result = await program.run(args, { env: nowhere });
      expect([args, result.exit]).toEqual([args, 2]);
      expect(result.stdout).toBe('');
      expect(result.stderr.length).toBeLessThan(3000);
    }
  });
});

describe('a target that is not as the configuration says', () => {
  let before: Picture;

  /** Each command that reads, and each that would act, says the same and does nothing. */
  async function expectRefused(
    by: Program,
    exit: number,
    expected: RegExp,
    found: RegExp,
    next: RegExp,
  ): Promise<void> {
    for (const args of [
      ['backup', '--dry-run'],
      ['backup', '--yes', '--cluster', 'openstack/lab'],
    ]) {
      expectOneError(await by.run(args), exit, expected, found, next, by);
    }
    expect(await jobsOfProgram()).toEqual([]);
    await expectUntouched(before, by);
  }
  const differs = (from: string, to: string): Program => {
    const other = new Program();
    const text = readFileSync(other.config, 'utf8');
    expect(text).toContain(from);
    writeFileSync(other.config, text.replace(from, to));
    return other;
  };

  beforeAll(async () => {
    await galeraUp();
    await makeShop(2000);
    before = await picture();
  });

  it('no such StatefulSet', async () => {
    const other = differs('statefulset: mariadb-server', 'statefulset: mariadb-srever');
    await expectRefused(other, 4, /StatefulSet mariadb-srever in namespace openstack/, /no such object/, /statefulset/);
  });

  it('no such namespace', async () => {
    const other = new Program({ namespace: 'openstak' });
    const result = await other.run(['backup', '--dry-run']);
    expectOneError(result, 4, /namespace openstak/, /no such object/, /namespace/, other);
  });

  it('no such Service', async () => {
    await expectRefused(
      differs('service: mariadb', 'service: mariadb-all'),
      4,
      /Service mariadb-all/,
      /no/,
      /service/i,
    );
  });

  it('no such container', async () => {
    await expectRefused(
      differs('container: mariadb', 'container: galera'),
      4,
      /container galera/,
      /mariadb|not in/,
      /container/,
    );
  });

  it('no such claim', async () => {
    await expectRefused(
      new Program({ claim: 'galera-bakups' }),
      4,
      /claim galera-bakups/,
      /no such|not there|none/,
      /claim/,
    );
  });

  it('another cluster name than the members have', async () => {
    const other = differs('cluster: lab', 'cluster: bill');
    const dry = await other.run(['backup', '--dry-run']);
    expectOneError(dry, 4, /wsrep_cluster_name 'bill'/, /lab/, /./, other);
    await expectUntouched(before, other);
  });

  it('no such Secret', async () => {
    await expectRefused(
      differs('secret: mariadb-root', 'secret: mariadb-rot'),
      4,
      /Secret openstack\/mariadb-rot/,
      /no such Secret/,
      /secret/,
    );
  });

  it('no such key in the Secret', async () => {
    await expectRefused(differs('key: password', 'key: pasword'), 4, /key pasword/, /password/, /key/);
  });

  it('a wrong password', async () => {
    const { core } = clients();
    const namespace = names.namespace;
    const { secret, password } = accounts.root;
    const other = 'not-the-password';
    await core.replaceNamespacedSecret({
      namespace,
      name: secret,
      body: { metadata: { name: secret }, stringData: { password: other } },
    });
    try {
      const refused = await program.run(['backup', '--dry-run']);
      expectOneError(refused, 4, /account root to log in .*Secret mariadb-root/, /Access denied/, /password/);
      expect(said(refused)).not.toContain(other);
      await expectUntouched(before, program);
    } finally {
      await core.replaceNamespacedSecret({
        namespace,
        name: secret,
        body: { metadata: { name: secret }, stringData: { password } },
      });
    }
  });

  it.skipIf(outside)('an API server that is gone', async () => {
    await apiServerStop();
    try {
      const since = Date.now();
      expectOneError(await program.run(['status']), 1, /https:\/\/[\d.]+:6443/, /refused/, /connection/);
      expectOneError(await program.yes(['backup']), 1, /https:\/\/[\d.]+:6443/, /refused/, /connection/);
      expect(Date.now() - since).toBeLessThan(60_000);
    } finally {
      await apiServerStart();
    }
    await expectUntouched(before, program);
  });

  describe('a state folder', () => {
    it('that cannot be read', async () => {
      const other = new Program();
      mkdirSync(other.state);
      chmodSync(other.state, 0o000);
      try {
        const backup = await withoutOverride(other, ['backup', '--yes', '--cluster', 'openstack/lab']);
        expectOneError(backup, 1, new RegExp(other.state), /no permission/, /owner and mode/, new Program());
        const list = await withoutOverride(other, ['runs', 'list']);
        expectOneError(list, 1, new RegExp(other.state), /no permission/, /owner and mode/, new Program());
      } finally {
        chmodSync(other.state, 0o700);
      }
      expect(readdirSync(other.state)).toEqual([]);
      expect(await jobsOfProgram()).toEqual([]);
      await expectUntouched(before, other);
    });

    it('that is a file', async () => {
      const other = new Program();
      writeFileSync(other.state, 'a file');
      expectOneError(
        await other.yes(['backup']),
        1,
        new RegExp(other.state),
        /a file where a folder is needed/,
        /path/,
        new Program(),
      );
      expect(readFileSync(other.state, 'utf8')).toBe('a file');
      expect(await jobsOfProgram()).toEqual([]);
    });

    it('on a disk that is full: the run does not begin', async () => {
      const disk = tinyDisk(1024 * 1024);
      if (!disk) return;
      try {
        const other = recording(join(disk.path, 'state'));
        expectOneError(await other.yes(['backup']), 1, /state/, /no room left on the disk/, /--state-dir/, other);
        expect(await jobsOfProgram()).toEqual([]);
        await expectUntouched(before, program);
      } finally {
        disk.remove();
      }
    });

    it('on a disk that fills up while the run goes on: it stops before its next effect, pays, and says why', async () => {
      const page = 4096;
      // What fits: the 1 MiB for paying, the runbook, the lock, and half of what is journaled up to the first effect.
      const runbook = Math.ceil(readFileSync(shipped).length / page);
      const half = Math.ceil((await bytesBeforeEffect()) / page / 2);
      const disk = tinyDisk((256 + runbook + 1 + half) * page);
      if (!disk) return;
      try {
        const other = recording(join(disk.path, 'state'));
        const folders = await backupFolders();
        const jobs = await jobsOfProgram();
        const { index } = await picture();
        const backup = await other.yes(['backup']);
        expect(said(backup)).toMatch(/the disk is full/);
        expect(backup.exit).toBe(1);
        expect(said(backup)).toMatch(/owes nothing/);
        expect(await jobsOfProgram()).toEqual(jobs);
        expect(await backupFolders()).toEqual(folders);
        await expectUntouched({ ...before, index }, other);
        const [run = ''] = runsOf(other);
        const files = readdirSync(join(other.state, 'runs', run));
        expect(files.filter((name) => name.endsWith('.partial'))).toEqual([]);
        const journal = readFileSync(join(other.state, 'runs', run, 'journal.jsonl'), 'utf8');
        expect(journal.endsWith('\n')).toBe(true);
        expect(journal).toContain('"type":"run-ended"');
        expect(journal).not.toContain('"result":"done"');
      } finally {
        disk.remove();
      }
    });
  });

  /** From a run of the same runbook: its journal up to the first effect. */
  async function bytesBeforeEffect(): Promise<number> {
    const whole = new Program();
    const backup = await whole.yes(['backup']);
    expect(said(backup)).toContain('run-ended     exit 0');
    const [run = ''] = runsOf(whole);
    const journal = readFileSync(join(whole.state, 'runs', run, 'journal.jsonl'), 'utf8');
    const at = journal.indexOf('"type":"effect-started"');
    expect(at).toBeGreaterThan(0);
    return Buffer.byteLength(journal.slice(0, journal.lastIndexOf('\n', at)));
  }
});

/** Without root's right to read everything; with another user than root this is as always. */
async function withoutOverride(by: Program, args: readonly string[]): Promise<Ended> {
  const cli = join(import.meta.dirname, '..', '..', 'src', 'cli.ts');
  const command = [process.execPath, cli, ...args, '--config', by.config, '--state-dir', by.state];
  const [program = '', ...rest] =
    process.getuid?.() === 0 ? ['setpriv', '--bounding-set', '-dac_override,-dac_read_search', ...command] : command;
  const child = spawn(program, rest, {
    env: { ...process.env, KUBECONFIG: kubeconfig(), CI: 'true', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return await ended(child);
}
