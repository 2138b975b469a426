/** The Kubernetes cluster of the tests: the lab's, or with GALERA_E2E_OUTSIDE=1 the one that KUBECONFIG names. */
import { join } from 'node:path';
import {
  ApiException,
  AppsV1Api,
  BatchV1Api,
  CoordinationV1Api,
  CoreV1Api,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
} from '@kubernetes/client-node';
import { labFolder } from './shell.ts';

export const outside = process.env.GALERA_E2E_OUTSIDE === '1';

/** Path of the administrator's kubeconfig. */
export function kubeconfig(): string {
  if (!outside) return join(labFolder, 'pki', 'admin.kubeconfig');
  const path = process.env.KUBECONFIG;
  if (path === undefined) throw new Error('GALERA_E2E_OUTSIDE=1 needs KUBECONFIG');
  return path;
}

function makeClients() {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig());
  return {
    config,
    core: config.makeApiClient(CoreV1Api),
    apps: config.makeApiClient(AppsV1Api),
    batch: config.makeApiClient(BatchV1Api),
    leases: config.makeApiClient(CoordinationV1Api),
    objects: KubernetesObjectApi.makeApiClient(config),
  };
}

let made: ReturnType<typeof makeClients> | undefined;

/** API clients of the administrator, made once. */
export function clients(): ReturnType<typeof makeClients> {
  made ??= makeClients();
  return made;
}

/** Forgets the clients: the certificates may be new ones. */
export function resetClients(): void {
  made = undefined;
}

export const isNotFound = (error: unknown): boolean => error instanceof ApiException && error.code === 404;

/** Creates the objects, or makes them so (server-side apply, one after the other). */
export async function apply(objects: readonly KubernetesObject[]): Promise<void> {
  for (const object of objects) {
    await clients().objects.patch(object, undefined, undefined, 'lab', true, PatchStrategy.ServerSideApply);
  }
}

/** Deletes the objects, and in the background what they own; one that is not there is as good. */
export async function remove(objects: readonly KubernetesObject[]): Promise<void> {
  for (const object of objects) {
    await clients()
      .objects.delete(object, undefined, undefined, undefined, undefined, 'Background')
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
  }
}
