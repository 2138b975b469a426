import { type Failure, FailureError, fail } from '../base/failure.ts';
import { canonical } from '../base/json.ts';
import type { RunEvent } from '../engine/event.ts';
import { sha256 } from '../engine/plan.ts';
import type { Mirror } from '../engine/ports.ts';
import { fromMirror, type MirrorData, toMirror } from '../record/mirror.ts';
import { Conflict, type KubeReads, type KubeWrites, type Obj, type Ref } from '../target/kubernetes.ts';
import type { Remembered } from './remembered.ts';

const runLabel = 'galera-runbook/run';
const labels = { 'app.kubernetes.io/managed-by': 'galera-runbook', 'galera-runbook/kind': 'run' };
const outputsSuffix = '-outputs';
const documentKey = 'runbook.md';
/** Characters; what is left of a ConfigMap's 1 MiB beside the largest mirror. A longer document can only be taken up where the run began. */
const documentLimit = 100 * 1024;

/**
 * The journal's copy in the cluster (design §5): one ConfigMap per run, replaced whole and only over its own last version, and one for outputs too large for a line.
 * Another bastion sees the run and its debts there. Not fenced: it is what the fence relies on.
 */
export class ClusterMirror implements Mirror {
  readonly #kube: KubeReads & KubeWrites;
  readonly #namespace: string;
  readonly #run: string;
  readonly #document: string;
  readonly #written = new Map<string, Written>();
  #last: Promise<void> = Promise.resolve();

  /** `document`: the runbook's text, so that another bastion can take the run up. */
  constructor(kube: KubeReads & KubeWrites, namespace: string, run: string, document: string) {
    this.#kube = kube;
    this.#namespace = namespace;
    this.#run = run;
    this.#document = document;
  }

  /** One after the other: effects may be begun in parallel, and each write stands on the one before. */
  push(events: readonly RunEvent[]): Promise<void> {
    const pushed = this.#last.then(() => this.#push(events));
    this.#last = pushed.catch(() => undefined);
    return pushed;
  }

  async #push(events: readonly RunEvent[]): Promise<void> {
    const mirror = toMirror(events);
    if ('expected' in mirror) throw new FailureError(mirror);
    // Outputs first: a journal must never name a text that is not there.
    if (mirror.outputs) await this.#write(mirrorName(this.#run) + outputsSuffix, mirror.outputs);
    const document = this.#document.length <= documentLimit ? { [documentKey]: this.#document } : {};
    await this.#write(mirrorName(this.#run), { ...mirror.journal, data: { ...mirror.journal.data, ...document } });
  }

  async #write(name: string, content: MirrorData): Promise<void> {
    const hash = hashOf(content);
    const before = this.#written.get(name);
    if (before?.hash === hash && before.tried.length === 0) return;
    const ref: Ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: this.#namespace, name };
    const last = before ?? writtenOf(await this.#kube.get(ref));
    const tried = [...last.tried, hash];
    // Until there is an answer, each of these may be what stands there.
    this.#written.set(name, { ...last, tried });
    const object = await this.#send(ref, content, last).catch(async (thrown) => {
      if (!(thrown instanceof Conflict)) throw thrown;
      const found = writtenOf(await this.#kube.get(ref));
      this.#refuseOthers(found, [last.hash, ...tried]);
      return await this.#send(ref, content, found);
    });
    this.#written.set(name, { ...writtenOf(object), hash });
  }

  /** Only over what was seen there: another process that writes has taken the run over. */
  async #send(ref: Ref, content: MirrorData, { uid, resourceVersion }: Written): Promise<Obj> {
    if (uid !== '') return await this.#kube.patch(ref, { ...content }, { uid, resourceVersion });
    return await this.#kube.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: ref.name, namespace: this.#namespace, labels: { ...labels, [runLabel]: this.#run } },
      ...content,
    });
  }

  /** Not so when the answer to an earlier try was lost, or somebody has put a label on it: the content is ours then. */
  #refuseOthers(found: Written, own: readonly string[]): void {
    if (found.uid !== '' && own.includes(found.hash)) return;
    fail(
      found.uid === '' ? 'failed' : 'held',
      `the mirror of run ${this.#run} as this process has left it`,
      found.uid === '' ? 'somebody has deleted it' : 'another process has written it since',
      'galera-runbook status shows who is at this run; nothing more is changed from here',
    );
  }
}

