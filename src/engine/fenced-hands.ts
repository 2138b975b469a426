import { FailureError } from '../base/failure.ts';
import type { JobWrites } from '../target/jobs.ts';
import type { KubeWrites, Ref } from '../target/kubernetes.ts';
import type { Hands, Look, Pulse } from '../target/look.ts';
import type { SqlWrites } from '../target/sql.ts';
import type { NewEvent } from './event.ts';

export interface Writes {
  readonly kube: KubeWrites;
  readonly sql: SqlWrites;
  readonly jobs: JobWrites;
}

export interface Fencing {
  /** Journaled here and mirrored into the cluster before the effect. */
  append(event: NewEvent): Promise<void>;
  mirror(): Promise<void>;
  /** Throws when this run may not act any more. */
  check(): Promise<void>;
  pulse(pulse: Pulse): void;
  keepOutput(name: string, text: string): Promise<void>;
}

/**
 * The only way to the target's writes: each one is journaled on disk, mirrored into the cluster and fenced before it happens, and
 * journaled again after it (design §5). The fence is asked before the mirror is written, and last, as close to the effect as it can be.
 */
export function fencedHands(look: Look, writes: Writes, fencing: Fencing): Hands {
  const step = look.at.step;

  async function effect<T>(says: string, perform: () => Promise<T>): Promise<T> {
    await fencing.append({ type: 'effect-started', step, effect: says });
    try {
      // Before the mirror too: who has lost the lease must not write over the journal of who has it now.
      await fencing.check();
      await fencing.mirror();
      await fencing.check();
      const result = await perform();
      await fencing.append({ type: 'effect-ended', step, effect: says, result: 'done' });
      return result;
    } catch (thrown) {
      const unknown = thrown instanceof FailureError && thrown.failure.kind === 'unknown';
      const found = thrown instanceof Error ? thrown.message : String(thrown);
      await fencing.append({
        type: 'effect-ended',
        step,
        effect: says,
        result: unknown ? 'unknown' : 'failed',
        says: found,
      });
      throw thrown;
    }
  }

  return {
    ...look,
    kube: {
      get: (ref) => look.kube.get(ref),
      list: (kind, labels) => look.kube.list(kind, labels),
      logs: (pod, options) => look.kube.logs(pod, options),
      create: (object) =>
        effect(`create ${nameOf({ ...object, name: object.metadata.name })}`, () => writes.kube.create(object)),
      patch: (ref, patch, guard) =>
        effect(`patch ${nameOf(ref)} ${JSON.stringify(patch)}`.slice(0, 2000), () =>
          writes.kube.patch(ref, patch, guard),
        ),
      remove: (ref, uid) => effect(`delete ${nameOf(ref)}`, () => writes.kube.remove(ref, uid)),
    },
    sql: {
      status: (member) => look.sql.status(member),
      tables: (member) => look.sql.tables(member),
      rights: (member) => look.sql.rights(member),
      checksums: (member, deadlineMs) => look.sql.checksums(member, deadlineMs),
      setDesync: (member, on) =>
        effect(`SET GLOBAL wsrep_desync=${on ? 'ON' : 'OFF'} on ${member}`, () => writes.sql.setDesync(member, on)),
    },
    jobs: {
      report: (namespace, name) => look.jobs.report(namespace, name),
      start: (spec) => effect(`start Job ${spec.name} (${spec.verb})`, () => writes.jobs.start(spec)),
      stop: (namespace, name, graceMs) => effect(`stop Job ${name}`, () => writes.jobs.stop(namespace, name, graceMs)),
      remove: (namespace, name) => effect(`remove Job ${name}`, () => writes.jobs.remove(namespace, name)),
    },
    pulse: (pulse) => fencing.pulse(pulse),
    keepOutput: (name, text) => fencing.keepOutput(name, text),
  };
}

function nameOf(ref: Pick<Ref, 'kind' | 'name'>): string {
  return `${ref.kind} ${ref.name}`;
}
