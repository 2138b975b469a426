import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Failure } from '../../src/base/failure.ts';
import { ClusterMirror } from '../../src/commands/cluster-mirror.ts';
import { takeUpRun } from '../../src/commands/continue-run.ts';
import type { Globals } from '../../src/commands/globals.ts';
import { RunRecord, readEvents, stateFolder } from '../../src/commands/run-record.ts';
import { showRun } from '../../src/commands/runs.ts';
import type { Session } from '../../src/commands/session.ts';
import { foldEvents } from '../../src/engine/apply-event.ts';
import { Run } from '../../src/engine/drive.ts';
import type { NewEvent, RunEvent, Way } from '../../src/engine/event.ts';
import { stepsOf } from '../../src/engine/resumption.ts';
import { owed } from '../../src/engine/state.ts';
import { lockRun } from '../../src/host/run-lock.ts';
import { who } from '../../src/host/who.ts';
import { summarize } from '../../src/record/run-summary.ts';
import { type GroundCluster, groundOf, run, shippedBytes } from '../actions/fake-ground.ts';
import { mortal, type Place } from '../engine/crash.ts';
import { failureFrom, freshFolder } from '../host/folder.ts';
import { documentOf } from '../practice/rig.ts';
import { passed, plannedStep } from '../record/canned.ts';
import { leaseRef, sessionOn } from './practice-session.ts';

const yes = { yes: true, cluster: 'openstack/lab' };
let world: GroundCluster;
let session: Session;
let globals: Globals;
let said: string[];

beforeEach(async () => {
  world = await groundOf('galera-backup').fresh();
  session = await sessionOn(world);
  globals = { output: 'text', stateDir: freshFolder() };
  said = [];
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      said.push(String(text));
      return true;
    });
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** A backup whose process dies there: its journal. */
async function died(place: Place, by = session.by, text = shippedBytes('galera-backup')): Promise<RunEvent[]> {
  const ground = groundOf('galera-backup', {}, undefined, 'yes', text);
  const journal: RunEvent[] = [];
  const life = mortal({ ...world.driving(), by }, journal, place);
  const dying = new Run(life.driving);
  const drive = ground.begin(dying, world).then(() => dying.drive());
  await expect(Promise.race([drive, life.died])).rejects.toThrow('killed');
  return mine(journal, by);
}

/** A run that nobody killed. */
async function whole(name: string, given: { readonly [name: string]: string } = {}): Promise<RunEvent[]> {
  const ground = groundOf(name, given);
  const journal: RunEvent[] = [];
  const { driving } = mortal({ ...world.driving(), by: session.by }, journal);
  const living = new Run(driving);
  await ground.begin(living, world);
  await living.drive();
  return mine(journal, session.by);
}

const mine = (journal: readonly RunEvent[], by: string) =>
  journal.map((event) => (event.type === 'run-started' ? { ...event, by } : event));

const copying: Place = { after: 'effect', number: 1 };

/** As that process has left its record here. */
async function recorded(events: readonly RunEvent[], text = shippedBytes('galera-backup')): Promise<string> {
  const record = await RunRecord.create(globals, run, text, session.redactor);
  for (const event of events) await record.append(event);
  await record.finish(events);
  return record.folder.path;
}

async function mirrored(events: readonly RunEvent[]): Promise<void> {
  const text = new TextDecoder().decode(shippedBytes('galera-backup'));
  await new ClusterMirror(session.ports.kube, 'openstack', run, text).push(events);
}

async function held(holder: string, of = run): Promise<void> {
  await session.ports.lease('there').acquire(holder, of);
}

const holder = async () => (await session.ports.kube.get(leaseRef))?.spec.holderIdentity;
const take = (way: Way = 'resume', options = yes) => takeUpRun(globals, session, run, way, options, 'yes');
const refused = (way: Way = 'resume'): Promise<Failure> => failureFrom(take(way));
const events = async () => await readEvents(await stateFolder(globals).find(run));

