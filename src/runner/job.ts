import type { Json, JsonObject } from '../base/json.ts';
import type { Mount, Place, RunnerSpec } from '../target/jobs.ts';
import type { Obj } from '../target/kubernetes.ts';
import { scriptOf } from './scripts.ts';

const secretFolder = '/run/galera-runbook/secret';
const scratchFolder = '/work';

/** The Job of a runner. None of the member's labels, so that no Service and no disruption budget counts its pod. */
export function renderJob(spec: RunnerSpec): Obj {
  const labels = labelsOf(spec);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: spec.name, namespace: spec.place.namespace, labels },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: Math.ceil(spec.deadlineMs / 1000),
      template: { metadata: { labels }, spec: podOf(spec) },
    },
  };
}

function labelsOf(spec: RunnerSpec): Record<string, string> {
  return {
    'app.kubernetes.io/managed-by': 'galera-runbook',
    'galera-runbook/run': spec.run,
    'galera-runbook/step': spec.step,
    'galera-runbook/attempt': String(spec.attempt),
    ...(spec.member === undefined ? {} : { 'galera-runbook/member': spec.member }),
  };
}

function podOf(spec: RunnerSpec): JsonObject {
  const { place } = spec;
  return {
    restartPolicy: 'Never',
    // Time for a trap to end the pipe, give back what it took and remove what it wrote.
    terminationGracePeriodSeconds: 60,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(place.serviceAccount === undefined ? {} : { serviceAccountName: place.serviceAccount }),
    imagePullSecrets: place.imagePullSecrets.map((name) => ({ name })),
    tolerations: place.tolerations,
    // Affinity, not nodeName, which would pass by the scheduler and its checks of volumes. By the node's name, because its label
    // kubernetes.io/hostname may differ.
    ...(place.node === undefined ? {} : { affinity: { nodeAffinity: onNode(place.node) } }),
    securityContext: securityOf(place),
    volumes: volumesOf(spec),
    containers: [containerOf(spec)],
  };
}

function onNode(node: string): JsonObject {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
  return { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } };
}

/** Never fsGroup: the kubelet would change owner and mode of a live member's files. */
function securityOf(place: Place): JsonObject {
  return {
    ...(place.runAsUser === undefined ? {} : { runAsUser: place.runAsUser }),
    ...(place.runAsGroup === undefined ? {} : { runAsGroup: place.runAsGroup }),
    ...(place.supplementalGroups.length === 0 ? {} : { supplementalGroups: place.supplementalGroups }),
    ...(place.seLinuxOptions === undefined ? {} : { seLinuxOptions: place.seLinuxOptions }),
  };
}

/** What the policy "restricted" asks for. Root keeps its rights: it works as the data directory's owner. */
function confinementOf(place: Place): JsonObject {
  if (!place.runAsUser) return { allowPrivilegeEscalation: false };
  return {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

const claimVolume = (index: number): string => `volume-${index}`;

function volumesOf({ place, account }: RunnerSpec): readonly Json[] {
  const claims = place.mounts.map(({ claim, readOnly }, index) => ({
    name: claimVolume(index),
    persistentVolumeClaim: { claimName: claim, readOnly },
  }));
  const scratch = { name: 'work', emptyDir: { medium: 'Memory', sizeLimit: '256Mi' } };
  if (account === undefined) return [...claims, scratch];
  // The kubelet gives the file to root, and an image may have a user of its own: readable by all in this pod, which is this runner.
  const items = [{ key: account.key, path: 'password' }];
  return [...claims, scratch, { name: 'secret', secret: { secretName: account.secret, items, defaultMode: 0o444 } }];
}

function containerOf(spec: RunnerSpec): JsonObject {
  const { place, account } = spec;
  const mounts: readonly Json[] = place.mounts.map(({ mountPath, subPath, readOnly }, index) => ({
    name: claimVolume(index),
    mountPath,
    ...(subPath === undefined ? {} : { subPath }),
    readOnly,
  }));
  const secret = account === undefined ? [] : [{ name: 'secret', mountPath: secretFolder, readOnly: true }];
  return {
    name: 'runner',
    image: place.image,
    imagePullPolicy: place.imagePullPolicy,
    command: ['bash', '-euo', 'pipefail', '-c', literally(scriptOf(spec.verb)), 'galera-runbook'],
    env: environmentOf(spec),
    resources: { requests: { cpu: '100m', memory: '256Mi' } },
    securityContext: confinementOf(place),
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [...mounts, { name: 'work', mountPath: scratchFolder }, ...secret],
  };
}

function environmentOf(spec: RunnerSpec): readonly Json[] {
  const claims = spec.place.mounts.map(({ mountPath, claim }: Mount) => `${mountPath}=${claim}`).join(' ');
  const values = { ...spec.values, CLAIMS: claims, VERB: spec.verb };
  return Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name: `GR_${name}`, value: literally(value) }));
}

/** Kubernetes expands `$(NAME)` in commands and values and makes `$$` one: every dollar doubled stands for itself. */
function literally(text: string): string {
  return text.replaceAll('$', '$$$$');
}
