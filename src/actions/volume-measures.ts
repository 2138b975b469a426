import { FailureError } from '../base/failure.ts';
import type { RunnerSpec, VolumeMeasure } from '../target/jobs.ts';
import { Conflict, type Obj } from '../target/kubernetes.ts';
import type { Hands, Look } from '../target/look.ts';
import { configMap, putConfigMap } from './config-map.ts';
import type { Guard } from './guard.ts';
import { foundJobs, runJobs } from './run-job.ts';

/** A volume's size and free space when a runner last saw it; `at` in milliseconds since 1970. */
export interface Measure {
  readonly totalBytes: number;
  readonly freeBytes: number;
  readonly at: number;
}

const attempts = 3;

const nameOf = ({ config }: Look) => `galera-runbook-volumes-${config.statefulset}`;

/**
 * Keeps what the runners measured, for plans and status: free space is known from nowhere else (design §5). What cannot be written is let
 * go: a convenience is never a reason to fail a step that went well.
 */
async function recordMeasures(
  hands: Hands,
  reports: readonly { readonly volumes: readonly VolumeMeasure[] }[],
): Promise<void> {
  const at = hands.clock.now();
  const seen = reports.flatMap((report) => report.volumes);
  if (seen.length === 0) return;
  const data = Object.fromEntries(
    seen.map(({ claim, totalBytes, freeBytes }) => [claim, JSON.stringify({ totalBytes, freeBytes, at })]),
  );
  for (let attempt = 1; attempt <= attempts; attempt++) {
    try {
      await putConfigMap(hands, nameOf(hands), { kind: 'volumes', data });
      return;
    } catch (thrown) {
      const settles =
        thrown instanceof Conflict || (thrown instanceof FailureError && thrown.failure.kind === 'unknown');
      if (!settles) throw thrown;
    }
  }
}

/** {@link runJobs}, keeping what the runners measured, also of those that failed: of a full volume most of all. */
export async function runMeasured(
  hands: Hands,
  specs: readonly RunnerSpec[],
  guard?: Guard,
): ReturnType<typeof runJobs> {
  const reports = await runJobs(hands, specs, guard).catch(async (thrown) => {
    await recordFound(hands, specs);
    throw thrown;
  });
  await recordMeasures(hands, reports);
  return reports;
}

/** After a failure, which matters more than whatever goes wrong here. */
async function recordFound(hands: Hands, specs: readonly RunnerSpec[]): Promise<void> {
  try {
    const found = await foundJobs(
      hands,
      specs.map((spec) => spec.name),
    );
    await recordMeasures(
      hands,
      found.flatMap((report) => report ?? []),
    );
  } catch (thrown) {
    if (!(thrown instanceof FailureError)) throw thrown;
  }
}

/** The last measurement of each claim. Text that is no measurement is left out: unknown, not zero. */
export async function lastMeasures(look: Look): Promise<ReadonlyMap<string, Measure>> {
  const found: Obj | undefined = await look.kube.get(configMap(look, nameOf(look)));
  const entries = Object.entries((found?.data ?? {}) as { readonly [claim: string]: string });
  return new Map(
    entries.flatMap(([claim, text]) => {
      const measure = measureOf(text);
      return measure ? [[claim, measure] as const] : [];
    }),
  );
}

function measureOf(text: string): Measure | undefined {
  try {
    const { totalBytes, freeBytes, at } = JSON.parse(text) as Partial<Measure>;
    if (![totalBytes, freeBytes, at].every((value) => typeof value === 'number')) return undefined;
    return { totalBytes, freeBytes, at } as Measure;
  } catch {
    return undefined;
  }
}
