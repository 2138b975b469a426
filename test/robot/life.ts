import type { Ports } from '../../src/commands/ports.ts';
import { practiceClock } from '../../src/commands/practice-ports.ts';
import { newRunId } from '../../src/commands/run-id.ts';
import { type Session, sessionOf } from '../../src/commands/session.ts';
import { KubeJobs } from '../../src/kubernetes/jobs.ts';
import { KubeLease } from '../../src/kubernetes/lease.ts';
import { Redactor } from '../../src/record/redact.ts';
import { practiceConfig } from '../../src/simulator/build.ts';
import { VirtualClock } from '../../src/simulator/clock.ts';
import { SimulatedObjects, simulatedSql } from '../../src/simulator/ports.ts';
import type { Simulation } from '../../src/simulator/simulation.ts';
import type { KubeWrites, Obj } from '../../src/target/kubernetes.ts';

/** One write to the cluster: what the API server, or a member, was told. */
export interface Write {
  readonly verb: 'create' | 'patch' | 'delete' | 'desync';
  readonly kind: string;
  readonly name: string;
  readonly object?: Obj;
}

export interface LifeOptions {
  readonly simulation: Simulation;
  /** Another one for each process: who has the lease is known by it. */
  readonly number: number;
  readonly host: string;
  readonly patienceMs: number;
  /** Asked before a write happens, and told when it has. */
  readonly writes: (write: Write) => void;
  readonly written: (write: Write) => void;
}

/**
 * One process of the program: ports that fall silent when it is dead, as after a SIGKILL. What it has asked for then never answers, its
 * clock moves nothing, and what it did until then has happened.
 */
export class Life {
  readonly died: Promise<never>;
  readonly options: LifeOptions;
  #dead = false;
  #why: ((why: Error) => void) | undefined;

  constructor(options: LifeOptions) {
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => undefined);
    this.options = options;
    this.died = promise;
    this.#why = reject;
  }

  get dead(): boolean {
    return this.#dead;
  }

  kill(why: string): void {
    this.#dead = true;
    this.#why?.(new Killed(why));
  }

  /** Alive only: a promise that a dead process waits for never settles. */
  async guard<T>(of: Promise<T> | T): Promise<T> {
    if (of instanceof Promise) of.catch(() => undefined);
    if (this.#dead) return await silence;
    try {
      const value = await of;
      return this.#dead ? await silence : value;
    } catch (thrown) {
      if (this.#dead) return await silence;
      throw thrown;
    }
  }

  async session(): Promise<Session> {
    const { number, host } = this.options;
    const session = await sessionOf(practiceConfig(), this.#ports(), new Redactor([]));
    // No process of this machine has such a number: it is dead as soon as somebody looks.
    return { ...session, by: `robot@${host}`, holder: `${session.holder.split('/')[0]}/${900_000_000 + number}` };
  }

  #ports(): Ports {
    const { simulation } = this.options;
    const config = practiceConfig();
    const clock = this.#clock();
    const kube = this.#objects(new SimulatedObjects(simulation, clock));
    const sql = simulatedSql(simulation, clock, config);
    const monotonic = () => clock.now();
    return {
      context: 'practice',
      kube,
      sql: {
        status: (member) => this.guard(sql.status(member)),
        tables: (member) => this.guard(sql.tables(member)),
        rights: (member) => this.guard(sql.rights(member)),
        checksums: (member, deadlineMs) => this.guard(sql.checksums(member, deadlineMs)),
        setDesync: (member, on) =>
          this.#write({ verb: 'desync', kind: 'Member', name: member }, () => sql.setDesync(member, on)),
      },
      jobs: new KubeJobs(kube, { monotonic, sleep: (ms) => clock.sleep(ms) }),
      clock,
      newRun: () => newRunId((below) => Math.floor(simulation.draw() * below)),
      lease: () =>
        new KubeLease(kube, {
          namespace: config.namespace,
          statefulset: config.statefulset,
          host: this.options.host,
          monotonic,
          now: monotonic,
          sleep: (ms, signal, ref) => clock.sleep(ms, signal, ref === false),
        }),
      close: async () => undefined,
    };
  }

  #clock() {
    const { simulation, patienceMs } = this.options;
    const until = simulation.world.now + patienceMs;
    const moving = new VirtualClock(
      // Whoever still sleeps in a dead process is woken at once, into silence.
      () => (this.#dead ? Number.POSITIVE_INFINITY : simulation.world.now),
      (ms) => {
        if (this.#dead) return;
        if (simulation.world.now > until) this.kill('the operator has lost patience');
        else
          for (let left = ms; left > 0 && !this.#dead; left -= stepMs) practiceStep(simulation, Math.min(left, stepMs));
      },
    );
    const shown = practiceClock(simulation);
    return {
      now: () => shown.now(),
      sleep: (ms: number, signal?: AbortSignal, background?: boolean) =>
        this.guard(moving.sleep(ms, signal, background)),
    };
  }

  #objects(objects: SimulatedObjects) {
    const patch: KubeWrites['patch'] = (ref, change, guard) =>
      this.#write({ verb: 'patch', kind: ref.kind, name: ref.name }, () => objects.patch(ref, change, guard));
    const reads: Pick<SimulatedObjects, 'get' | 'list' | 'listWhere' | 'logs' | 'followLog'> = {
      get: (ref) => this.guard(objects.get(ref)),
      list: (kind, labels) => this.guard(objects.list(kind, labels)),
      listWhere: (kind) => this.guard(objects.listWhere(kind)),
      logs: (pod, options) => this.guard(objects.logs(pod, options)),
      followLog: (pod, ms, signal) => this.guard(objects.followLog(pod, ms, signal)),
    };
    return {
      ...reads,
      create: (object: Obj) =>
        this.#write({ verb: 'create', kind: object.kind, name: object.metadata.name, object }, () =>
          objects.create(object),
        ),
      patch,
      remove: (...[ref, uid]: Parameters<KubeWrites['remove']>) =>
        this.#write({ verb: 'delete', kind: ref.kind, name: ref.name }, () => objects.remove(ref, uid)),
    };
  }

  async #write<T>(write: Write, perform: () => Promise<T>): Promise<T> {
    if (this.#dead) return await silence;
    this.options.writes(write);
    return await this.guard(
      perform().finally(() => {
        if (!this.#dead) this.options.written(write);
      }),
    );
  }
}

/** What a killed process would say if it could. */
export class Killed extends Error {}

/** Between two looks of the robot at the world. */
const stepMs = 1000;

function practiceStep(simulation: Simulation, ms: number): void {
  simulation.do({ do: 'tick', ms });
}

const silence = new Promise<never>(() => undefined);
