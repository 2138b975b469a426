import { invariant } from '../base/failure.ts';

interface Resource {
  /** `pods`, as it stands in addresses. */
  readonly plural: string;
  /** `jobs.batch`, as RBAC and kubectl say it. */
  readonly name: string;
  readonly namespaced: boolean;
}

/** Every kind that this program reads or writes: no discovery, so a plan asks the API server for nothing else. */
const plurals: { readonly [kind: string]: string } = {
  ConfigMap: 'configmaps',
  CronJob: 'cronjobs',
  EndpointSlice: 'endpointslices',
  Event: 'events',
  HorizontalPodAutoscaler: 'horizontalpodautoscalers',
  Job: 'jobs',
  Lease: 'leases',
  Namespace: 'namespaces',
  Node: 'nodes',
  PersistentVolume: 'persistentvolumes',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  Pod: 'pods',
  PodDisruptionBudget: 'poddisruptionbudgets',
  Secret: 'secrets',
  Service: 'services',
  StatefulSet: 'statefulsets',
};

const clusterScoped = new Set(['Namespace', 'Node', 'PersistentVolume']);

export function resourceOf(of: { readonly apiVersion: string; readonly kind: string }): Resource {
  const plural = plurals[of.kind];
  invariant(plural !== undefined, `kind ${of.kind} is not in the table of src/kubernetes/kinds.ts`);
  const group = of.apiVersion.includes('/') ? of.apiVersion.slice(0, of.apiVersion.indexOf('/')) : '';
  return { plural, name: group === '' ? plural : `${plural}.${group}`, namespaced: !clusterScoped.has(of.kind) };
}

/** Address of one object, or of all of a kind in a namespace or everywhere. */
export function pathOf(of: {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name?: string;
}): string {
  const { plural, namespaced } = resourceOf(of);
  invariant(namespaced || of.namespace === undefined, `${of.kind} has no namespace`);
  invariant(
    !namespaced || of.name === undefined || of.namespace !== undefined,
    `${of.kind} ${of.name} needs a namespace`,
  );
  return [
    of.apiVersion.includes('/') ? '/apis' : '/api',
    of.apiVersion,
    ...(of.namespace === undefined ? [] : ['namespaces', encodeURIComponent(of.namespace)]),
    plural,
    ...(of.name === undefined ? [] : [encodeURIComponent(of.name)]),
  ].join('/');
}