describe('runs resume', () => {
  it('goes on to the end after a kill, in one journal, and gives the lease back', async () => {
    const before = await died(copying);
    await recorded(before);
    expect(await take()).toBe(0);
    const all = await events();
    expect(all.slice(0, before.length)).toEqual(before);
    expect(all.map(({ type }) => type)).toContain('run-resumed');
    expect(foldEvents(all)).toMatchObject({ exit: 0, closed: true, debts: [] });
    expect(await holder()).toBe('');
    expect(await take()).toBe(0);
    expect(said.join('')).toContain('ended well: there is nothing to do');
  });

  it('writes nothing in a dry run, and says what is left and in doubt', async () => {
    await recorded(await died(copying));
    const before = world.writes.length;
    expect(await take('resume', { ...yes, dryRun: true } as typeof yes)).toBe(0);
    expect(said.join('')).toContain('in doubt, looked at first: copy');
    expect(world.writes).toHaveLength(before);
    expect((await events()).at(-1)?.type).toBe('effect-started');
  });

  it('ends what a process had left undone after its run had ended: the lease above all', async () => {
    const all = await whole('galera-backup');
    expect(all.at(-1)?.type).toBe('run-closed');
    await recorded(all.slice(0, -1));
    await held(`${who().name}/999999999`);
    expect(await take()).toBe(0);
    expect(await holder()).toBe('');
    expect((await events()).at(-1)?.type).toBe('run-closed');
  });
});

describe('runs repair', () => {
  it('pays what a killed run owes', async () => {
    await recorded(await died(copying));
    expect(owed(foldEvents(await events()))).toHaveLength(1);
    expect(await take('repair')).toBe(0);
    expect(foldEvents(await events()).debts).toEqual([]);
    const says = 'what was owed is paid; the run did not reach its goal: copy, prove, retain not done';
    expect((await events()).findLast(({ type }) => type === 'run-ended')).toMatchObject({ exit: 0, says });
    expect(summarize(await events())).toMatchObject({ outcome: 'repaired', says });
    expect(await refused('resume')).toMatchObject({ next: 'start a new one: galera-runbook run galera-backup' });
  });

  it('of a killed run that owes nothing gives its lease back and names the command that goes on', async () => {
    await recorded(await died({ after: 'line', number: 4 }));
    await held(`${who().name}/999999999`);
    expect(await take('repair')).toBe(0);
    expect(said.join('')).toContain(`galera-runbook runs resume ${run} goes on with it`);
    expect(await holder()).toBe('');
  });
});

it('runs show says of every step what it found or did, and why it was left out', async () => {
  await recorded(await whole('galera-backup'));
  await showRun(globals, run);
  const rows = said
    .join('')
    .split('\n')
    .filter((line) => /^[a-z-]+ +(passed|skipped) /.test(line));
  expect(rows.length).toBeGreaterThan(5);
  for (const row of rows) expect(row).toMatch(/^\S+ +(passed +\d+|skipped) +\S/);
});

it('a rollback that nobody says yes to leaves a good run as it was: nothing is written, and its result stays', async () => {
  const restored = await whole('galera-restore', { backup: 'latest' });
  await recorded(restored, shippedBytes('galera-restore'));
  expect(await take('rollback')).toBe(5);
  expect(await events()).toEqual(restored);
  expect(said.join('')).toContain(`run ${run} stays as it was`);
});

it.each([0, 3, 130])(
  'a run that was rolled back, with exit %s, is not rolled back again, and says so as it is closed',
  async (exit) => {
    const rolled = { type: 'run-continued', way: 'rollback', mode: 'interactive', program: 'test' } as const;
    const restored = await whole('galera-restore', { backup: 'latest' });
    const steps = stepsOf('rollback', foldEvents(restored), documentOf('galera-restore').runbook);
    const planned = steps.map((step) => plannedStep(step.id, step.kind, { step }));
    const more: NewEvent[] = [
      { ...rolled, steps: planned, by: session.by },
      { type: 'gate-answered', step: 'plan', sha256: '', answer: 'yes', by: 'me' },
      ...steps.map(({ id }) => passed(id, 'applied', 'done')),
      { type: 'run-ended', exit, says: '', unpaid: [] },
    ];
    await recorded(
      [...restored, ...more.map((event, index) => ({ ...event, seq: restored.length + 1 + index, at: index }))],
      shippedBytes('galera-restore'),
    );
    expect(summarize(await events())).toMatchObject({
      putBack: true,
      outcome: 'rolled back',
      kept: [{ says: 'leftovers of the restore on 3 volumes' }],
    });
    expect(await refused('rollback')).toMatchObject({ found: 'it was rolled back already: the data of before serves' });
    expect(await take('close')).toBe(0);
    const closed = await events();
    const asked = closed.flatMap((event) =>
      event.type === 'gate-opened' && event.seq > restored.length ? [event.gate] : [],
    );
    expect(asked.map(({ step }) => step)).toEqual(['plan']);
    for (const { shows } of asked) expect(shows).toContain('removed for ever: leftovers of the restore on 3 volumes');
    expect(asked.flatMap(({ shows }) => shows).join()).not.toContain('rollback');
    expect(summarize(closed)).toMatchObject({ putBack: true, outcome: 'rolled back', kept: [], closed: true });
  },
);