/** A ConfigMap as this process knows it; empty uid: not there. */
interface Written {
  readonly uid: string;
  readonly resourceVersion: string;
  /** Of its content. */
  readonly hash: string;
  /** Hashes of what was sent since without an answer. */
  readonly tried: readonly string[];
}

function writtenOf(object: Obj | undefined): Written {
  const { uid = '', resourceVersion = '' } = object?.metadata ?? {};
  return { uid, resourceVersion, hash: object ? hashOf(contentOf(object)) : '', tried: [] };
}

function hashOf({ data, binaryData }: MirrorData): string {
  return sha256(canonical({ data, binaryData }));
}

export function mirrorName(run: string): string {
  return `galera-runbook-run-${run}`;
}

/** The ConfigMaps of a run: its journal, without which the other is nothing, and its outputs. */
export function mirrorRefs(namespace: string, run: string): readonly Ref[] {
  const name = mirrorName(run);
  return [name, name + outputsSuffix].map((each) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: each }));
}

export interface MirroredRun {
  readonly run: string;
  readonly events: readonly RunEvent[];
  readonly document?: string;
}

/** What `mirroredRuns` has unpacked of each mirror. */
export type RememberedMirrors = Remembered<MirroredRun | UnreadableRun>;

/** Every run that is mirrored in the namespace; a damaged mirror is left to its run's own commands. */
export async function mirroredRuns(kube: KubeReads, namespace: string): Promise<readonly MirroredRun[]> {
  return (await readMirrors(kube, namespace)).flatMap((run) => ('failure' in run ? [] : [run]));
}

/** One run's mirror, by its id. A damaged one, or one of a newer program, is refused: nobody may write over it. */
export async function mirroredRun(kube: KubeReads, namespace: string, run: string): Promise<MirroredRun | undefined> {
  const found = (await readMirrors(kube, namespace)).find((each) => each.run === run);
  if (found && 'failure' in found) throw new FailureError(found.failure);
  return found;
}

/** Ids of the mirrored runs that begin so, of damaged ones too. */
export async function mirroredIds(kube: KubeReads, namespace: string, word: string): Promise<readonly string[]> {
  return (await readMirrors(kube, namespace)).map(({ run }) => run).filter((run) => run.startsWith(word));
}

/** Its mirror is damaged, or of a newer program. */
export interface UnreadableRun {
  readonly run: string;
  readonly failure: Failure;
}

/** Damaged ones too. With `remembered`, only mirrors that were written since are unpacked again. */
export async function readMirrors(
  kube: KubeReads,
  namespace: string,
  remembered?: RememberedMirrors,
): Promise<readonly (MirroredRun | UnreadableRun)[]> {
  const selector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const maps = await kube.list({ apiVersion: 'v1', kind: 'ConfigMap', namespace }, selector);
  const read = maps.map(async (map): Promise<readonly (MirroredRun | UnreadableRun)[]> => {
    const run = map.metadata.labels?.[runLabel];
    if (run === undefined || map.metadata.name !== mirrorName(run)) return [];
    const outputs = maps.find((other) => other.metadata.name === mirrorName(run) + outputsSuffix);
    const version = [map, outputs].map((each) => `${each?.metadata.uid} ${each?.metadata.resourceVersion}`).join(' ');
    const unpack = () => readMirror(run, map, outputs);
    return [await (remembered?.of(run, version, unpack) ?? unpack())];
  });
  const runs = (await Promise.all(read)).flat();
  remembered?.keepOnly(runs.map(({ run }) => run));
  return runs;
}

function readMirror(run: string, map: Obj, outputs: Obj | undefined): MirroredRun | UnreadableRun {
  const mirror = { journal: contentOf(map), ...(outputs ? { outputs: contentOf(outputs) } : {}) };
  const events = fromMirror(mirror, map.metadata.name);
  const document: string | undefined = map.data?.[documentKey];
  if ('expected' in events) return { run, failure: events };
  return { run, events, ...(document === undefined ? {} : { document }) };
}

function contentOf(map: Obj): MirrorData {
  return { data: map.data ?? {}, binaryData: map.binaryData ?? {} };
}
