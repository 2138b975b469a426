import { invariant } from '../../src/base/failure.ts';
import type { Ports } from '../../src/commands/ports.ts';
import { practiceClock, practicePorts } from '../../src/commands/practice-ports.ts';
import { newWorld, practiceConfig, type WorldOptions } from '../../src/simulator/build.ts';
import type { VirtualClock } from '../../src/simulator/clock.ts';
import { dataDir, datasetIn, savedIn } from '../../src/simulator/datadir.ts';
import { Simulation } from '../../src/simulator/simulation.ts';
import { sumsOf } from '../../src/simulator/sql.ts';
import type { Dir } from '../../src/simulator/tree.ts';
import type { FaultCommand, Group, World } from '../../src/simulator/world.ts';
import type { JobReport, Mount, RunnerSpec, Verb } from '../../src/target/jobs.ts';

export const namespace = 'openstack';
export const memberNames = ['mariadb-server-0', 'mariadb-server-1', 'mariadb-server-2'] as const;
export const memberVolume = (ordinal: number) => `volume-mysql-data-mariadb-server-${ordinal}`;
export const memberClaim = (ordinal: number) => `mysql-data-mariadb-server-${ordinal}`;
export const backupVolume = 'volume-galera-backups';
const { account } = practiceConfig();

/** A world with what tests ask and do, without an engine. */
export class Bench {
  readonly simulation: Simulation;
  readonly clock: VirtualClock;
  readonly ports: Ports;
  #names = 0;

  constructor(options: WorldOptions | World = {}) {
    this.simulation = new Simulation('objects' in options ? options : newWorld(options));
    this.clock = practiceClock(this.simulation);
    this.ports = practicePorts(this.simulation, practiceConfig(), this.clock);
  }

  get world(): World {
    return this.simulation.world;
  }

  tick(ms: number): this {
    this.simulation.do({ do: 'tick', ms });
    return this;
  }

  /** Until it is so; ten minutes are enough for anything here. */
  until(holds: () => boolean): this {
    for (let passed = 0; !holds(); passed += 250) {
      invariant(passed < 600_000, 'it has not come about in ten minutes');
      this.tick(250);
    }
    return this;
  }

  fault(...commands: readonly FaultCommand[]): this {
    for (const command of commands) this.simulation.do(command);
    return this;
  }

  scale(replicas: number): this {
    const set = this.world.objects[`StatefulSet/${namespace}/mariadb-server`];
    invariant(set?.metadata.uid, 'there is a StatefulSet');
    const ref = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name: 'mariadb-server' };
    this.simulation.do({ do: 'patch', ref, patch: { spec: { replicas } }, guard: { uid: set.metadata.uid } });
    return this;
  }

  /** As `statefulset.stop` does it: the highest ordinal first. */
  stop(): this {
    for (const replicas of [2, 1, 0])
      this.scale(replicas).until(() => Object.keys(this.world.members).length === replicas);
    return this;
  }

  get primaries(): readonly Group[] {
    return Object.values(this.world.groups).filter((group) => group.primary);
  }

  synced(...ordinals: readonly number[]): boolean {
    return ordinals.every((ordinal) => this.world.members[memberNames[ordinal] ?? '']?.state === 4);
  }

  data(ordinal: number): Dir {
    return dataDir(this.world, memberVolume(ordinal));
  }

  saved(ordinal: number) {
    return savedIn(this.data(ordinal));
  }

  dataset(ordinal: number) {
    const read = datasetIn(this.data(ordinal));
    invariant('dataset' in read, `member ${ordinal} has no data`);
    return read.dataset;
  }

  sums(ordinal: number) {
    return sumsOf(this.world, memberNames[ordinal] ?? '', account);
  }

  log(ordinal: number): string {
    return (this.world.logs[memberNames[ordinal] ?? '']?.now ?? []).join('\n');
  }

  async start(
    verb: Verb,
    values: { readonly [name: string]: string },
    mounts: readonly Mount[],
    more: Partial<RunnerSpec> = {},
  ) {
    const spec: RunnerSpec = {
      name: `galera-runbook-t3s7t9-${verb}-${++this.#names}`,
      run: 't3s7t9',
      step: verb,
      attempt: this.#names,
      verb,
      values,
      deadlineMs: 3_600_000,
      ...more,
      place: {
        namespace,
        image: 'registry.local/galera:10.11',
        imagePullPolicy: 'IfNotPresent',
        imagePullSecrets: [],
        supplementalGroups: [],
        tolerations: [],
        mounts,
        ...more.place,
      },
    };
    await this.ports.jobs.start(spec);
    return spec.name;
  }

  async report(name: string): Promise<JobReport> {
    const report = await this.ports.jobs.report(namespace, name);
    invariant(report, `no Job ${name}`);
    return report;
  }

  /** A runner to its end. */
  async run(
    verb: Verb,
    values: { readonly [name: string]: string },
    mounts: readonly Mount[],
    more: Partial<RunnerSpec> = {},
  ) {
    const name = await this.start(verb, values, mounts, more);
    return await this.ended(name);
  }

  async ended(name: string): Promise<JobReport> {
    for (let tries = 0; tries < 4000; tries++) {
      const report = await this.report(name);
      if (report.phase === 'succeeded' || report.phase === 'failed') return report;
      this.tick(250);
    }
    throw new Error(`Job ${name} has not ended`);
  }

  /** Until a runner has come to this stage. */
  stage(verb: Verb, stage: string): this {
    for (let passed = 0; passed < 600_000; passed += 5) {
      if (Object.values(this.world.runners).some((runner) => runner.verb === verb && runner.stage === stage))
        return this;
      this.tick(5);
    }
    throw new Error(`${verb} has no stage ${stage}`);
  }
}
