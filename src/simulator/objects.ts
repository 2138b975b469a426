import { FailureError, failure } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import { Conflict, type Kind, type Obj, type Ref } from '../target/kubernetes.ts';
import { newUuid, type World } from './world.ts';

/** The API server: what may be asked of it, with the sentences that its answers become in `src/kubernetes`. */

const plurals: { readonly [kind: string]: string } = {
  ConfigMap: 'configmaps',
  CronJob: 'cronjobs.batch',
  EndpointSlice: 'endpointslices.discovery.k8s.io',
  Event: 'events',
  HorizontalPodAutoscaler: 'horizontalpodautoscalers.autoscaling',
  Job: 'jobs.batch',
  Lease: 'leases.coordination.k8s.io',
  Namespace: 'namespaces',
  Node: 'nodes',
  PersistentVolume: 'persistentvolumes',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  Pod: 'pods',
  PodDisruptionBudget: 'poddisruptionbudgets.policy',
  Secret: 'secrets',
  Service: 'services',
  StatefulSet: 'statefulsets.apps',
};

export const context = 'practice';
const server = 'https://practice.invalid:6443';
/** The API server's own limit of what it stores, by and large. */
const mostBytes = 1024 * 1024;

export function keyOf(of: { readonly kind: string; readonly namespace?: string; readonly name: string }): string {
  return `${of.kind}/${of.namespace ?? ''}/${of.name}`;
}

export function refOf(object: Obj): Ref {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace } = metadata;
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** Throws when the API server does not answer, or when RBAC says no. */
export function requireAccess(world: World, verb: string, of: Kind & { readonly name?: string }): void {
  const what = whatOf(verb, of);
  if (world.faults.apiGone) {
    throw new FailureError(
      failure(
        'unknown',
        `an answer of API server ${server} to: ${what}`,
        'connect ECONNREFUSED',
        'ask again; if it stays so, look at the API server',
      ),
    );
  }
  const resource = plurals[of.kind] ?? of.kind.toLowerCase();
  const right = `${verb} ${resource}`;
  if (!world.faults.denied.includes(right)) return;
  const place = of.namespace === undefined ? '' : ` in namespace ${of.namespace}`;
  throw new FailureError(
    failure(
      'refused',
      `the right to ${right}${place} for user practice (context ${context})`,
      `${resource} is forbidden: User "practice" cannot ${verb} resource "${resource}"`,
      'ask for the right, or use another context',
    ),
  );
}

function nameOf(of: Kind & { readonly name?: string }): string {
  if (of.name === undefined) return `${of.kind}s${of.namespace === undefined ? '' : ` in namespace ${of.namespace}`}`;
  return `${of.kind} ${of.namespace === undefined ? '' : `${of.namespace}/`}${of.name}`;
}

export function whatOf(verb: string, of: Kind & { readonly name?: string }): string {
  return `${verb} ${nameOf(of)}`;
}

function conflict(what: string, said: string, next = 'read it again'): Conflict {
  return new Conflict(failure('failed', `${what} to meet the object as it was read`, said, next));
}

export function get(world: World, ref: Ref): Obj | undefined {
  return world.objects[keyOf(ref)];
}

export function list(world: World, kind: Kind, labels?: string): readonly Obj[] {
  const prefix = `${kind.kind}/${kind.namespace === undefined ? '' : `${kind.namespace}/`}`;
  const terms = (labels ?? '').split(',').filter((term) => term !== '');
  const found: Obj[] = [];
  // Asked several times in every moment of a practice: no lists in between.
  for (const key in world.objects) {
    const object = key.startsWith(prefix) ? world.objects[key] : undefined;
    if (object !== undefined && terms.every((term) => hasLabel(object, term))) found.push(object);
  }
  return found;
}

function hasLabel(object: Obj, term: string): boolean {
  const at = term.indexOf('=');
  return object.metadata.labels?.[term.slice(0, at)] === term.slice(at + 1);
}

function stamped(world: World, object: Obj, more: Partial<Obj['metadata']>): Obj {
  world.revision += 1;
  return { ...object, metadata: { ...object.metadata, ...more, resourceVersion: String(world.revision) } };
}

