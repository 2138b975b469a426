import { beforeEach, describe, expect, it } from 'vitest';
import { leaseOf, type TakingUp } from '../../src/commands/run-lease.ts';
import type { Session } from '../../src/commands/session.ts';
import type { TakenOver } from '../../src/engine/drive.ts';
import { who } from '../../src/host/who.ts';
import { GroundCluster } from '../actions/fake-ground.ts';
import { failureFrom } from '../host/folder.ts';
import { leaseRef, sessionOn } from './practice-session.ts';

const run = 'k7m2q9';
const there = 'sre2@bastion-2/77';
let world: GroundCluster;
let session: Session;
let asked: number;

beforeEach(async () => {
  world = new GroundCluster();
  session = await sessionOn(world);
  asked = 0;
  await session.ports.lease('there').acquire(there, run);
});

const takingUp = (answer: TakenOver | undefined, change: Partial<TakingUp> = {}): TakingUp => ({
  ownRecord: true,
  mayAsk: true,
  confirm: async () => {
    asked++;
    return answer;
  },
  waits: () => undefined,
  ...change,
});
const take = (of: TakingUp) => leaseOf(session).takeUp(run, of);
const holder = async () => (await session.ports.kube.get(leaseRef))?.spec.holderIdentity;

/** What its holder does to show that it lives. */
async function renewed(): Promise<void> {
  const lease = await session.ports.kube.get(leaseRef);
  await session.ports.kube.patch(
    leaseRef,
    { spec: { renewTime: '2026-11-21T06:00:00.000000Z' } },
    { uid: lease?.metadata.uid ?? '' },
  );
}

describe("another bastion's lease", () => {
  it('is taken by a typed id after 60 s in which it did not change, and the taking is known', async () => {
    const from = { from: there };
    const before = world.now;
    expect(await take(takingUp(from))).toBe(from);
    expect(world.now - before).toBeGreaterThanOrEqual(60_000);
    expect(asked).toBe(1);
    expect(await holder()).toBe(session.holder);
  });

  it('stays where it is without a yes', async () => {
    expect((await failureFrom(take(takingUp(undefined)))).kind).toBe('held');
    expect(await holder()).toBe(there);
  });

  it('stays where it is when its holder gives a sign of life, before anybody is asked', async () => {
    world.meanwhile = () => void renewed();
    const failed = await failureFrom(take(takingUp({ from: there })));
    expect(failed).toMatchObject({ kind: 'held', next: 'it lives: wait for its end, or stop it where it runs' });
    expect(asked).toBe(0);
  });

  it('stays where it is when its holder gives a sign of life while somebody is asked', async () => {
    const confirm = async () => {
      await renewed();
      return { from: there };
    };
    expect((await failureFrom(take(takingUp(undefined, { confirm })))).kind).toBe('held');
    expect(await holder()).toBe(there);
  });

  it('is not waited for where nobody can be asked', async () => {
    const before = world.now;
    expect((await failureFrom(take(takingUp({ from: there }, { mayAsk: false })))).kind).toBe('held');
    expect(world.now).toBe(before);
  });
});

describe('the lease of a process that is dead', () => {
  const dead = `${who().name}/999999999`;
  beforeEach(async () => {
    await session.ports.lease('here').takeOver(dead, run, { silenceMs: 0 });
  });

  it('is taken at once, and nobody is asked', async () => {
    const before = world.now;
    expect(await take(takingUp(undefined, { mayAsk: false }))).toEqual({ from: dead });
    expect([asked, world.now]).toEqual([0, before]);
  });

  it('is not, as long as a process of that number lives', async () => {
    await session.ports.lease('here').takeOver(`${who().name}/${process.ppid}`, run, { silenceMs: 0 });
    expect((await failureFrom(take(takingUp(undefined, { mayAsk: false })))).kind).toBe('held');
  });
});
