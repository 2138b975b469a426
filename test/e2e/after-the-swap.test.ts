import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clients, galeraDown, galeraUp, inLab, memberNode, memberVolumePath, names, sql } from '../lab/lab.ts';
import { Program } from './program.ts';
import { makeShop, type Truth, truthEverywhere, truthOf, whole } from './shop.ts';
import { agreeing, terminal } from './terminal.ts';

const program = new Program();

/** The restore as shipped, but impatient, and asking before it compares: there a test can do harm. */
function impatientRestore(): string {
  const shipped = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'runbooks', 'galera-restore.md'), 'utf8');
  const impatient = shipped
    .replace(/(do: galera\.start\npays: stop\ntimeout: )\w+/, '$1180s')
    .replace('check: galera.same-data\n', 'check: galera.same-data\ngate: yes-no\n');
  const path = join(program.folder, 'impatient-restore.md');
  writeFileSync(path, impatient);
  return path;
}

/** Says yes everywhere; before the answer at the gate of `step`, does `harm`. */
async function restoreWithHarm(step: string, harm: () => Promise<void>, parameters: readonly string[] = []) {
  let done: Promise<void> | undefined;
  return await terminal(
    program,
    ['run', impatientRestore(), '-p', 'backup=latest', ...parameters],
    async (question, shown) => {
      const gate = shown.lastIndexOf('gate-shows');
      if (gate >= 0 && new RegExp(`gate-shows +${step}: [^\\n]*\\((reads|changes|disrupts|destroys)\\)`).test(shown))
        done ??= harm();
      await done;
      return agreeing(question);
    },
  );
}

async function isCut(): Promise<boolean> {
  const service = await clients().core.readNamespacedService({ namespace: names.namespace, name: names.service });
  return Object.keys(service.spec?.selector ?? {}).includes('galera-runbook/cut');
}

async function afterwards(output: string) {
  const run = /galera-runbook runs repair ([a-z0-9]{6})/.exec(output)?.[1];
  if (run === undefined) throw new Error(`no repair command in:\n${output}`);
  return run;
}

describe('a restore that fails after the swap stops, keeps traffic cut, and names what is owed', () => {
  let before: Truth;

  beforeAll(async () => {
    await galeraUp({ layout: 'root', podManagement: 'Parallel' });
    await makeShop(3000);
    before = await truthOf(0);
    expect((await program.yes(['backup'])).exit).toBe(0);
    await sql(0, 'delete from shop.orders where customer % 2 = 0');
  });

  afterAll(async () => await galeraDown());

  it('when the data is not what was proven: exit 131, and rollback brings back what was there', async () => {
    const there = await truthOf(0);
    const ended = await restoreWithHarm('same', async () => void (await sql(0, 'delete from shop.orders limit 1')), [
      '-p',
      'recheck=true',
    ]);
    expect(ended.exit).toBe(131);
    expect(ended.output).toMatch(/step-failed +\d+\/13 same/);
    expect(await isCut()).toBe(true);
    const run = await afterwards(ended.output);
    const back = await terminal(program, ['runs', 'rollback', run]);
    expect(back.output).toContain('run-ended     exit 0');
    // What the failed run has cut is cut: nobody is asked about that. What it has started is stopped, and asked about.
    expect(back.output).toMatch(/step-passed +\d+\/\d+ cut-again/);
    expect(back.asked.join()).not.toContain('cut-again');
    expect(back.asked.join()).toContain('stop-again');
    expect(back.output).toMatch(/everything written since the restore is lost: \d+ transactions as planned/);
    for (const truth of await truthEverywhere()) expect(truth).toEqual(there);
    expect(await isCut()).toBe(false);
    expect((await program.yes(['runs', 'close', run])).exit).toBe(0);
  });

  it('when a joiner would take a state dump: it is not started, and once that is mended repair goes on to the end', async () => {
    const grastate = `${await memberVolumePath(2)}/grastate.dat`;
    let seqno = '';
    const ended = await restoreWithHarm('start', async () => {
      seqno = (await inLab(`sed -n 's/^seqno: *//p' ${grastate}`)).trim();
      await inLab(`sed -i 's/^seqno: .*/seqno:   ${Number(seqno) - 3}/' ${grastate}`);
    });
    expect(ended.exit).toBe(131);
    expect(ended.output).toMatch(/state dump/);
    expect(await isCut()).toBe(true);
    const run = await afterwards(ended.output);
    await inLab(`sed -i 's/^seqno: .*/seqno:   ${seqno}/' ${grastate}`);
    const repaired = await program.yes(['runs', 'repair', run]);
    expect(repaired.stdout + repaired.stderr).toContain('run-ended     exit 0');
    for (const truth of await truthEverywhere()) expect(truth).toEqual(before);
    expect(await isCut()).toBe(false);
    expect(await whole()).toBe(true);
    expect((await program.yes(['runs', 'close', run])).exit).toBe(0);
  });

  it('when a member does not start: exit 131 with the member named, and repair goes on once it can', async () => {
    const { core } = clients();
    const name = `node${await memberNode(2)}`;
    const schedulable = async (value: boolean) =>
      void (await core.patchNode({ name, body: [{ op: 'add', path: '/spec/unschedulable', value: !value }] }));
    const ended = await restoreWithHarm('start', () => schedulable(false));
    try {
      expect(ended.exit).toBe(131);
      expect(ended.output).toMatch(/mariadb-server-2/);
      expect(await isCut()).toBe(true);
    } finally {
      await schedulable(true);
    }
    const run = await afterwards(ended.output);
    const repaired = await program.yes(['runs', 'repair', run]);
    expect(repaired.stdout + repaired.stderr).toContain('run-ended     exit 0');
    for (const truth of await truthEverywhere()) expect(truth).toEqual(before);
    expect(await whole()).toBe(true);
  });
});
