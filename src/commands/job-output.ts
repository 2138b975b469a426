import { jobPrefix } from '../actions/run-job.ts';
import type { RunFolder } from '../host/state-folder.ts';
import type { Redactor } from '../record/redact.ts';
import { type Readable, readable } from '../runner/readable.ts';
import type { JobLine } from '../screens/operations.ts';
import type { JobReads, JobReport } from '../target/jobs.ts';
import type { Look } from '../target/look.ts';
import type { Session } from './session.ts';

const linesAtMost = 5000;
const lineAtMost = 1000;
/** Of each Job's log, in characters. */
const logAtMost = 256 * 1024;
/** So many last lines of a log find their place in the next one, which may begin later or be longer. */
const anchorLines = 5;

interface Followed {
  readonly uid: string;
  readonly step: string;
  readonly member?: string;
  readonly log: string;
  readonly phase?: string;
}

/**
 * What the Jobs of a run write, taken from the reports that the engine reads anyway: nothing more is asked of the API server. A report has
 * the end of a log only, so that lines of a runner that writes fast may be missing; all of them are in the kept output.
 */
export class JobOutput {
  readonly #redactor: Redactor;
  readonly #jobs = new Map<string, Followed>();
  #run = '';
  #lines: JobLine[] = [];

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** The same session, with its reports read here too. */
  listening(session: Session): Session {
    const lookFor: Session['lookFor'] = (run) => {
      const look = session.lookFor(run);
      return (step, attempt, signal) => {
        const of = look(step, attempt, signal);
        return { ...of, jobs: this.#reading(of) };
      };
    };
    return { ...session, lookFor };
  }

  /** What was written since this was asked before; nothing of another run. */
  drain(run: string): readonly JobLine[] {
    if (run !== this.#run) return [];
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  /** By Job. */
  #logsOf(run: string, step: string): ReadonlyMap<string, string> {
    const own = [...this.#jobs].filter(([, of]) => run === this.#run && of.step === step);
    return new Map(own.map(([name, { log }]) => [name, log]));
  }

  /** What was kept of a step's Jobs, and of those that were not kept yet what was last seen. */
  async whole(folder: RunFolder, step: string): Promise<readonly string[]> {
    const kept = new Map<string, string>();
    for (const name of await folder.outputs())
      if (name.startsWith(jobPrefix(folder.id, step)) && /-\d+(-\d+)?\.log$/.test(name))
        kept.set(name.replace(/\.log$/, ''), await folder.readOutput(name));
    const all = new Map([...this.#logsOf(folder.id, step), ...kept]);
    return [...all].flatMap(([name, log]) => [
      ...(all.size === 1 ? [] : [`-- ${name}`]),
      ...readable(log.split('\n')).lines.map((text) => this.#redactor.text(text)),
    ]);
  }

  #reading({ jobs, at, config }: Look): JobReads {
    return {
      report: async (namespace, name) => {
        const report = await jobs.report(namespace, name);
        const own = jobPrefix(at.run, at.step);
        const [, ordinal] = new RegExp(`^${own}(?:.*?-)??${at.attempt}(?:-(\\d+))?$`).exec(name) ?? [];
        if (report !== undefined && name.startsWith(own))
          this.#take(at.run, at.step, report, ordinal === undefined ? undefined : `${config.statefulset}-${ordinal}`);
        return report;
      },
    };
  }

  #take(run: string, step: string, { name, uid, log }: JobReport, member: string | undefined): void {
    if (run !== this.#run) {
      this.#run = run;
      this.#jobs.clear();
      this.#lines = [];
    }
    const known = this.#jobs.get(name);
    const before = known?.uid === uid ? known : undefined;
    const end = log.slice(-logAtMost);
    if (before?.log === end) return;
    const { lines, phase }: Readable = readable(added(before?.log ?? '', log), before?.phase);
    const whose = member === undefined ? {} : { member };
    this.#jobs.set(name, { uid, step, ...whose, log: end, ...(phase === undefined ? {} : { phase }) });
    const more = lines.map((text) => ({ step, ...whose, text: this.#redactor.text(text.slice(0, lineAtMost)) }));
    this.#lines = [...this.#lines, ...more].slice(-linesAtMost);
  }
}

/** Lines of `log` that `before` had not. A line without its end is not there yet. */
export function added(before: string, log: string): readonly string[] {
  const whole = (text: string) => text.split('\n').slice(0, -1);
  const lines = whole(log);
  const anchor = whole(before).slice(-anchorLines);
  if (anchor.length === 0) return lines;
  for (let end = lines.length; end >= anchor.length; end--)
    if (anchor.every((text, index) => lines[end - anchor.length + index] === text)) return lines.slice(end);
  return lines;
}
