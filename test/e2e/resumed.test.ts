import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clients, galeraDown, galeraUp, names, sql, until, waitSynced } from '../lab/lab.ts';
import { ended, Program } from './program.ts';
import { makeShop, type Truth, truthEverywhere, truthOf, whole } from './shop.ts';
import { agreeing, terminal } from './terminal.ts';

const program = new Program();
const runs = join(program.state, 'runs');
const yes = ['--yes', '--cluster', `${names.namespace}/${names.cluster}`];

interface Line {
  readonly type: string;
  readonly step?: string;
  readonly debt?: { readonly id: string };
  readonly id?: string;
}

function journal(run: string): readonly Line[] {
  const path = join(runs, run, 'journal.jsonl');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  // Its last line may be half written, by a process that works or that was killed.
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

/** The newest run of the state folder. */
function newest(): string | undefined {
  if (!existsSync(runs)) return undefined;
  const began = (run: string) =>
    (JSON.parse(readFileSync(join(runs, run, 'journal.jsonl'), 'utf8').split('\n')[0] ?? '{}') as { at?: number }).at ??
    0;
  return readdirSync(runs)
    .filter((run) => journal(run).length > 0)
    .sort((a, b) => began(b) - began(a))[0];
}

/** A key that no pod has: traffic does not come back while the Service selects by it, so a step that returns it is killed at leisure. */
const hold = { path: '/spec/selector/hold', value: 'by-a-test' };
const returnsTraffic: readonly string[] = ['traffic', 'traffic-again'];

async function patchService(op: 'add' | 'remove'): Promise<void> {
  const { namespace, service: name } = names;
  await clients().core.patchNamespacedService({ namespace, name, body: [{ op, ...hold }] });
}

/** `kill` while the step has to wait, if it is one that would be over in a tenth of a second. */
async function held<T>(step: string, kill: () => Promise<T>): Promise<T> {
  if (!returnsTraffic.includes(step)) return await kill();
  await patchService('add');
  try {
    return await kill();
  } finally {
    await patchService('remove');
  }
}

/**
 * Kills the process that holds the run, hard, once its journal has a new effect of the step: most often while
 * the effect goes on, which begins after the journal was mirrored.
 */
async function killAt(step: string, run: () => string | undefined): Promise<string> {
  const id = run();
  const before = id === undefined ? 0 : effects(id, step);
  const kill = async () => {
    const now = run();
    if (now === undefined || effects(now, step) <= (now === id ? before : 0)) return false;
    const lock = readdirSync(join(runs, now)).find((name) => name.startsWith('lock.'));
    const { pid } = JSON.parse(readFileSync(join(runs, now, lock ?? ''), 'utf8')) as { pid: number };
    process.kill(pid, 'SIGKILL');
    return now;
  };
  return await until(`an effect of ${step}`, 300_000, kill, 100);
}

const effects = (run: string, step: string) =>
  journal(run).filter((line) => line.type === 'effect-started' && line.step === step).length;

async function killed(args: readonly string[], step: string): Promise<string> {
  const first = newest();
  const which = args[0] === 'runs' ? () => args[2] : () => (newest() === first ? undefined : newest());
  const [end, run] = await held(step, () => {
    const child = program.start([...args, ...yes]);
    child.stdin?.end();
    return Promise.all([ended(child), killAt(step, which)]);
  });
  expect([step, end.exit], end.stdout + end.stderr).toEqual([step, 128]);
  return run;
}

async function goOn(run: string): Promise<void> {
  const resumed = await program.yes(['runs', 'resume', run]);
  expect(resumed.stdout + resumed.stderr).toContain('run-ended     exit 0');
  expect(resumed.exit).toBe(0);
}

function expectNothingOwed(run: string): void {
  const lines = journal(run);
  const owed = lines.flatMap(({ type, debt }) => (type === 'debt-owed' && debt ? [debt.id] : []));
  const paid = new Set(lines.flatMap(({ type, id }) => (type === 'debt-paid' && id ? [id] : [])));
  expect(owed.length).toBeGreaterThan(0);
  // Data set aside is kept until the run is closed.
  expect(owed.filter((id) => !paid.has(id) && !id.startsWith('old-data:'))).toEqual([]);
}

describe('a process killed in every step, and the run resumed', () => {
  let before: Truth;
  let run: string;

  beforeAll(async () => {
    await galeraUp({ layout: 'root', podManagement: 'Parallel' });
    await makeShop(30_000);
    before = await truthOf(0);
  });

  afterAll(async () => await galeraDown());

  it('a backup: one archive in the end, listed, and nobody desynced', async () => {
    const backup = await killed(['backup'], 'copy');
    await killed(['runs', 'resume', backup], 'prove');
    await goOn(backup);
    expectNothingOwed(backup);
    const list = await program.run(['backups', 'list', '-o', 'json']);
    expect(JSON.parse(list.stdout)).toHaveLength(1);
    await waitSynced();
    expect(await whole()).toBe(true);
  });

  it('a backup whose bastion died: another one takes it over after a minute of silence, by typing its id, and never by --yes', async () => {
    // Not in its first effect: another bastion has the mirror only, and a process may die before it has written that.
    const backup = await killed(['backup'], 'prove');
    const other = new Program();
    const refused = await other.yes(['runs', 'resume', backup]);
    expect(refused.stderr).toContain('holds the lease');
    expect(refused.exit).toBe(11);
    const taken = await terminal(other, ['runs', 'resume', backup], (question) =>
      question.includes('of the run') ? `${backup}\r` : agreeing(question),
    );
    expect(taken.output).toContain('run-ended     exit 0');
    expect(taken.asked.some((question) => question.includes('id of the run'))).toBe(true);
    const list = await other.run(['backups', 'list', '-o', 'json']);
    expect(JSON.parse(list.stdout)).toHaveLength(2);
    await waitSynced();
    expect(await whole()).toBe(true);
  });

  it('a restore: every member has the rows of the backup, and no step was passed twice', async () => {
    await sql(0, 'use shop; truncate orders; drop table customers;');
    run = await killed(['restore', 'latest'], 'unpack');
    for (const step of ['truth', 'cut', 'stop', 'positions', 'swap', 'start', 'traffic', 'discard'])
      await killed(['runs', 'resume', run], step);
    await goOn(run);
    for (const truth of await truthEverywhere()) expect(truth).toEqual(before);
    expect(await whole()).toBe(true);
    expectNothingOwed(run);
    const passed = journal(run).flatMap(({ type, step }) => (type === 'step-passed' && step ? [step] : []));
    expect(
      passed.filter((step) => ['unpack', 'stop', 'swap', 'start', 'traffic', 'discard'].includes(step)).sort(),
    ).toEqual(['discard', 'start', 'stop', 'swap', 'traffic', 'unpack']);
  });

  it('a rollback, by a person at a terminal: the data of before the restore is there again', async () => {
    for (const [way, step] of [
      ['rollback', 'cut-again'],
      ['resume', 'stop-again'],
      ['resume', 'swap-back'],
      ['resume', 'start-again'],
      ['resume', 'traffic-again'],
    ] as const) {
      const [end] = await held(step, () =>
        Promise.all([terminal(program, ['runs', way, run], agreeing), killAt(step, () => run)]),
      );
      // As a shell tells of SIGKILL.
      expect([step, end.exit], end.output).toEqual([step, 137]);
    }
    const back = await terminal(program, ['runs', 'resume', run], agreeing);
    expect(back.output).toContain('run-ended     exit 0');
    for (const truth of await truthEverywhere()) {
      expect(truth.orders?.rows).toBe('0');
      expect(truth.customers).toBeUndefined();
    }
    expect((await program.yes(['runs', 'close', run])).exit).toBe(0);
    await until('a whole cluster', 60_000, whole);
  });
});
