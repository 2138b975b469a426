import { FailureError, failure } from '../base/failure.ts';
import type { TargetConfig } from '../target/config.ts';
import type { Kind, KubeReads, KubeWrites, Obj, Ref } from '../target/kubernetes.ts';
import type { Clock } from '../target/look.ts';
import type { SqlReads, SqlWrites } from '../target/sql.ts';
import { get, keyOf, list, refOf, requireAccess, whatOf } from './objects.ts';
import type { Simulation } from './simulation.ts';
import { rightsOf, statusOf, sumsOf, tablesOf } from './sql.ts';
import type { Command } from './step.ts';
import { namespace } from './world.ts';

type Pod = { readonly namespace: string; readonly name: string; readonly container: string };

const followEveryMs = 100;

/** Objects of the simulated API server, with what `KubeJobs` needs beside the port. */
export class SimulatedObjects implements KubeReads, KubeWrites {
  readonly #simulation: Simulation;
  readonly #clock: Clock;

  constructor(simulation: Simulation, clock: Clock) {
    this.#simulation = simulation;
    this.#clock = clock;
  }

  async get(ref: Ref): Promise<Obj | undefined> {
    requireAccess(this.#simulation.world, 'get', ref);
    return get(this.#simulation.world, ref);
  }

  async list(kind: Kind, labels?: string): Promise<readonly Obj[]> {
    requireAccess(this.#simulation.world, 'list', kind);
    // As the API server gives them: by their keys.
    return list(this.#simulation.world, kind, labels).toSorted((a, b) => (keyOf(refOf(a)) < keyOf(refOf(b)) ? -1 : 1));
  }

  /** Events, which nobody writes here. */
  async listWhere(kind: Kind): Promise<readonly Obj[]> {
    return await this.list(kind);
  }

  async logs(pod: Pod, options: { readonly tailLines?: number; readonly previous?: boolean } = {}): Promise<string> {
    const { world } = this.#simulation;
    const ref: Ref = { apiVersion: 'v1', kind: 'Pod', namespace: pod.namespace, name: pod.name };
    requireAccess(world, 'get', ref);
    const what = `read the log of container ${pod.container} of pod ${pod.namespace}/${pod.name}`;
    const object = get(world, ref);
    if (object === undefined)
      throw new FailureError(
        failure(
          'failed',
          `${what} to be possible`,
          `pods "${pod.name}" not found`,
          'look at the name and the namespace',
        ),
      );
    if (world.faults.nodesDown.includes(object.spec.nodeName))
      throw new FailureError(failure('unknown', `an answer to: ${what}`, 'none within 3 s', 'ask again'));
    const lines = (options.previous ? world.logs[pod.name]?.previous : world.logs[pod.name]?.now) ?? [];
    const shown = options.tailLines === undefined ? lines : lines.slice(-options.tailLines);
    return shown.map((line) => `${line}\n`).join('');
  }

  /** The log until the container's end. */
  async followLog(pod: Pod, ms: number, signal: AbortSignal): Promise<string> {
    const until = this.#clock.now() + ms;
    const running = () => this.#simulation.world.objects[`Pod/${namespace}/${pod.name}`] !== undefined;
    while (running() && this.#clock.now() < until && !signal.aborted)
      await this.#clock.sleep(followEveryMs, signal).catch(() => undefined);
    return (this.#simulation.world.logs[pod.name]?.now ?? []).map((line) => `${line}\n`).join('');
  }

  async create(object: Obj): Promise<Obj> {
    return this.#write({ do: 'create', object }, whatOf('create', { ...object, name: object.metadata.name })) as Obj;
  }

  async patch(...[ref, patch, guard]: Parameters<KubeWrites['patch']>): Promise<Obj> {
    return this.#write({ do: 'patch', ref, patch, guard }, whatOf('patch', ref)) as Obj;
  }

  async remove(ref: Ref, uid: string): Promise<void> {
    this.#write({ do: 'remove', ref, uid }, whatOf('delete', ref));
  }

  #write(command: Command, what: string): Obj | undefined {
    const answer = this.#simulation.do(command);
    const { lostAnswers } = this.#simulation.world.faults;
    if (lostAnswers === 0) return answer;
    this.#simulation.do({ do: 'lose-answers', count: lostAnswers - 1 });
    throw new FailureError(
      failure(
        'unknown',
        `an answer of the API server to: ${what}`,
        'socket hang up',
        'ask again; if it stays so, look at the API server',
      ),
    );
  }
}

/** Named queries on the simulated members. */
export function simulatedSql(simulation: Simulation, clock: Clock, config: TargetConfig): SqlReads & SqlWrites {
  const { account, reader = account } = config;
  return {
    status: async (member) => statusOf(simulation.world, member, reader),
    tables: async (member) => tablesOf(simulation.world, member, reader),
    rights: async (member) => rightsOf(simulation.world, member, account),
    checksums: async (member) => {
      await clock.sleep(500);
      return sumsOf(simulation.world, member, reader);
    },
    setDesync: async (member, on) => {
      statusOf(simulation.world, member, account);
      simulation.do({ do: 'desync', member, on });
    },
  };
}