it('runs rollback is refused once what was set aside is being removed, and names what removes the rest', async () => {
  const restored = await whole('galera-restore', { backup: 'latest' });
  const effect = { type: 'effect-started', step: 'close', effect: 'start Job' } as const;
  await recorded([...restored, { ...effect, seq: restored.length + 1, at: 1 }], shippedBytes('galera-restore'));
  expect(await refused('rollback')).toMatchObject({
    kind: 'refused',
    found: 'its removal has begun: some of it may be gone',
    next: expect.stringContaining(`galera-runbook runs close ${run}`),
  });
});

it('a run of which there is nothing but its lease, of a bastion that is lost: says so, and how the lease is got rid of', async () => {
  await held('sre2@bastion-2/77', 'k7m2q9');
  expect(await failureFrom(takeUpRun(globals, session, 'k7m2q9', 'repair', yes, 'yes'))).toMatchObject({
    kind: 'held',
    found: expect.stringContaining('its lease alone, held by sre2@bastion-2/77'),
    next: expect.stringContaining(`kubectl -n openstack delete lease ${leaseRef.name}`),
  });
});

describe('the lease of a run that is taken up', () => {
  it('is taken at once from a dead process of this machine and user', async () => {
    await recorded(await died(copying));
    await held(`${who().name}/999999999`);
    expect(await take()).toBe(0);
    expect(await events()).toContainEqual(
      expect.objectContaining({ type: 'lease-taken', from: `${who().name}/999999999` }),
    );
  });

  it.each(['resume', 'repair', 'rollback', 'close'] as const)(
    'is never taken from another machine by --yes: runs %s says who holds it, and nothing is written',
    async (way) => {
      const restored = way === 'rollback' || way === 'close';
      const before = restored ? await whole('galera-restore', { backup: 'latest' }) : await died(copying);
      await recorded(before, shippedBytes(restored ? 'galera-restore' : 'galera-backup'));
      await held('sre2@bastion-2/77');
      expect(await refused(way)).toMatchObject({
        kind: 'held',
        found: `run ${run} of sre2@bastion-2/77 holds the lease`,
        next: expect.stringContaining('only a person at a terminal'),
      });
      expect(await events()).toEqual(before);
      expect(await holder()).toBe('sre2@bastion-2/77');
    },
  );

  it('of another run is not taken: that one has to be ended first', async () => {
    await recorded(await died(copying));
    await held(`${who().name}/999999999`, 'other1');
    expect(await refused()).toMatchObject({ kind: 'held', next: expect.stringContaining('runs resume other1') });
  });

  it('is not taken at once where the record is not of this machine: another one may have the same name', async () => {
    await mirrored(await died(copying));
    await held(`${who().name}/999999999`);
    expect((await refused()).kind).toBe('held');
  });
});

