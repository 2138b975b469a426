import type { JsonObject } from '../base/json.ts';
import type { Obj } from '../target/kubernetes.ts';
import { volumeOf } from './datadir.ts';
import { freeOf, RunnerFailed, Shell } from './shell.ts';
import { verbs } from './verbs.ts';
import type { RunnerMount, World } from './world.ts';

/** A Job's container starts: its verb and values stand in its environment, as src/runner/job.ts wrote them. */
export function startRunner(world: World, pod: Obj, mounts: readonly RunnerMount[]): void {
  const [container] = pod.spec.containers;
  const environment: readonly { name: string; value: string }[] = container.env ?? [];
  const values = Object.fromEntries(
    environment.map(({ name, value }) => [name.replace(/^GR_/, ''), value.replaceAll('$$', '$')]),
  );
  const secret = (pod.spec.volumes ?? []).find((each: { secret?: object }) => each.secret !== undefined)?.secret;
  world.runners[pod.metadata.name] = {
    pod: pod.metadata.name,
    job: pod.metadata.labels?.['job-name'] ?? '',
    verb: values.VERB ?? '',
    values,
    mounts,
    ...(secret === undefined ? {} : { secret: { name: secret.secretName, key: secret.items[0].key } }),
    stage: '',
    stageBegan: world.now,
    stageMs: 0,
    startedAt: world.now,
    saidAt: Number.MIN_SAFE_INTEGER,
    rows: 0,
    vars: {},
  };
}

/** Goes on with a runner up to now; its exit code once it has ended. */
export function tickRunner(world: World, pod: string, ms: number): number | undefined {
  const runner = world.runners[pod];
  if (runner === undefined) return 137;
  if (runner.exit !== undefined) return runner.exit;
  const shell = new Shell(world, pod);
  const script = verbs[runner.verb];
  if (script === undefined) return finish(shell, new RunnerFailed('a verb', runner.verb, 'report it'));
  try {
    if (runner.stage === '') enter(shell, 'start', world.now - ms);
    for (;;) {
      const { stage: name, stageBegan, stageMs } = shell.state;
      const stage = script.stages[name];
      if (stage === undefined) throw new Error(`verb ${runner.verb} has no stage ${name}`);
      const passed = world.now - stageBegan;
      stage.during?.(shell, stageMs === 0 ? 1 : Math.min(1, passed / stageMs));
      if (passed < stageMs) return undefined;
      const next = stage.end(shell);
      if (next === undefined) return finish(shell);
      enter(shell, next, stageBegan + stageMs);
    }
  } catch (thrown) {
    if (!(thrown instanceof RunnerFailed)) throw thrown;
    return finish(shell, thrown);
  }
}

function enter(shell: Shell, name: string, began: number): void {
  const stage = verbs[shell.state.verb]?.stages[name];
  if (stage === undefined) throw new Error(`verb ${shell.state.verb} has no stage ${name}`);
  shell.set({ stage: name, stageBegan: began });
  // A stage that looks again takes at least a moment: nothing loops in no time.
  shell.set({ stageMs: Math.max(1, stage.begin(shell)) });
}

/** `finish` of common.sh: what failed, the verb's cleanup, the volumes, and the trailer last. */
function finish(shell: Shell, failed?: RunnerFailed): number {
  const script = verbs[shell.state.verb];
  if (failed) {
    const { expected, found, next } = failed;
    shell.say('failed', { expected, found, next });
    try {
      script?.cleanup?.(shell);
    } catch (thrown) {
      // On a volume that takes nothing any more the cleanup fails too, and the script ends all the same.
      if (!(thrown instanceof RunnerFailed)) throw thrown;
    }
  }
  script?.vanish?.(shell);
  for (const { volume, claim } of shell.state.mounts) {
    const of = volumeOf(shell.world, volume);
    shell.say('volume', { claim, totalBytes: of.totalBytes, freeBytes: Math.floor(freeOf(of)) });
  }
  if (!failed) shell.say('result', { ...shell.kept<JsonObject>('outcome', {}), rowCount: shell.state.rows });
  const exit = failed ? 1 : 0;
  shell.set({ exit });
  return exit;
}

/** TERM lets its trap run, KILL does not. */
export function endRunner(world: World, pod: string, signal: 'TERM' | 'KILL'): void {
  const runner = world.runners[pod];
  if (runner === undefined || runner.exit !== undefined) return;
  const shell = new Shell(world, pod);
  if (signal === 'TERM') {
    const seconds = Math.floor((world.now - runner.startedAt) / 1000);
    finish(
      shell,
      new RunnerFailed(
        `${runner.verb} to end by itself`,
        `stopped after ${seconds} s`,
        'run the step again; what this Job had begun is cleaned up',
      ),
    );
    return;
  }
  verbs[runner.verb]?.vanish?.(shell);
  shell.set({ exit: 137 });
}
