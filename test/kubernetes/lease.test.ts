import { beforeEach, describe, expect, it } from 'vitest';
import { type Failure, type FailureError, fail, failure } from '../../src/base/failure.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { KubeLease } from '../../src/kubernetes/lease.ts';
import { Conflict, type KubeReads, type KubeWrites, type Obj } from '../../src/target/kubernetes.ts';

/** One Lease object with the API server's rules on versions, and an outage at will. */
class OneLease implements Pick<KubeReads, 'get'>, Pick<KubeWrites, 'create' | 'patch'> {
  // biome-ignore lint/suspicious/noExplicitAny: as JSON
  object: any;
  down = false;
  version = 0;
  /** Runs once, between a reader's reading and its writing. */
  before: (() => void) | undefined;

  async get(): Promise<Obj | undefined> {
    this.#up();
    return structuredClone(this.object);
  }

  async create(object: Obj): Promise<Obj> {
    this.#up();
    this.#meddle();
    if (this.object) throw new Conflict(failure('failed', 'a free name', 'AlreadyExists', ''));
    this.object = structuredClone({
      ...object,
      metadata: { ...object.metadata, uid: 'u1', resourceVersion: String(++this.version) },
    });
    return structuredClone(this.object);
  }

  async patch(_ref: unknown, patch: JsonObject, guard: { uid: string; resourceVersion?: string }): Promise<Obj> {
    this.#up();
    this.#meddle();
    const { metadata } = this.object ?? {};
    if (metadata?.uid !== guard.uid || metadata.resourceVersion !== guard.resourceVersion) {
      throw new Conflict(failure('failed', 'the same version', 'another', ''));
    }
    this.edit(patch);
    return structuredClone(this.object);
  }

  edit(patch: JsonObject): void {
    const { metadata, spec } = patch as { metadata?: { annotations?: JsonObject }; spec?: JsonObject };
    const annotations = { ...this.object.metadata.annotations, ...metadata?.annotations };
    for (const [key, value] of Object.entries(annotations)) if (value === null) delete annotations[key];
    this.object.metadata = { ...this.object.metadata, annotations, resourceVersion: String(++this.version) };
    this.object.spec = { ...this.object.spec, ...spec };
  }

  #meddle(): void {
    const { before } = this;
    this.before = undefined;
    before?.();
  }

  #up(): void {
    if (this.down) fail('unknown', 'an answer', 'none within 10 s', 'ask again');
  }
}

let kube: OneLease;
let time: number;
const t0 = Date.UTC(2026, 10, 21, 5, 0, 7, 123);

beforeEach(() => {
  kube = new OneLease();
  time = 0;
});

async function pass(ms: number): Promise<void> {
  time += ms;
}

function lease(sleep = pass): KubeLease {
  const options = {
    namespace: 'openstack',
    statefulset: 'db',
    host: 'bastion',
    monotonic: () => time,
    now: () => t0 + time,
    sleep,
  };
  return new KubeLease(kube as unknown as KubeReads & KubeWrites, options);
}

const other = { holder: 'bob@b2/7', run: 'r2' };
function heldByOther(): void {
  kube.edit({
    spec: { holderIdentity: other.holder, renewTime: '2026-11-21T05:00:00.000000Z' },
    metadata: { annotations: { 'galera-runbook/run': other.run } },
  });
}

async function kindOf(work: Promise<unknown>): Promise<Failure['kind'] | undefined> {
  return await work.then(
    () => undefined,
    (thrown: unknown) => (thrown as FailureError).failure.kind,
  );
}

describe('acquire', () => {
  it('creates the lease, with times of six digits', async () => {
    expect(await lease().acquire('ann@b1/1', 'r1')).toEqual({ got: true });
    expect(kube.object).toMatchObject({
      apiVersion: 'coordination.k8s.io/v1',
      metadata: {
        name: 'galera-runbook-db',
        namespace: 'openstack',
        annotations: { 'galera-runbook/run': 'r1', 'galera-runbook/host': 'bastion' },
      },
      spec: {
        holderIdentity: 'ann@b1/1',
        leaseDurationSeconds: 60,
        renewTime: '2026-11-21T05:00:07.123000Z',
        leaseTransitions: 0,
      },
    });
  });

  it('never takes a held lease, however old its time looks', async () => {
    await lease().acquire('ann@b1/1', 'r1');
    time = 86_400_000;
    expect(await lease().acquire(other.holder, other.run)).toEqual({
      got: false,
      by: { holder: 'ann@b1/1', run: 'r1', renewedAt: t0 },
    });
  });

  it('takes a released one at once', async () => {
    const first = lease();
    await first.acquire('ann@b1/1', 'r1');
    await first.release();
    expect(await first.read()).toBeUndefined();
    expect(kube.object.metadata.annotations).toEqual({});
    expect(await lease().acquire(other.holder, other.run)).toEqual({ got: true });
    expect(kube.object.spec).toMatchObject({ holderIdentity: other.holder, leaseTransitions: 1 });
  });

  it('takes its own again: an answer may have been lost', async () => {
    await lease().acquire('ann@b1/1', 'r1');
    expect(await lease().acquire('ann@b1/1', 'r1')).toEqual({ got: true });
  });

  it('of two that find it free, one gets it', async () => {
    const first = lease();
    await first.acquire('ann@b1/1', 'r1');
    await first.release();
    kube.before = heldByOther;
    expect(await first.acquire('ann@b1/1', 'r1')).toMatchObject({ got: false, by: other });
  });

  it('of two that find none, one gets it', async () => {
    kube.before = () => {
      kube.object = { metadata: { uid: 'u9', resourceVersion: '1' }, spec: {} };
      heldByOther();
    };
    expect(await lease().acquire('ann@b1/1', 'r1')).toMatchObject({ got: false, by: other });
  });
});

