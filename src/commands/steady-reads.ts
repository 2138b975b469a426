import type { KubeReads } from '../target/kubernetes.ts';

/** They change by the hand of an administrator, if ever. Who is in the Service is told by its EndpointSlices, not by the Service. */
const kinds: readonly string[] = ['PersistentVolume', 'PersistentVolumeClaim', 'Service'];
const keptMs = 30_000;

/** Reads what stays twice a minute and everything else each time: for screens that look every two seconds, never for a run. */
export function steadyReads(kube: KubeReads, now: () => number): KubeReads {
  const known = new Map<string, { readonly at: number; readonly answer: Promise<unknown> }>();
  const once = <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const before = known.get(key);
    if (before !== undefined && now() - before.at < keptMs) return before.answer as Promise<T>;
    const answer = ask();
    known.set(key, { at: now(), answer });
    answer.catch(() => known.delete(key));
    return answer;
  };
  return {
    get: (ref) => (kinds.includes(ref.kind) ? once(JSON.stringify(ref), () => kube.get(ref)) : kube.get(ref)),
    list: (kind, labels) =>
      kinds.includes(kind.kind)
        ? once(JSON.stringify([kind, labels]), () => kube.list(kind, labels))
        : kube.list(kind, labels),
    logs: (pod, options) => kube.logs(pod, options),
  };
}
