import { spawn } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { galeraUp, kubeconfig, names, sql, until } from '../lab/lab.ts';
import { backupFolders } from './archives.ts';
import { expectUntouched, jobsOfProgram, openDebts, type Picture, picture, workFolders } from './picture.ts';
import { type Ended, Program } from './program.ts';
import { makeShop, whole } from './shop.ts';
import { type Answers, agreeing, terminal } from './terminal.ts';

const program = new Program();
const said = (of: Ended) => of.stdout + of.stderr;
const word = `${names.namespace}/${names.cluster}`;
/** What a terminal makes of ctrl-d. */
const endOfInput = '\u0004';

/** A site's own runbook that asks for a word before a step that changes nothing here: typed gates without a whole restore before them. */
const typedGate = `---
format: 1
title: Remove old backups
summary: Retention, asked for by name.
flavours: [statefulset]
parameters: {}
---

# Remove old backups

When the backup volume is full.

## Every member agrees \`agree\`

\`\`\`yaml
check: galera.quorum
\`\`\`

## Apply retention \`retain\`

\`\`\`yaml
do: backup.retain
with:
  after-backup: false
gate: typed
\`\`\`
`;

/** Says yes to everything up to the gate that this question is about. */
const at =
  (question: RegExp, answer: string): Answers =>
  (asked) =>
    question.test(asked) ? answer : agreeing(asked);