export function create(world: World, object: Obj): Obj {
  const ref = refOf(object);
  const what = whatOf('create', ref);
  if (world.objects[keyOf(ref)] !== undefined)
    throw conflict(what, `${ref.kind} "${ref.name}" already exists`, 'look at the object that has this name');
  refuseLarge(what, object);
  const made = stamped(world, withoutScript(object), {
    uid: newUuid(world),
    generation: 1,
    creationTimestamp: new Date(world.now).toISOString(),
  });
  world.objects[keyOf(ref)] = made;
  return made;
}

/** What a runner's bash runs is long and nobody reads it back: a practice is kept in a file after every step. */
function withoutScript(object: Obj): Obj {
  if (object.kind !== 'Job') return object;
  const { template } = object.spec;
  const containers = template.spec.containers.map((each: JsonObject) => ({ ...each, command: ['bash'] }));
  return { ...object, spec: { ...object.spec, template: { ...template, spec: { ...template.spec, containers } } } };
}

function refuseLarge(what: string, object: Obj): void {
  if (object.kind !== 'ConfigMap') return;
  const size = [...Object.values(object.data ?? {}), ...Object.values(object.binaryData ?? {})].reduce(
    (sum: number, text) => sum + String(text).length,
    0,
  );
  if (size <= mostBytes) return;
  throw new FailureError(
    failure(
      'failed',
      `${what} to be accepted`,
      `ConfigMap: Too long: must have at most ${mostBytes} bytes`,
      'write less',
    ),
  );
}

export function patch(
  world: World,
  ref: Ref,
  change: JsonObject,
  guard: { readonly uid: string; readonly resourceVersion?: string },
): Obj {
  const what = whatOf('patch', ref);
  const found = world.objects[keyOf(ref)];
  if (found === undefined) {
    throw new Conflict(failure('failed', `${nameOf(ref)} with uid ${guard.uid}`, 'it is gone', 'read it again'));
  }
  const { uid, resourceVersion } = found.metadata;
  if (uid !== guard.uid)
    throw conflict(what, `the UID in the precondition (${guard.uid}) does not match the UID in record (${uid})`);
  if (guard.resourceVersion !== undefined && resourceVersion !== guard.resourceVersion)
    throw conflict(what, 'the object has been modified; please apply your changes to the latest version and try again');
  const merged = merge(found, change) as Obj;
  if (JSON.stringify(merged) === JSON.stringify(found)) return found;
  refuseLarge(what, merged);
  const otherSpec = JSON.stringify(merged.spec) !== JSON.stringify(found.spec);
  const made = stamped(world, merged, otherSpec ? { generation: (found.metadata.generation ?? 0) + 1 } : {});
  world.objects[keyOf(ref)] = made;
  return made;
}

/** RFC 7386. */
function merge(target: unknown, change: unknown): unknown {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) return change;
  const result: { [key: string]: unknown } =
    typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}

/** Background deletion: what an object owns goes with it a moment later. A pod ends in good order first. */
export function remove(world: World, ref: Ref, uid: string): void {
  const found = world.objects[keyOf(ref)];
  if (found === undefined) return;
  if (found.metadata.uid !== uid) throw conflict(whatOf('delete', ref), 'the UID in the precondition does not match');
  if (found.kind === 'Job' && !(keyOf({ ...refOf(found), kind: 'Pod', name: `${ref.name}-0` }) in world.objects))
    delete world.logs[`${ref.name}-0`];
  if (found.kind === 'Pod') {
    terminate(world, found);
    return;
  }
  delete world.objects[keyOf(ref)];
}

/** The controllers' own writing: no guard, no access. */
export function put(world: World, object: Obj): void {
  world.objects[keyOf(refOf(object))] = stamped(world, object, {});
}

export function drop(world: World, object: Obj): void {
  delete world.objects[keyOf(refOf(object))];
}

export function terminate(world: World, pod: Obj): void {
  if (pod.metadata.deletionTimestamp !== undefined) return;
  put(world, { ...pod, metadata: { ...pod.metadata, deletionTimestamp: new Date(world.now).toISOString() } });
}
