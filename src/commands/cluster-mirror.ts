import { type Failure, FailureError } from '../base/failure.ts';
import type { RunEvent } from '../engine/event.ts';
import type { Mirror } from '../engine/ports.ts';
import { fromMirror, type MirrorData, toMirror } from '../record/mirror.ts';
import { Conflict, type KubeReads, type KubeWrites, type Obj, type Ref } from '../target/kubernetes.ts';

const runLabel = 'galera-runbook/run';
const labels = { 'app.kubernetes.io/managed-by': 'galera-runbook', 'galera-runbook/kind': 'run' };
const outputsSuffix = '-outputs';
const documentKey = 'runbook.md';
/** Characters; what is left of a ConfigMap's 1 MiB beside the largest mirror. A longer document can only be taken up where the run began. */
const documentLimit = 100 * 1024;

/**
 * The journal's copy in the cluster (design §5): one ConfigMap per run, replaced whole, and one for outputs too large for a line.
 * Another bastion sees the run and its debts there. Not fenced: it is what the fence relies on.
 */
export class ClusterMirror implements Mirror {
  readonly #kube: KubeReads & KubeWrites;
  readonly #namespace: string;
  readonly #run: string;
  readonly #document: string;
  readonly #written = new Map<string, { uid: string; text: string }>();

  /** `document`: the runbook's text, so that another bastion can take the run up. */
  constructor(kube: KubeReads & KubeWrites, namespace: string, run: string, document: string) {
    this.#kube = kube;
    this.#namespace = namespace;
    this.#run = run;
    this.#document = document;
  }

  async push(events: readonly RunEvent[]): Promise<void> {
    const mirror = toMirror(events);
    if ('expected' in mirror) throw new FailureError(mirror);
    // Outputs first: a journal must never name a text that is not there.
    if (mirror.outputs) await this.#write(mirrorName(this.#run) + outputsSuffix, mirror.outputs);
    const document = this.#document.length <= documentLimit ? { [documentKey]: this.#document } : {};
    await this.#write(mirrorName(this.#run), { ...mirror.journal, data: { ...mirror.journal.data, ...document } });
  }

  async #write(name: string, content: MirrorData): Promise<void> {
    const text = JSON.stringify(content);
    const before = this.#written.get(name);
    if (before?.text === text) return;
    const ref: Ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: this.#namespace, name };
    const uid = before?.uid ?? (await this.#kube.get(ref))?.metadata.uid;
    const object =
      uid === undefined ? await this.#create(ref, content) : await this.#kube.patch(ref, { ...content }, { uid });
    this.#written.set(name, { uid: object.metadata.uid ?? '', text });
  }

  async #create(ref: Ref, content: MirrorData): Promise<Obj> {
    try {
      return await this.#kube.create({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: ref.name, namespace: this.#namespace, labels: { ...labels, [runLabel]: this.#run } },
        ...content,
      });
    } catch (thrown) {
      // The answer of an earlier try was lost: the object is there.
      const found = thrown instanceof Conflict ? await this.#kube.get(ref) : undefined;
      if (!found) throw thrown;
      return await this.#kube.patch(ref, { ...content }, { uid: found.metadata.uid ?? '' });
    }
  }
}

export function mirrorName(run: string): string {
  return `galera-runbook-run-${run}`;
}

export interface MirroredRun {
  readonly run: string;
  readonly events: readonly RunEvent[];
  readonly document?: string;
}

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

interface UnreadableRun {
  readonly run: string;
  readonly failure: Failure;
}

async function readMirrors(kube: KubeReads, namespace: string): Promise<readonly (MirroredRun | UnreadableRun)[]> {
  const selector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const maps = await kube.list({ apiVersion: 'v1', kind: 'ConfigMap', namespace }, selector);
  return maps.flatMap((map): readonly (MirroredRun | UnreadableRun)[] => {
    const run = map.metadata.labels?.[runLabel];
    if (run === undefined || map.metadata.name !== mirrorName(run)) return [];
    const outputs = maps.find((other) => other.metadata.name === mirrorName(run) + outputsSuffix);
    const events = fromMirror({ journal: contentOf(map), ...(outputs ? { outputs: contentOf(outputs) } : {}) });
    const document: string | undefined = map.data?.[documentKey];
    if ('expected' in events) return [{ run, failure: events }];
    return [{ run, events, ...(document === undefined ? {} : { document }) }];
  });
}

function contentOf(map: Obj): MirrorData {
  return { data: map.data ?? {}, binaryData: map.binaryData ?? {} };
}
