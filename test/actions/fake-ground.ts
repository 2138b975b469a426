import { readFileSync } from 'node:fs';
import { readIndex } from '../../src/actions/backup-index.ts';
import { catalogue } from '../../src/actions/catalogue.ts';
import { resolveBackup } from '../../src/actions/resolve-backup.ts';
import { invariant } from '../../src/base/failure.ts';
import type { Json } from '../../src/base/json.ts';
import { factsOf } from '../../src/engine/catalogue-facts.ts';
import { type Driving, Run } from '../../src/engine/drive.ts';
import type { Mode } from '../../src/engine/event.ts';
import { parametersOf } from '../../src/engine/parameters.ts';
import { makePlan, planPart } from '../../src/engine/plan.ts';
import { stepsOf } from '../../src/engine/resumption.ts';
import { kept, owed } from '../../src/engine/state.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import type { Runbook } from '../../src/runbook/runbook.ts';
import type { RunnerSpec } from '../../src/target/jobs.ts';
import type { Look } from '../../src/target/look.ts';
import type { Ground } from '../engine/crash.ts';
import { FakeCluster, tables, type Volume } from './fake-restore.ts';
import { memberNames, sha256, uuid } from './fake-target.ts';
import { complete, partial } from './fake-volume.ts';

export const run = 'n5g1s7';
export const backup = '20261120T210000Z';

/** A FakeCluster on which backup, restore, rollback and start run from beginning to end. */
export class GroundCluster extends FakeCluster {
  readonly #old = new Map<string, Volume>();
  readonly #archives = new Set<string>([backup]);
  /** What a copy that did not end has left. */
  readonly partials = new Set<string>();

  readonly #manifest = { position: { uuid, seqno: '57' } };

