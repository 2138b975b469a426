import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clients, galeraDown, galeraUp, inLab, memberVolumePath, names, until, waitSynced } from '../lab/lab.ts';
import { signalPods } from './processes.ts';
import { type Ended, ended, Program, runIdOf } from './program.ts';
import { makeShop, type Truth, truthEverywhere, truthOf, whole } from './shop.ts';

const program = new Program();

/** Starts with --yes; ctrl-c as soon as the step has started, and for a second time where it is wanted. */
async function interrupt(args: readonly string[], step: string, times: 1 | 2): Promise<Ended> {
  const child = program.start([...args, '--yes', '--cluster', `${names.namespace}/${names.cluster}`]);
  child.stdin?.end();
  const end = ended(child);
  let seen = '';
  child.stdout?.on('data', (chunk) => {
    seen += chunk;
  });
  const said = (what: RegExp) =>
    new Promise<void>((resolve) => {
      const look = () => what.test(seen) && resolve();
      child.stdout?.on('data', look);
      child.once('close', () => resolve());
      look();
    });
  // A step that is expected to be short says nothing of its start; its debt is said before it in any case.
  await said(new RegExp(`step-started +\\d+/\\d+ ${step},${step === 'copy' ? '|debt-owed +desync' : ''}`));
  const isJob = step === 'copy' || step === 'unpack';
  // Held still for the second: a Job that is stopped between the two may have ended before it.
  if (isJob) await until(`a Job of ${step} at work`, 60_000, () => signalJobs(step, times === 2 ? 'STOP' : 'CONT'));
  child.kill('SIGINT');
  if (times === 1) return await end;
  await said(/stop-asked +by SIGINT: stops at/);
  // Nearer than a second they count as the same fright: again, until the program says that it has stopped waiting.
  const again = setInterval(() => child.kill('SIGINT'), 50);
  await said(/stop-asked +by SIGINT: stops waiting/);
  clearInterval(again);
  if (isJob) await signalJobs(step, 'CONT');
  return await end;
}

/** To all that runs in the pods of a step's Jobs, if there is any. */
async function signalJobs(step: string, signal: 'STOP' | 'CONT'): Promise<boolean> {
  return (await signalPods(`galera-runbook-[a-z0-9]+-${step}`, signal)) > 0;
}

async function leftovers(): Promise<string> {
  const paths = await Promise.all([0, 1, 2].map((member) => memberVolumePath(member)));
  return (await inLab(`ls -d ${paths.map((path) => `${path}/galera_runbook_*`).join(' ')} 2>/dev/null || true`)).trim();
}

async function serves(): Promise<void> {
  await waitSynced();
  await until('a whole cluster', 60_000, whole);
  const service = await clients().core.readNamespacedService({ namespace: names.namespace, name: names.service });
  expect(service.spec?.selector).toEqual({ application: 'mariadb', component: 'server' });
}

describe('ctrl-c', () => {
  let now: Truth;

  beforeAll(async () => {
    await galeraUp({ layout: 'root', podManagement: 'Parallel' });
    await makeShop(60_000);
    now = await truthOf(0);
    expect((await program.yes(['backup'])).exit).toBe(0);
  });

  afterAll(async () => await galeraDown());

  it('once while copying: the Job is stopped, the donor is back, nothing partial is listed, 130', async () => {
    const stopped = await interrupt(['backup'], 'copy', 1);
    expect(stopped.exit).toBe(130);
    await serves();
    const list = await program.run(['backups', 'list', '-o', 'json']);
    expect(JSON.parse(list.stdout)).toHaveLength(1);
  });

  it('twice while copying: 131, the repair command last; the Job goes on, and repair pays', async () => {
    const left = await interrupt(['backup'], 'copy', 2);
    expect(left.exit).toBe(131);
    const run = runIdOf(left);
    expect(left.stdout.trimEnd().split('\n').at(-1)).toBe(`galera-runbook runs repair ${run}`);
    expect((await program.yes(['runs', 'repair', run])).exit).toBe(0);
    await serves();
  });

  it('once while unpacking: the copies are removed, the database never noticed, 130', async () => {
    const stopped = await interrupt(['restore', 'latest'], 'unpack', 1);
    expect(stopped.exit).toBe(130);
    expect(await leftovers()).toBe('');
    await serves();
    expect(await truthOf(1)).toEqual(now);
  });

  it('twice while unpacking: 131, and repair removes the copies', async () => {
    const left = await interrupt(['restore', 'latest'], 'unpack', 2);
    expect(left.exit).toBe(131);
    expect((await program.yes(['runs', 'repair', runIdOf(left)])).exit).toBe(0);
    expect(await leftovers()).toBe('');
    await serves();
  });

  it('once while stopping: it finishes, the old cluster is started again and serves, 130', async () => {
    const stopped = await interrupt(['restore', 'latest'], 'stop', 1);
    expect(stopped.exit).toBe(130);
    await serves();
    expect(await leftovers()).toBe('');
    for (const truth of await truthEverywhere()) expect(truth).toEqual(now);
  });

  it('twice while stopping: 131 with members, traffic and copies named, and repair brings the old cluster back', async () => {
    const left = await interrupt(['restore', 'latest'], 'stop', 2);
    expect(left.exit).toBe(131);
    const repaired = await program.yes(['runs', 'repair', runIdOf(left)]);
    expect(repaired.stdout + repaired.stderr).toContain('run-ended     exit 0');
    await serves();
    for (const truth of await truthEverywhere()) expect(truth).toEqual(now);
  });

  it.each([
    ['swap', 1],
    ['swap', 2],
    ['start', 1],
    ['start', 2],
  ] as const)(
    'in %s, %i times: the point of no return was crossed, so nothing is paid by itself; repair goes on to the end',
    async (step, times) => {
      const left = await interrupt(['restore', 'latest'], step, times);
      expect(left.exit).toBe(131);
      const run = runIdOf(left);
      const repaired = await program.yes(['runs', 'repair', run]);
      expect(repaired.stdout + repaired.stderr).toContain('run-ended     exit 0');
      await serves();
      for (const truth of await truthEverywhere()) expect(truth).toEqual(now);
      expect((await program.yes(['runs', 'close', run])).exit).toBe(0);
      expect(await leftovers()).toBe('');
    },
  );
});
