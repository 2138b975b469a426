import type { Json, JsonObject } from '../base/json.ts';
import type { Account } from './config.ts';

/** A volume that a runner mounts. */
export interface Mount {
  readonly claim: string;
  readonly mountPath: string;
  /** A folder of the volume in the place of its root. */
  readonly subPath?: string;
  readonly readOnly: boolean;
}

/**
 * Where and as whom a runner works: the member's image, its data directory's owner, its node. Data, so that plan and journal can
 * hold it and it still stands when the member's pod is gone.
 */
export interface Place {
  readonly namespace: string;
  readonly image: string;
  readonly imagePullPolicy: string;
  readonly imagePullSecrets: readonly string[];
  readonly serviceAccount?: string;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  /** The member's supplemental groups with its fsGroup among them; a runner never sets fsGroup (design §6.14). */
  readonly supplementalGroups: readonly number[];
  readonly seLinuxOptions?: JsonObject;
  readonly tolerations: readonly Json[];
  /** Kubernetes node name for a required node affinity; absent: anywhere the volumes allow. */
  readonly node?: string;
  readonly mounts: readonly Mount[];
}

/** What the runner does, as values; the script of the same name does it (src/runner/scripts). All paths are inside the runner. */
export type Verb =
  | 'measure'
  | 'copy'
  | 'prove'
  | 'list'
  | 'remove'
  | 'unpack'
  | 'open'
  | 'position'
  | 'swap'
  | 'swap-back'
  | 'bootstrap'
  | 'discard';

export interface RunnerSpec {
  /** Job name, from run, step, attempt and member. */
  readonly name: string;
  readonly run: string;
  readonly step: string;
  readonly attempt: number;
  readonly member?: string;
  readonly verb: Verb;
  /** The script's variables, upper case without prefix: {DATADIR: …}. Never a secret. */
  readonly values: { readonly [name: string]: string };
  /** Account whose password the runner mounts as a file. */
  readonly account?: Account;
  readonly place: Place;
  readonly deadlineMs: number;
}

/** Bytes done of a total, as the runner measured them. Lossy: only the latest counts. */
export interface JobProgress {
  readonly phase: string;
  readonly bytes: number;
  readonly total: number;
}

export interface VolumeMeasure {
  readonly claim: string;
  readonly totalBytes: number;
  readonly freeBytes: number;
}

export type JobPhase = 'pending' | 'running' | 'succeeded' | 'failed';

/**
 * A Job as seen now. `result` is what the runner wrote as its trailer: without it a Job has not succeeded, whatever its exit code
 * (design §6.15).
 */
export interface JobReport {
  readonly name: string;
  readonly uid: string;
  readonly phase: JobPhase;
  /** Why it waits, in the scheduler's or kubelet's words. */
  readonly waiting?: string;
  readonly progress?: JobProgress;
  readonly result?: JsonObject;
  readonly volumes: readonly VolumeMeasure[];
  /** When failed: the runner's own three sentences where it gave them, else what Kubernetes says. */
  readonly failure?: { readonly expected: string; readonly found: string; readonly next: string };
  /** Last lines of the log without progress lines. */
  readonly tail: readonly string[];
  /** All the log that is there. */
  readonly log: string;
}

export interface JobReads {
  /** Absent: no such Job. */
  report(namespace: string, name: string): Promise<JobReport | undefined>;
}

export interface JobWrites {
  /** Creates the Job; when one of this name is there already, that one's work is taken as found. */
  start(spec: RunnerSpec): Promise<void>;
  /**
   * Deletes the Job's pods so that its trap runs (SIGTERM), keeps nothing running; waits until no pod is left. Throws `unknown` with the pods
   * that are still there after `graceMs`.
   */
  stop(namespace: string, name: string, graceMs: number): Promise<void>;
  /** Removes the Job and its pods. */
  remove(namespace: string, name: string): Promise<void>;
}
