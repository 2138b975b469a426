import { setTimeout as sleep } from 'node:timers/promises';
import { type Failure, fail, failureOf, invariant } from '../base/failure.ts';
import { Conflict, type KubeReads, type KubeWrites, type Obj, type Ref } from '../target/kubernetes.ts';
import { type LeaseAnswer, type LeaseHolder, leaseName, type RunLease } from '../target/lease.ts';

const durationSeconds = 60;
const renewEveryMs = 15_000;
/** After a renewal that failed: often enough that several fit into what is left. */
const retryMs = 3_000;
const trustMs = 40_000;
const lookEveryMs = 5_000;
const runAnnotation = 'galera-runbook/run';
const hostAnnotation = 'galera-runbook/host';

export interface LeaseOptions {
  readonly namespace: string;
  readonly statefulset: string;
  readonly host: string;
  /** Milliseconds of a clock that only goes forward; for tests. */
  readonly monotonic?: () => number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** `ref` as a timer's: whether the program goes on for this alone. */
  readonly sleep?: (ms: number, signal?: AbortSignal, ref?: boolean) => Promise<void>;
}

interface Mine {
  readonly holder: string;
  readonly run: string;
  readonly uid: string;
  /** Of the monotonic clock, before the last renewal that succeeded was sent. */
  renewedAt: number;
}

export class KubeLease implements RunLease {
  readonly #kube: KubeReads & KubeWrites;
  readonly #options: LeaseOptions;
  readonly #ref: Ref;
  readonly #monotonic: () => number;
  readonly #now: () => number;
  #mine: Mine | undefined;