describe('gates', () => {
  let before: Picture;
  let folders: readonly string[];
  const runbook = join(program.folder, 'remove-old.md');

  /** Exit code as designed, and nothing changed: not the cluster, not the backups, no Job started, nothing owed. */
  async function expectNothing(of: { readonly exit: number }, exit: number): Promise<void> {
    expect(of.exit).toBe(exit);
    expect(await jobsOfProgram()).toEqual([]);
    expect(await backupFolders()).toEqual(folders);
    await expectUntouched(before, program);
  }
  const runs = () => (existsSync(join(program.state, 'runs')) ? readdirSync(join(program.state, 'runs')).length : 0);

  beforeAll(async () => {
    await galeraUp();
    await makeShop(2000);
    const backup = await program.yes(['backup']);
    expect(said(backup)).toContain('run-ended     exit 0');
    writeFileSync(runbook, typedGate);
    before = await picture();
    folders = await backupFolders();
  });

  describe('the gate of a plan', () => {
    for (const [name, answer] of [
      ['n', 'n\r'],
      ['an empty line', '\r'],
      ['the end of the input', endOfInput],
      ['a word that is neither yes nor no, three times', 'perhaps\r'],
    ] as const) {
      it(`${name} is no`, async () => {
        const restore = await terminal(program, ['restore', 'latest'], () => answer);
        expect(restore.output).toMatch(/gate-answered plan.*: no/);
        expect(restore.asked[0]).toMatch(/\[y\/N\]$/);
        await expectNothing(restore, 5);
      });
    }

    it('what was typed before it was drawn is no answer', async () => {
      const backup = await typedAhead(['backup'], 'y\ry\ry\r');
      expect(backup.output).toMatch(/gate-answered plan.*: no/);
      await expectNothing(backup, 5);
    });

    it('several lines at once are no answer', async () => {
      const backup = await terminal(program, ['backup'], () => 'y\ry\r');
      expect(backup.output).not.toContain('step-started');
      await expectNothing(backup, 5);
    });
  });

  describe('no terminal', () => {
    it('standard input that is a pipe is never asked: exit 2, with the flag to use', async () => {
      const there = runs();
      const backup = await program.run(['backup'], { input: 'y\ny\n', env: { CI: '' } });
      expect(backup.stdout).toBe('');
      expect(backup.stderr).toContain('--yes --cluster');
      await expectNothing(backup, 2);
      expect(runs()).toBe(there);
    });

    it('a terminal for reading alone, or for writing alone, is none', async () => {
      const cli = join(import.meta.dirname, '..', '..', 'src', 'cli.ts');
      const own = `'${process.execPath}' '${cli}' backup --config '${program.config}' --state-dir '${program.state}'`;
      const input = await inTerminal(`echo y | ${own}`);
      expect(input.output).toContain('--yes --cluster');
      await expectNothing(input, 2);
      const output = await inTerminal(`${own} 2>&1 | cat; exit "\${PIPESTATUS[0]}"`);
      expect(output.output).toContain('--yes --cluster');
      await expectNothing(output, 2);
    });

    it('a terminal under CI=true is none', async () => {
      const backup = await inTerminal(
        `'${process.execPath}' '${join(import.meta.dirname, '..', '..', 'src', 'cli.ts')}' backup --config '${program.config}' --state-dir '${program.state}'`,
        { CI: 'true' },
      );
      expect(backup.output).toContain('--yes --cluster');
      await expectNothing(backup, 2);
    });
  });

  describe('--yes', () => {
    it('without --cluster: exit 2, with the flag to use', async () => {
      const restore = await program.run(['restore', 'latest', '--yes']);
      expect(restore.stdout).toBe('');
      expect(restore.stderr).toContain('--cluster');
      await expectNothing(restore, 2);
    });

    for (const cluster of ['openstack/other', 'other/lab', 'lab', ''])
      it(`with --cluster '${cluster}', which is another one: exit 4, with the right one`, async () => {
        const there = runs();
        const restore = await program.run(['restore', 'latest', '--yes', '--cluster', cluster]);
        expect(restore.stdout).toBe('');
        expect(restore.stderr).toContain(`--cluster ${word}`);
        await expectNothing(restore, 4);
        expect(runs()).toBe(there);
      });

    it('a terminal does not make up for a wrong --cluster', async () => {
      const restore = await terminal(program, ['restore', 'latest', '--cluster', 'openstack/other']);
      expect(restore.asked).toEqual([]);
      await expectNothing(restore, 4);
    });
  });

  describe('a typed gate', () => {
    it("three words that are not it, the cluster's name alone, another case, a yes, are no", async () => {
      const wrong = ['lab\r', 'Openstack/Lab\r', 'y\r'];
      const run = await terminal(program, ['run', runbook], (asked) =>
        asked.includes('type ') ? (wrong.shift() ?? '') : agreeing(asked),
      );
      expect(run.asked.filter((question) => question.includes('type namespace/name of the cluster:'))).toHaveLength(3);
      expect(run.output).toMatch(/gate-answered retain.*: no/);
      await expectNothing(run, 5);
    });

    for (const [name, answer] of [
      ['an empty line', '\r'],
      ['the end of the input', endOfInput],
    ] as const) {
      it(`${name} is no`, async () => {
        const run = await terminal(program, ['run', runbook], at(/type /, answer));
        expect(run.output).toMatch(/gate-answered retain.*: no/);
        await expectNothing(run, 5);
      });
    }

    it('the right word, letter by letter, is yes', async () => {
      const run = await terminal(program, ['run', runbook]);
      expect(run.output).toMatch(/gate-answered retain.*"openstack\/lab"/);
      expect(run.output).toContain('run-ended     exit 0');
      await expectNothing(run, 0);
    });
  });

  it('no at the gate of the cut: what was unpacked is removed, nobody has lost the database', async () => {
    const restore = await terminal(program, ['restore', 'latest'], at(/cut/, 'n\r'));
    expect(restore.output).toMatch(/gate-answered cut.*: no/);
    expect(restore.output).toMatch(/debt-paid +copies/);
    expect(restore.exit).toBe(5);
    await expectUntouched(before, program);
  });

  it('a wrong word at the gate of the swap: the members run again on the data that they had', async () => {
    const restore = await terminal(program, ['restore', 'latest'], at(/type /, 'lab\r'));
    expect(restore.output).toMatch(/step-passed.*stop/);
    expect(restore.output).toMatch(/gate-answered swap.*: no/);
    expect(restore.output).not.toMatch(/step-started.*swap/);
    for (const debt of ['members', 'traffic', 'copies'])
      expect(restore.output).toMatch(new RegExp(`debt-paid +${debt}`));
    expect(restore.exit).toBe(5);
    expect(await openDebts(program)).toEqual([]);
    expect(await whole()).toBe(true);
    const after = await picture();
    expect(after.truth).toEqual(before.truth);
    expect(after.selector).toEqual(before.selector);
    expect(after.statefulSet).toEqual(before.statefulSet);
    expect(after.states.map((state) => state.wsrep_cluster_state_uuid)).toEqual(
      before.states.map((state) => state.wsrep_cluster_state_uuid),
    );
    expect((await Promise.all([0, 1, 2].map(workFolders))).flat()).toEqual([]);
  });

  it('the donor that the gate has shown is the donor, though the receive queue of another one is shorter by then', async () => {
    const inUse = 'flush tables shop.ticks with read lock';
    const held = sql(2, `${inUse}; select sleep(120)`).catch(() => undefined);
    await until(
      'the lock',
      30_000,
      async () => (await sql(2, 'show open tables from shop where in_use > 0')).length > 0,
    );
    await sql(0, 'insert into shop.ticks (n) values (900001)');
    const queue = async () => Number((await sql(2, "show status like 'wsrep_local_recv_queue'"))[0]?.[1]);
    await sql(0, 'insert into shop.ticks (n) values (900002); insert into shop.ticks (n) values (900003)');
    await until('a queue', 30_000, async () => (await queue()) > 0);
    const backup = await terminal(program, ['backup'], async () => {
      const [id] =
        (await sql(2, "select id from information_schema.processlist where info like 'select sleep%'"))[0] ?? [];
      await sql(2, `kill ${id}`);
      await held;
      await until('no queue', 30_000, async () => (await queue()) === 0);
      return 'y\r';
    });
    expect(backup.output).toMatch(/planned +donor mariadb-server-1: receive queue 0, the highest ordinal of 2 equals/);
    expect(backup.output).toMatch(/step-passed.*all hold/);
    expect(backup.output).toContain('run-ended     exit 0');
    expect(backup.output).toMatch(/debt-paid +desync:mariadb-server-1/);
    expect(await whole()).toBe(true);
  });

  /** A command line in a shell on a pseudo-terminal that nobody answers. */
  async function inTerminal(
    command: string,
    env: Record<string, string> = {},
  ): Promise<{ exit: number; output: string }> {
    const child = spawn('script', ['-qfec', `bash -c ${quoted(command)}`, '/dev/null'], {
      env: { ...process.env, CI: '', KUBECONFIG: kubeconfig(), TERM: 'dumb', NO_COLOR: '1', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    const exit = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)));
    return { exit, output };
  }

  /** Keys that were there before the question; at the question nothing more but, when it waits, the end of the input. */
  async function typedAhead(args: readonly string[], keys: string): Promise<{ exit: number; output: string }> {
    const cli = join(import.meta.dirname, '..', '..', 'src', 'cli.ts');
    const own = [process.execPath, cli, ...args, '--config', program.config, '--state-dir', program.state]
      .map(quoted)
      .join(' ');
    const child = spawn('script', ['-qfec', own, '/dev/null'], {
      env: { ...process.env, CI: '', KUBECONFIG: kubeconfig(), TERM: 'dumb', NO_COLOR: '1' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.write(keys);
    let output = '';
    let asked = false;
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (asked || !/\[y\/N\] *$/.test(output)) return;
      asked = true;
      setTimeout(() => child.stdin.write(endOfInput), 1000);
    });
    const exit = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)));
    return { exit, output };
  }
});

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
