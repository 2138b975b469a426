import { beforeEach, describe, expect, test } from 'vitest';
import { runJobs } from '../../src/actions/run-job.ts';
import { FailureError, failure } from '../../src/base/failure.ts';
import type { RunnerSpec } from '../../src/target/jobs.ts';
import { stoppedByOperator } from '../../src/target/look.ts';
import { failureFrom } from './fail.ts';
import { FakeTarget } from './fake-target.ts';

let target: FakeTarget;
beforeEach(() => {
  target = new FakeTarget();
});

const spec = (name: string): RunnerSpec => ({
  name,
  run: 'q8d4w6',
  step: 'copy',
  attempt: 1,
  verb: 'swap',
  values: {},
  place: {
    namespace: 'openstack',
    image: 'galera',
    imagePullPolicy: 'IfNotPresent',
    imagePullSecrets: [],
    supplementalGroups: [],
    tolerations: [],
    mounts: [],
  },
  deadlineMs: 60_000,
});

const stops = () => target.writes.filter((write) => write.startsWith('stop '));

describe('Jobs of a step', () => {
  test('are stopped when the operator stops the step', async () => {
    target.outcomes.swap = { phase: 'running' };
    target.meanwhile = () => target.stop.abort(stoppedByOperator);
    expect((await failureFrom(runJobs(target, [spec('a'), spec('b')]))).found).toBe('stopped by the operator');
    expect(stops()).toEqual(['stop a', 'stop b']);
  });

  test('are not started once the operator has stopped the step; one that a process before has started is stopped', async () => {
    target.outcomes.swap = { phase: 'running' };
    await target.jobs.start(spec('a'));
    target.stop.abort(stoppedByOperator);
    expect((await failureFrom(runJobs(target, [spec('a'), spec('b')]))).found).toBe('stopped by the operator');
    expect(target.writes).toEqual(['start swap a', 'stop a']);
  });

  test("go on when the step's own time is over, and nobody is said to have stopped them", async () => {
    target.outcomes.swap = { phase: 'running' };
    target.meanwhile = () => target.stop.abort(new DOMException('late', 'TimeoutError'));
    const failed = await failureFrom(runJobs(target, [spec('a')]));
    expect(failed).toMatchObject({ kind: 'unknown', found: 'it still runs; it goes on' });
    expect(failed.expected).toContain('within the time of step copy');
    expect(stops()).toEqual([]);
  });

  test('that ended well by the time the step is over have ended well', async () => {
    target.outcomes.swap = { result: {} };
    target.stop.abort(new DOMException('late', 'TimeoutError'));
    expect(await runJobs(target, [spec('a')])).toHaveLength(1);
  });

  test('are waited for when a later one cannot be started, and then that is told', async () => {
    target.outcomes.swap = { phase: 'running' };
    const { start } = target.jobs;
    target.jobs.start = async (of) => {
      if (of.name === 'b') throw new FailureError(failure('refused', 'the right to create Jobs', 'none', 'ask for it'));
      await start(of);
    };
    let ended = false;
    target.meanwhile = () => {
      ended = true;
      const report = target.reports.get('a');
      if (report) target.reports.set('a', { ...report, phase: 'succeeded', result: {} });
    };
    expect((await failureFrom(runJobs(target, [spec('a'), spec('b'), spec('c')]))).found).toBe('none');
    expect(ended).toBe(true);
    expect([...target.reports.keys()]).toEqual(['a']);
  });
});
