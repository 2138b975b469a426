import { describe, expect, it } from 'vitest';
import { added, JobOutput } from '../../src/commands/job-output.ts';
import type { Session } from '../../src/commands/session.ts';
import { Redactor } from '../../src/record/redact.ts';
import type { JobReport } from '../../src/target/jobs.ts';
import type { Look } from '../../src/target/look.ts';

describe('lines that a log has more', () => {
  it('are those after what was seen, also when the log begins later', () => {
    expect(added('', 'a\nb\n')).toEqual(['a', 'b']);
    expect(added('a\nb\n', 'a\nb\nc\n')).toEqual(['c']);
    expect(added('a\nb\nc\nd\ne\nf\ng\n', 'c\nd\ne\nf\ng\nh\n')).toEqual(['h']);
    expect(added('a\nb\n', 'a\nb\n')).toEqual([]);
  });

  it('are all of it when nothing of the old is there', () => {
    expect(added('a\nb\n', 'x\ny\n')).toEqual(['x', 'y']);
  });

  it('do not have a line that is still being written', () => {
    expect(added('', 'a\nhal')).toEqual(['a']);
  });
});

/** Reports as the engine reads them, one after the other. */
function reading(logs: { readonly [job: string]: string[] }) {
  const secret = new Redactor(['lab']);
  secret.add('correct-horse-battery');
  const output = new JobOutput(secret);
  const session = {
    lookFor: (run: string) => (step: string, attempt: number) =>
      ({
        at: { run, step, attempt },
        config: { statefulset: 'mariadb-server' },
        jobs: {
          report: async (_namespace: string, name: string): Promise<JobReport> => ({
            name,
            uid: name,
            phase: 'running',
            volumes: [],
            tail: [],
            log: logs[name]?.shift() ?? '',
          }),
        },
      }) as unknown as Look,
  } as unknown as Session;
  const { lookFor } = output.listening(session);
  const signal = new AbortController().signal;
  return {
    output,
    report: (run: string, step: string, name: string) => lookFor(run)(step, 1, signal).jobs.report('ns', name),
  };
}

describe('what the Jobs of a run write', () => {
  it('is each line once, with its step and member', async () => {
    const job = 'galera-runbook-k7m2q9-unpack-1-2';
    const { output, report } = reading({ [job]: ['one\n', 'one\ntwo\n', 'one\ntwo\n'] });
    await report('k7m2q9', 'unpack', job);
    await report('k7m2q9', 'unpack', job);
    await report('k7m2q9', 'unpack', job);
    expect(output.drain('k7m2q9')).toEqual([
      { step: 'unpack', member: 'mariadb-server-2', text: 'one' },
      { step: 'unpack', member: 'mariadb-server-2', text: 'two' },
    ]);
    expect(output.drain('k7m2q9')).toEqual([]);
  });

  it('is of the member whose ordinal is the number of the attempt too', async () => {
    const jobs = ['galera-runbook-k7m2q9-unpack-1-1', 'galera-runbook-k7m2q9-unpack-1'];
    const { output, report } = reading(Object.fromEntries(jobs.map((job) => [job, ['one\n']])));
    for (const job of jobs) await report('k7m2q9', 'unpack', job);
    expect(output.drain('k7m2q9').map(({ member }) => member)).toEqual(['mariadb-server-1', undefined]);
  });

  it('is nothing of another run, and no secret', async () => {
    const job = 'galera-runbook-k7m2q9-prove-1';
    const { output, report } = reading({ [job]: ['password correct-horse-battery\n'] });
    await report('k7m2q9', 'prove', job);
    expect(output.drain('z9z9z9')).toEqual([]);
    expect(output.drain('k7m2q9')[0]?.text).not.toContain('correct-horse');
  });

  it('leaves out Jobs of other steps that a step looks at', async () => {
    const job = 'galera-runbook-k7m2q9-copy-1';
    const { output, report } = reading({ [job]: ['of copy\n'] });
    await report('k7m2q9', 'back', job);
    expect(output.drain('k7m2q9')).toEqual([]);
  });
});