  constructor() {
    super();
    this.index(backup, { manifest: this.#manifest });
    const volume = (spec: RunnerSpec) => {
      const found = this.volumes[memberNames.map(String).indexOf(spec.member ?? '')];
      invariant(found, `no volume of ${spec.member}`);
      return found;
    };
    const { swap } = this.outcomes;
    Object.assign(this.outcomes, {
      open: { result: { rows: tables, objects: {} } },
      swap: (spec: RunnerSpec) => {
        this.#old.set(spec.member ?? '', { ...volume(spec) });
        return typeof swap === 'function' ? swap(spec) : {};
      },
      'swap-back': (spec: RunnerSpec) => {
        Object.assign(volume(spec), this.#old.get(spec.member ?? ''), { swaps: [{ run: spec.run, state: 'back' }] });
        Object.assign(this, { cacheSurvives: true, cachedFrom: '1' });
        return { result: { in: 3, out: 3 } };
      },
      copy: (spec: RunnerSpec) => {
        this.#archives.add(spec.values.ID ?? '');
        return { result: copied };
      },
      prove: (spec: RunnerSpec) => ({ result: { sha256: spec.values.SHA256 ?? '', bytes: 30_000_000, readMs: 1000 } }),
      remove: (spec: RunnerSpec) => {
        const ids = (spec.values.IDS ?? '').split(' ');
        for (const id of ids) {
          this.#archives.delete(id);
          this.partials.delete(id);
        }
        return { result: { rows: ids.map((id) => ({ id, bytes: 1 })), rowCount: ids.length } };
      },
      list: () => {
        const rows = [
          ...this.archives.map((id) => complete(id, this.#manifest)),
          ...[...this.partials].map((id) => partial(id)),
        ];
        return { result: { rows, rowCount: rows.length } };
      },
    });
  }

  /** A proven backup, on the volume and in the index. */
  has(id: string): void {
    this.#archives.add(id);
    this.index(id, { manifest: this.#manifest });
  }

  get archives(): readonly string[] {
    return [...this.#archives].toSorted();
  }

  /** The ports of one process. */
  driving(terminal = false): Driving {
    const look = (step: string, attempt: number, signal: AbortSignal): Look => ({
      config: this.config,
      identity: this.identity,
      at: { run, step, attempt },
      kube: this.kube,
      sql: this.sql,
      jobs: this.jobs,
      clock: this.clock,
      signal,
    });
    return {
      catalogue,
      look,
      writes: { kube: this.kube, sql: this.sql, jobs: this.jobs },
      journal: { append: async () => undefined, useReserve: async () => false, keepOutput: async () => undefined },
      mirror: { push: async () => undefined },
      fence: { check: async () => undefined },
      lease: { take: async () => undefined, release: async () => undefined },
      frontend: {
        planned: () => undefined,
        event: () => undefined,
        pulse: () => undefined,
        ask: async (gate) => ({ answer: 'yes', ...(gate.word === undefined ? {} : { typed: gate.word }) }),
        close: async () => undefined,
      },
      clock: this.clock,
      terminal,
      by: 'me@here',
      cluster: 'openstack/lab',
      unmoved: async () => undefined,
      tidy: async () => undefined,
    };
  }
}

const copied = {
  bytes: 30_000_000,
  sha256,
  file: 'backup.mbstream.zst',
  compression: 'zstd',
  dataBytes: 120_000_000,
  position: { uuid, seqno: 100 },
  positionAt: '2026-11-21T05:03:10Z',
  lsn: { from: 0, to: 1000, last: 1010 },
  serverVersion: '10.11.19-MariaDB',
  toolVersion: '10.11.19-MariaDB',
  startedAt: '2026-11-21T05:00:10Z',
  endedAt: '2026-11-21T05:03:20Z',
  desyncedMs: 180_000,
};

export function shippedBytes(name: string): Uint8Array {
  return readFileSync(new URL(`../../docs/runbooks/${name}.md`, import.meta.url));
}

function parsedRunbook(name: string, text: Uint8Array): Runbook {
  const parsed = parseRunbook(text, name, factsOf(catalogue));
  invariant('runbook' in parsed, `${name} is not valid`);
  return { ...parsed.runbook, name };
}

/** A shipped document on such a cluster, begun anew for each crash. */
export function groundOf(
  name: string,
  given: { readonly [name: string]: string } = {},
  prepare: (world: GroundCluster) => void | Promise<void> = () => undefined,
  mode: Mode = 'yes',
  text: Uint8Array = shippedBytes(name),
): Ground<GroundCluster> {
  const runbook = parsedRunbook(name, text);
  return {
    async fresh() {
      const world = new GroundCluster();
      await prepare(world);
      return world;
    },
    mode,
    driving: (world) => world.driving(mode === 'interactive'),
    runbook: () => runbook,
    async begin(engine, world) {
      const driving = world.driving();
      const look = (step: string, attempt: number) => driving.look(step, attempt, new AbortController().signal);
      const parameters = await parametersOf(runbook, given, (wanted) => resolveBackup(look('plan', 0), wanted));
      const { namespace, cluster } = world.config;
      const targetFacts = { namespace, cluster, members: [...memberNames] };
      const planning = { catalogue, look };
      const plan = await makePlan(planning, { run, runbook, parameters, targetFacts, program: 'test', saw: {} });
      await engine.append({ type: 'run-started', plan, mode, by: 'me@here', format: 1 });
    },
    async picture(world, state) {
      const { entries } = await readIndex(world);
      return {
        exit: state.exit,
        closed: state.closed,
        owed: owed(state).map(({ id }) => id),
        kept: kept(state).map(({ id }) => id),
        service: world.service.spec as Json,
        statefulSet: { spec: world.statefulSet.spec as Json, annotations: world.annotations },
        members: [...world.members].toSorted(),
        volumes: world.volumes.map(({ uuid: history, safe, swaps }) => ({ history, safe, swaps })),
        desync: [...world.statuses.values()].map((status) =>
          'settings' in status ? status.settings.desync : 'silent',
        ),
        index: entries.map(({ id, proof, manifest }) => [id, proof.level, manifest.position.seqno]),
        archives: world.archives,
        partials: [...world.partials],
        once: world.started
          .filter(({ verb }) => ['copy', 'unpack', 'swap', 'swap-back', 'remove'].includes(verb))
          .map(({ verb, member = '' }) => `${verb} ${member}`)
          .toSorted(),
      };
    },
  };
}

/** The rollback of a restore that went well. */
export function rollbackGround(): Ground<GroundCluster> {
  const restore = groundOf('galera-restore', { backup: 'latest' });
  const driving = (world: GroundCluster) => world.driving(true);
  return {
    ...restore,
    mode: 'interactive',
    driving,
    async before(world) {
      const engine = new Run(world.driving());
      await restore.begin(engine, world);
      await engine.drive();
      return engine.events;
    },
    async begin(engine, world) {
      const ports = driving(world);
      const look = (step: string, attempt: number) => ports.look(step, attempt, new AbortController().signal);
      const steps = stepsOf('rollback', engine.state, restore.runbook(world));
      const planned = await planPart({ catalogue, look }, steps, engine.state);
      const by = { mode: 'interactive', by: 'me@here', program: 'test' } as const;
      await engine.takeUp({ type: 'run-continued', way: 'rollback', steps: planned, ...by });
    },
  };
}
