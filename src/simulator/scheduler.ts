import type { Obj } from '../target/kubernetes.ts';
import { list, put } from './objects.ts';
import { namespace, type World } from './world.ts';

interface Affinity {
  readonly nodeAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: {
      readonly nodeSelectorTerms: readonly {
        readonly matchFields?: readonly { readonly values: readonly string[] }[];
      }[];
    };
  };
}

/** Binds a pod to a Kubernetes node that reaches all of its volumes; else why there is none. */
export function whyPending(world: World, pod: Obj): string | undefined {
  const node: string | undefined = pod.spec.nodeName;
  if (node !== undefined) return undefined;
  const nodes = list(world, { apiVersion: 'v1', kind: 'Node' }).map((each) => each.metadata.name);
  const up = nodes.filter((name) => !world.faults.nodesDown.includes(name));
  const affinity = (pod.spec.affinity ?? {}) as Affinity;
  const wanted = affinity.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms.flatMap(
    (term) => term.matchFields?.flatMap(({ values }) => values) ?? [],
  );
  const claims = claimsOf(pod);
  let able = wanted === undefined ? up : up.filter((name) => wanted.includes(name));
  for (const claim of claims) {
    const object = world.objects[`PersistentVolumeClaim/${namespace}/${claim}`];
    if (object === undefined)
      return `0/${nodes.length} nodes are available: persistentvolumeclaim "${claim}" not found`;
    if (object.status?.phase !== 'Bound')
      return `0/${nodes.length} nodes are available: pod has unbound immediate PersistentVolumeClaims (${claim})`;
    const reach = nodesOf(world, object);
    able = able.filter((name) => reach === undefined || reach.includes(name));
    const users = usersOf(world, claim, pod);
    const modes: readonly string[] = object.spec.accessModes ?? [];
    if (modes.includes('ReadWriteOncePod') && users.length > 0)
      return `0/${nodes.length} nodes are available: node has pod using PersistentVolumeClaim ${claim} with ReadWriteOncePod access mode`;
    const [user] = users;
    if (user !== undefined && modes.every((mode) => mode === 'ReadWriteOnce'))
      able = able.filter((name) => name === user.spec.nodeName);
  }
  const [first] = able;
  if (first === undefined)
    return `0/${nodes.length} nodes are available: ${nodes.length} node(s) had volume node affinity conflict`;
  put(world, { ...pod, spec: { ...pod.spec, nodeName: first } });
  return undefined;
}

export function claimsOf(pod: Obj): readonly string[] {
  const volumes: readonly { persistentVolumeClaim?: { claimName: string } }[] = pod.spec.volumes ?? [];
  return volumes.flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
}

function nodesOf(world: World, claim: Obj): readonly string[] | undefined {
  const volume = world.objects[`PersistentVolume//${claim.spec.volumeName}`];
  const terms: readonly { matchExpressions: readonly { values: readonly string[] }[] }[] =
    volume?.spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const names = terms.flatMap((term) => term.matchExpressions.flatMap(({ values }) => values));
  return names.length === 0 ? undefined : names;
}

/** Pods on a Kubernetes node that mount a claim and have not ended. */
function usersOf(world: World, claim: string, pod: Obj): readonly Obj[] {
  return list(world, { apiVersion: 'v1', kind: 'Pod', namespace }).filter(
    (each) =>
      each.metadata.uid !== pod.metadata.uid &&
      each.spec.nodeName !== undefined &&
      !['Succeeded', 'Failed'].includes(each.status?.phase) &&
      claimsOf(each).includes(claim),
  );
}