  constructor(kube: KubeReads & KubeWrites, options: LeaseOptions) {
    this.#kube = kube;
    this.#options = options;
    this.#monotonic = options.monotonic ?? (() => performance.now());
    this.#now = options.now ?? Date.now;
    this.#ref = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      namespace: options.namespace,
      name: leaseName(options.statefulset),
    };
  }

  async read(): Promise<LeaseHolder | undefined> {
    const lease = await this.#kube.get(this.#ref);
    return lease && holderOf(lease);
  }

  async acquire(holder: string, run: string): Promise<LeaseAnswer> {
    for (;;) {
      const lease = await this.#kube.get(this.#ref);
      const by = lease && holderOf(lease);
      if (by && !(by.holder === holder && by.run === run)) return { got: false, by };
      if (await this.#take(lease, holder, run)) return { got: true };
    }
  }

  async takeOver(holder: string, run: string, options: Parameters<RunLease['takeOver']>[2] = {}): Promise<LeaseAnswer> {
    const silenceMs = options.silenceMs ?? durationSeconds * 1000;
    const begun = this.#monotonic();
    let first: string | undefined;
    let confirmed = options.confirm === undefined;
    for (;;) {
      const lease = await this.#kube.get(this.#ref);
      const by = lease && holderOf(lease);
      const life = JSON.stringify([by?.holder, by?.run, lease?.spec?.renewTime]);
      first ??= life;
      if (by && life !== first) return { got: false, by };
      const left = begun + silenceMs - this.#monotonic();
      if (by !== undefined && left <= 0 && !confirmed) {
        confirmed = (await options.confirm?.(by)) === true;
        if (!confirmed) return { got: false, by };
        continue;
      }
      if (by === undefined || left <= 0) {
        if (await this.#take(lease, holder, run)) return { got: true };
        continue;
      }
      options.onWait?.(left);
      await this.#sleep(Math.min(lookEveryMs, left), true, options.signal);
    }
  }

  /** False: somebody else was faster; read again. */
  async #take(lease: Obj | undefined, holder: string, run: string): Promise<boolean> {
    const sentAt = this.#monotonic();
    const time = microTime(this.#now());
    const spec = {
      holderIdentity: holder,
      leaseDurationSeconds: durationSeconds,
      acquireTime: time,
      renewTime: time,
      leaseTransitions: lease ? (Number(lease.spec?.leaseTransitions) || 0) + 1 : 0,
    };
    const annotations = { [runAnnotation]: run, [hostAnnotation]: this.#options.host };
    try {
      const taken = lease
        ? await this.#kube.patch(this.#ref, { metadata: { annotations }, spec }, guardOf(lease))
        : await this.#kube.create(this.#fresh(annotations, spec));
      this.#mine = { holder, run, uid: uidOf(taken), renewedAt: sentAt };
      return true;
    } catch (thrown) {
      if (thrown instanceof Conflict) return false;
      throw thrown;
    }
  }

  #fresh(annotations: { [name: string]: string }, spec: object): Obj {
    const { apiVersion, kind, name, namespace } = this.#ref;
    const labels = { 'app.kubernetes.io/managed-by': 'galera-runbook' };
    return { apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}), labels, annotations }, spec };
  }

  async renew(): Promise<void> {
    const mine = this.#held();
    for (;;) {
      const lease = await this.#kube.get(this.#ref);
      if (!lease || !isOurs(lease, mine)) lost(this.#ref.name, lease && holderOf(lease));
      const sentAt = this.#monotonic();
      try {
        await this.#kube.patch(this.#ref, { spec: { renewTime: microTime(this.#now()) } }, guardOf(lease));
      } catch (thrown) {
        // Somebody labelled it, or took it: reading tells which.
        if (thrown instanceof Conflict) continue;
        throw thrown;
      }
      mine.renewedAt = sentAt;
      return;
    }
  }

  keep(onLost: (why: Failure) => void): () => void {
    this.#held();
    const stopped = new AbortController();
    const loop = async () => {
      let pause = renewEveryMs;
      while (!stopped.signal.aborted) {
        await this.#sleep(pause, false, stopped.signal).catch(() => undefined);
        if (stopped.signal.aborted || this.#mine === undefined) return;
        try {
          await this.renew();
          pause = renewEveryMs;
        } catch (thrown) {
          if (stopped.signal.aborted) return;
          const why = failureOf(thrown, 'look at the lease');
          if (why.kind === 'held') return onLost(why);
          pause = retryMs;
        }
      }
    };
    void loop();
    return () => stopped.abort();
  }

  async verify(): Promise<boolean> {
    const mine = this.#mine;
    if (mine === undefined || this.#monotonic() - mine.renewedAt > trustMs) return false;
    const lease = await this.#kube.get(this.#ref);
    // Reading takes time too.
    return lease !== undefined && isOurs(lease, mine) && this.#monotonic() - mine.renewedAt <= trustMs;
  }

  async release(): Promise<void> {
    const mine = this.#mine;
    if (mine === undefined) return;
    for (;;) {
      const lease = await this.#kube.get(this.#ref);
      if (!lease || !isOurs(lease, mine)) break;
      const patch = {
        metadata: { annotations: { [runAnnotation]: null, [hostAnnotation]: null } },
        spec: { holderIdentity: '' },
      };
      try {
        await this.#kube.patch(this.#ref, patch, guardOf(lease));
        break;
      } catch (thrown) {
        if (!(thrown instanceof Conflict)) throw thrown;
      }
    }
    this.#mine = undefined;
  }

  #held(): Mine {
    invariant(this.#mine, 'a lease is renewed only while it is held');
    return this.#mine;
  }

  async #sleep(ms: number, ref: boolean, signal?: AbortSignal): Promise<void> {
    if (this.#options.sleep) return await this.#options.sleep(ms, signal, ref);
    await sleep(ms, undefined, { ref, ...(signal ? { signal } : {}) });
  }
}

function holderOf(lease: Obj): LeaseHolder | undefined {
  const holder: unknown = lease.spec?.holderIdentity;
  if (typeof holder !== 'string' || holder === '') return undefined;
  const renewedAt = Date.parse(lease.spec.renewTime ?? '');
  return {
    holder,
    run: lease.metadata.annotations?.[runAnnotation] ?? '',
    ...(Number.isFinite(renewedAt) ? { renewedAt } : {}),
  };
}

function isOurs(lease: Obj, mine: Mine): boolean {
  const by = holderOf(lease);
  return lease.metadata.uid === mine.uid && by?.holder === mine.holder && by.run === mine.run;
}

function lost(name: string, by: LeaseHolder | undefined): never {
  const found = by === undefined ? 'it was released or deleted' : `${by.holder} holds it for run ${by.run}`;
  fail('held', `lease ${name} to be ours`, found, 'this run starts nothing more; see what the other run does');
}

function guardOf(lease: Obj): { uid: string; resourceVersion: string } {
  return { uid: uidOf(lease), resourceVersion: lease.metadata.resourceVersion ?? '' };
}

function uidOf(lease: Obj): string {
  const { uid } = lease.metadata;
  if (uid === undefined)
    fail('unknown', 'a lease with a uid', 'one without', 'find out what answers instead of the API server');
  return uid;
}

/** Six digits: the API server refuses a MicroTime with three. */
function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