describe('a held lease', () => {
  it('is verified by reading it again', async () => {
    const mine = lease();
    expect(await mine.verify()).toBe(false);
    await mine.acquire('ann@b1/1', 'r1');
    expect(await mine.verify()).toBe(true);
    heldByOther();
    expect(await mine.verify()).toBe(false);
  });

  it('is not to be trusted 40 s after the last renewal, and is after the next', async () => {
    const mine = lease();
    await mine.acquire('ann@b1/1', 'r1');
    time = 40_001;
    expect(await mine.verify()).toBe(false);
    await mine.renew();
    expect(await mine.verify()).toBe(true);
  });

  it('is neither yes nor no without an answer', async () => {
    const mine = lease();
    await mine.acquire('ann@b1/1', 'r1');
    kube.down = true;
    expect(await kindOf(mine.verify())).toBe('unknown');
  });

  it('survives that somebody labels it', async () => {
    const mine = lease();
    await mine.acquire('ann@b1/1', 'r1');
    kube.before = () => kube.edit({ metadata: { annotations: { note: 'hello' } } });
    time = 15_000;
    await mine.renew();
    expect(kube.object.spec.renewTime).toBe('2026-11-21T05:00:22.123000Z');
  });

  it.each([
    ['taken', heldByOther],
    ['deleted', () => (kube.object = undefined)],
    ['made anew', () => (kube.object.metadata.uid = 'u2')],
  ])('that was %s is not renewed: held', async (_, meddle) => {
    const mine = lease();
    await mine.acquire('ann@b1/1', 'r1');
    meddle();
    const before = structuredClone(kube.object);
    expect(await kindOf(mine.renew())).toBe('held');
    expect(kube.object).toEqual(before);
  });

  it("leaves another's alone when it lets go", async () => {
    const mine = lease();
    await mine.acquire('ann@b1/1', 'r1');
    heldByOther();
    await mine.release();
    expect(kube.object.spec.holderIdentity).toBe(other.holder);
  });
});

describe('keep', () => {
  it('renews every 15 s, more often after a failure, until it is stopped', async () => {
    const pauses: number[] = [];
    const { promise: done, resolve } = Promise.withResolvers<void>();
    let stop: (() => void) | undefined;
    const mine = lease(async (ms) => {
      time += ms;
      pauses.push(ms);
      kube.down = pauses.length === 2;
      if (pauses.length === 5) {
        stop?.();
        resolve();
      }
    });
    await mine.acquire('ann@b1/1', 'r1');
    stop = mine.keep(() => expect.unreachable());
    await done;
    expect(pauses).toEqual([15_000, 15_000, 3_000, 15_000, 15_000]);
  });

  it("says once that the lease is another's, and stops", async () => {
    const { promise, resolve } = Promise.withResolvers<Failure>();
    let sleeps = 0;
    const mine = lease(async () => {
      if (++sleeps === 2) heldByOther();
    });
    await mine.acquire('ann@b1/1', 'r1');
    mine.keep(resolve);
    expect(await promise).toMatchObject({ kind: 'held', found: 'bob@b2/7 holds it for run r2' });
    expect(sleeps).toBe(2);
  });
});

describe('takeOver', () => {
  beforeEach(async () => {
    await lease().acquire('ann@b1/1', 'r1');
  });

  it('takes the lease after a silence that it saw itself', async () => {
    const waits: number[] = [];
    const answer = await lease().takeOver(other.holder, other.run, { onWait: (left) => waits.push(left) });
    expect(answer).toEqual({ got: true });
    expect(time).toBe(60_000);
    expect(waits).toEqual(Array.from({ length: 12 }, (_, i) => 60_000 - i * 5_000));
    expect(kube.object.spec).toMatchObject({ holderIdentity: other.holder, leaseTransitions: 1 });
  });

  it('gives up as soon as the holder gives a sign of life', async () => {
    const second = lease(async (ms) => {
      time += ms;
      if (time === 50_000) kube.edit({ spec: { renewTime: '2026-11-21T05:00:57.000000Z' } });
    });
    expect(await second.takeOver(other.holder, other.run)).toMatchObject({ got: false, by: { holder: 'ann@b1/1' } });
    expect(time).toBe(50_000);
  });

  it('loses when the holder renews at the very last moment', async () => {
    const second = lease();
    const first = second.takeOver(other.holder, other.run);
    kube.before = () => kube.edit({ spec: { renewTime: '2026-11-21T05:01:07.000000Z' } });
    expect(await first).toMatchObject({ got: false, by: { holder: 'ann@b1/1' } });
  });

  it('takes at once what is released meanwhile', async () => {
    const second = lease(async (ms) => {
      time += ms;
      kube.edit({ spec: { holderIdentity: '' } });
    });
    expect(await second.takeOver(other.holder, other.run)).toEqual({ got: true });
    expect(time).toBe(5_000);
  });
});