describe('a journal', () => {
  const journal = (folder: string) => join(folder, 'journal.jsonl');

  it('whose last line is torn loses that line, and the run goes on', async () => {
    const folder = await recorded(await died(copying));
    appendFileSync(journal(folder), '{"v":1,"seq":99,"at":1,"ty');
    expect(await take()).toBe(0);
    expect(said.join('')).toContain('the last line of its journal was cut off');
  });

  it('with any other damage is refused with the line and what to do', async () => {
    const before = await died(copying);
    const folder = await recorded(before);
    await mirrored(before);
    const lines = readFileSync(journal(folder), 'utf8').split('\n');
    lines[2] = lines[2]?.slice(0, 20) ?? '';
    writeFileSync(journal(folder), lines.join('\n'));
    expect(await refused()).toMatchObject({
      expected: `a whole journal at ${journal(folder)}, one event in each line`,
      found: 'no event in line 3',
      next: `move ${folder} to another place and keep it; galera-runbook runs resume ${run}, with the same options, then goes on from the run's mirror in the cluster`,
    });
    expect(await holder()).toBeUndefined();
    renameSync(folder, `${folder}.kept`);
    expect(await take()).toBe(0);
    expect((await events()).slice(0, before.length)).toEqual(before);
  });

  it('of a newer program is refused, here and as a mirror', async () => {
    const folder = await recorded(await died(copying));
    const newer = readFileSync(journal(folder), 'utf8').replaceAll('{"v":1,', '{"v":2,');
    writeFileSync(journal(folder), newer);
    expect(await refused()).toMatchObject({
      expected: `a journal at ${journal(folder)} of format 1`,
      found: 'format 2 in line 1',
      next: 'use the galera-runbook that wrote this journal, or a newer one',
    });
  });

  it('of a run in another format is refused', async () => {
    const folder = await recorded(await died(copying));
    const text = readFileSync(journal(folder), 'utf8');
    writeFileSync(journal(folder), text.replace('"format":1', '"format":2'));
    expect(await refused()).toMatchObject({
      expected: `a journal at ${journal(folder)} of format 1`,
      found: 'a run of format 2 in line 1',
      next: 'use the galera-runbook that wrote this journal, or a newer one',
    });
  });

  it('of a newer program as a mirror is refused too, and never written over', async () => {
    const before = await died(copying);
    await recorded(before);
    await mirrored(before);
    world.change('ConfigMap', `galera-runbook-run-${run}`, (map) => {
      const [[key = '', packed = ''] = []] = Object.entries<string>(map.binaryData);
      const text = gunzipSync(Buffer.from(packed, 'base64')).toString().replaceAll('{"v":1,', '{"v":2,');
      return { ...map, binaryData: { [key]: gzipSync(text).toString('base64') } };
    });
    const writes = world.writes.length;
    expect(await refused()).toMatchObject({
      expected: `a journal in ConfigMap galera-runbook-run-${run} of format 1`,
      found: 'format 2 in line 1',
    });
    expect(world.writes.slice(writes).filter((text) => text.includes('ConfigMap'))).toEqual([]);
  });

  it('is gone on with from the mirror where another bastion began it', async () => {
    const before = await died(copying, 'sre2@bastion-2');
    await mirrored(before);
    expect(await take()).toBe(0);
    expect((await events()).slice(0, before.length)).toEqual(before);
  });

  it('that has parted from the mirror is refused, also where the mirror is the shorter one', async () => {
    const before = await died(copying);
    await recorded(before);
    await mirrored(before.slice(0, -1).map((event, index) => (index === 5 ? { ...event, at: event.at + 1 } : event)));
    expect(await refused()).toMatchObject({ kind: 'refused', found: expect.stringContaining('from event 6 on') });
    expect(await events()).toEqual(before);
  });
});

describe('a state folder of another machine', () => {
  it('is refused where the mirror does not say the same', async () => {
    await recorded(await died(copying, 'sre2@bastion-2 (login uid 1000)'));
    expect(await refused()).toMatchObject({
      kind: 'refused',
      expected: `a record of run ${run} that was made on this machine, ${hostname()}`,
      found: expect.stringContaining('sre2@bastion-2 has worked on it last'),
    });
    expect(await holder()).toBe('');
  });

  it('is gone on with where the mirror has all of it', async () => {
    const before = await died(copying, 'sre2@bastion-2');
    await recorded(before);
    await mirrored(before);
    expect(await take()).toBe(0);
  });

  it('is refused while its lock says that somebody there works on it', async () => {
    const folder = await recorded(await died(copying));
    const there = { pid: 77, start: '1', host: 'bastion-2', boot: 'b' };
    writeFileSync(join(folder, `lock.${'0'.repeat(16)}`), JSON.stringify(there));
    expect(await refused()).toMatchObject({ kind: 'held', found: 'process 77 on bastion-2 works on it' });
  });
});

it('a run that a process here works on is refused', async () => {
  await recorded(await died(copying));
  const lock = await lockRun(await stateFolder(globals).find(run));
  expect(await refused()).toMatchObject({ kind: 'held', found: `process ${process.pid} on ${hostname()} works on it` });
  await lock.release();
});

describe('a runbook that was changed since the run began', () => {
  it('does not matter to the run, which has kept its text, and is said', async () => {
    const old = new TextEncoder().encode(`${new TextDecoder().decode(shippedBytes('galera-backup'))}\nOld.\n`);
    await recorded(await died(copying, session.by, old), old);
    expect(await take()).toBe(0);
    expect(said.join('')).toContain(`runbook galera-backup has changed since run ${run} began`);
  });

  it('in the text that was kept is refused', async () => {
    const folder = await recorded(await died(copying));
    appendFileSync(join(folder, 'runbook.md'), '\nAnother step.\n');
    expect(await refused()).toMatchObject({
      kind: 'refused',
      found: expect.stringContaining('somebody has changed it'),
    });
  });
});

it('a run of another target is refused', async () => {
  await recorded(await died(copying));
  session = { ...session, identity: { ...session.identity, statefulSetUid: 'rebuilt' } };
  expect(await refused()).toMatchObject({ kind: 'refused', found: expect.stringContaining('StatefulSet rebuilt') });
});
