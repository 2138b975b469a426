import { KubeJobs } from '../kubernetes/jobs.ts';
import { KubeLease } from '../kubernetes/lease.ts';
import type { ClockOptions } from '../simulator/clock.ts';
import { VirtualClock } from '../simulator/clock.ts';
import { SimulatedObjects, simulatedSql } from '../simulator/ports.ts';
import type { Simulation } from '../simulator/simulation.ts';
import type { TargetConfig } from '../target/config.ts';
import type { Globals } from './globals.ts';
import type { Ports } from './ports.ts';
import { openPractice, practicePace } from './practice-world.ts';
import { newRunId } from './run-id.ts';

/** The practice cluster's name in place of a kubeconfig context's. */
export const practiceContext = 'practice';

/** A clock that moves the world, and nothing else moves it. */
export function practiceClock(simulation: Simulation, options: ClockOptions = {}): VirtualClock {
  return new VirtualClock(
    () => simulation.world.now,
    (ms) => void simulation.do({ do: 'tick', ms }),
    options,
  );
}

/** Ports over a simulated world. Jobs and the lease are the real ones, over objects that are not. */
export function practicePorts(simulation: Simulation, config: TargetConfig, clock: VirtualClock): Ports {
  const objects = new SimulatedObjects(simulation, clock);
  const monotonic = () => clock.now();
  let lookAway = () => {};
  return {
    context: practiceContext,
    kube: objects,
    sql: simulatedSql(simulation, clock, config),
    jobs: new KubeJobs(objects, { monotonic, sleep: (ms) => clock.sleep(ms) }),
    clock,
    lookOn() {
      lookAway();
      lookAway = clock.lookOn();
      return {
        now: monotonic,
        after(ms, call) {
          const cancelled = new AbortController();
          void clock.sleep(ms, cancelled.signal, true).then(call, () => undefined);
          return () => cancelled.abort();
        },
      };
    },
    newRun: () => newRunId((below) => Math.floor(simulation.draw() * below)),
    lease: (host) =>
      new KubeLease(objects, {
        namespace: config.namespace,
        statefulset: config.statefulset,
        host,
        monotonic,
        now: monotonic,
        // A lease that is kept while work goes on must not move time by itself.
        sleep: (ms, signal, ref) => clock.sleep(ms, signal, ref === false),
      }),
    close: async () => lookAway(),
  };
}

/** Over the practice cluster that this machine keeps in a file. */
export function openPracticePorts(globals: Globals, config: TargetConfig): Ports {
  const simulation = openPractice(globals);
  return practicePorts(simulation, config, practiceClock(simulation, { pace: practicePace() }));
}
