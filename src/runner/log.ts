import type { Json, JsonObject } from '../base/json.ts';
import type { JobProgress, JobReport, VolumeMeasure } from '../target/jobs.ts';

/** What a runner has said. */
export interface RunnerLog {
  /** The latest. */
  readonly progress?: JobProgress;
  /** The latest of each claim. */
  readonly volumes: readonly VolumeMeasure[];
  /** The trailer with its rows; absent when it is not there or rows are missing, since a log can be cut. */
  readonly result?: JsonObject;
  readonly failure?: NonNullable<JobReport['failure']>;
  /** The last lines that are not the protocol's: what tools said. */
  readonly tail: readonly string[];
}

/** One line of the protocol: its word, and an object. */
export const protocolLine = /^@@galera-runbook ([a-z]+) (\{.*\})\r?$/;
const tailLines = 20;

/** Total: whatever stands in the log, there is an answer. A line that is not as it should be is as good as not there. */
export function parseRunnerLog(log: string): RunnerLog {
  let progress: JobProgress | undefined;
  let failure: NonNullable<JobReport['failure']> | undefined;
  let trailer: JsonObject | undefined;
  const volumes = new Map<string, VolumeMeasure>();
  const rows: Json[] = [];
  const said: string[] = [];
  for (const text of log.split('\n')) {
    const [, word, json = ''] = protocolLine.exec(text) ?? [];
    const value = word === undefined ? undefined : objectIn(json);
    if (value === undefined) {
      // A protocol line that was cut says nothing to a person.
      if (text.trim() !== '' && !text.startsWith('@@galera-runbook ')) said.push(text.trimEnd());
    } else if (word === 'progress') progress = progressIn(value) ?? progress;
    else if (word === 'row') rows.push(value);
    else if (word === 'result') trailer = value;
    else if (word === 'failed') failure ??= failureIn(value);
    else if (word === 'volume') {
      const volume = volumeIn(value);
      if (volume) volumes.set(volume.claim, volume);
    }
  }
  const whole = failure === undefined && trailer?.rowCount === rows.length;
  return {
    ...(progress === undefined ? {} : { progress }),
    volumes: [...volumes.values()],
    ...(whole ? { result: { ...trailer, rows } } : {}),
    ...(failure === undefined ? {} : { failure }),
    tail: said.slice(-tailLines),
  };
}

export function objectIn(text: string): JsonObject | undefined {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return undefined;
  }
}

function isBytes(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function progressIn({ phase, bytes, total }: JsonObject): JobProgress | undefined {
  return typeof phase === 'string' && isBytes(bytes) && isBytes(total) ? { phase, bytes, total } : undefined;
}

function volumeIn({ claim, totalBytes, freeBytes }: JsonObject): VolumeMeasure | undefined {
  return typeof claim === 'string' && isBytes(totalBytes) && isBytes(freeBytes)
    ? { claim, totalBytes, freeBytes }
    : undefined;
}

function failureIn({ expected, found, next }: JsonObject): NonNullable<JobReport['failure']> | undefined {
  return typeof expected === 'string' && typeof found === 'string' && typeof next === 'string'
    ? { expected, found, next }
    : undefined;
}
