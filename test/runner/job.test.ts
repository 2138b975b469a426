import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderJob } from '../../src/runner/job.ts';
import { scriptOf } from '../../src/runner/scripts.ts';
import type { Place, RunnerSpec, Verb } from '../../src/target/jobs.ts';

const place: Place = {
  namespace: 'openstack',
  image: 'registry.local/galera@sha256:0',
  imagePullPolicy: 'IfNotPresent',
  imagePullSecrets: ['registry'],
  serviceAccount: 'mariadb',
  supplementalGroups: [1001],
  seLinuxOptions: { level: 's0:c1,c2' },
  tolerations: [{ key: 'database', operator: 'Exists' }],
  node: 'node1',
  mounts: [
    { claim: 'mysql-data-2', mountPath: '/data', readOnly: true },
    { claim: 'galera-backups', mountPath: '/backups', readOnly: false },
  ],
};

const spec: RunnerSpec = {
  name: 'galera-runbook-k3p9x2-copy-1-2',
  run: 'k3p9x2',
  step: 'copy',
  attempt: 1,
  member: 'mariadb-server-2',
  verb: 'copy',
  values: { USER: 'root', DATADIR: '/data' },
  account: { user: 'root', secret: 'mariadb-root', key: 'pass$word' },
  place,
  deadlineMs: 1500,
};

const podOf = (of: RunnerSpec) => renderJob(of).spec.template.spec;
const containerOf = (of: RunnerSpec) => podOf(of).containers[0];
const withPlace = (change: Partial<Place>): RunnerSpec => ({ ...spec, place: { ...place, ...change } });

/** As the kubelet does (third_party/forked/golang/expansion). */
function expand(text: string, names: Readonly<Record<string, string>>): string {
  return text.replace(/\$(?:(\$)|\(([^)]*)\)|(.))/gsu, (all, dollar, name, other) =>
    dollar ? '$' : name !== undefined ? (names[name] ?? all) : `$${other}`,
  );
}

describe('a runner as a Job', () => {
  test('runs once, in the time it has, with time to clean up', () => {
    const { metadata, spec: job } = renderJob(spec);
    const labels = {
      'app.kubernetes.io/managed-by': 'galera-runbook',
      'galera-runbook/run': 'k3p9x2',
      'galera-runbook/step': 'copy',
      'galera-runbook/attempt': '1',
      'galera-runbook/member': 'mariadb-server-2',
    };
    expect(metadata).toEqual({ name: spec.name, namespace: 'openstack', labels });
    expect(job).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 2 });
    expect(job.template.metadata).toEqual({ labels });
    expect(podOf(spec)).toMatchObject({ restartPolicy: 'Never', terminationGracePeriodSeconds: 60 });
    expect(renderJob({ ...spec, member: undefined } as unknown as RunnerSpec).metadata.labels).not.toHaveProperty([
      'galera-runbook/member',
    ]);
  });

  test('goes where and as who the member is, and never sets fsGroup', () => {
    const pod = podOf(withPlace({ runAsUser: 1001, runAsGroup: 1002 }));
    expect(pod.securityContext).toEqual({
      runAsUser: 1001,
      runAsGroup: 1002,
      supplementalGroups: [1001],
      seLinuxOptions: { level: 's0:c1,c2' },
    });
    expect(JSON.stringify(pod)).not.toContain('fsGroup');
    expect(pod).toMatchObject({
      serviceAccountName: 'mariadb',
      automountServiceAccountToken: false,
      imagePullSecrets: [{ name: 'registry' }],
      tolerations: place.tolerations,
    });
    expect(pod.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms).toEqual([
      { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node1'] }] },
    ]);
    expect(pod).not.toHaveProperty('nodeName');
    const { node: _, ...anywhere } = place;
    expect(podOf({ ...spec, place: anywhere })).not.toHaveProperty('affinity');
  });

  test('keeps root only where the member is root', () => {
    expect(containerOf(spec).securityContext).toEqual({ allowPrivilegeEscalation: false });
    expect(containerOf(withPlace({ runAsUser: 0 })).securityContext).toEqual({ allowPrivilegeEscalation: false });
    expect(containerOf(withPlace({ runAsUser: 1001 })).securityContext).toEqual({
      allowPrivilegeEscalation: false,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    });
  });

  test('mounts read-only what it only reads, in the volume and in the mount', () => {
    const { volumes, containers } = podOf({
      ...spec,
      place: { ...place, mounts: [...place.mounts, { claim: 'c', mountPath: '/c', subPath: 'mysql', readOnly: true }] },
    });
    expect(volumes.slice(0, 3)).toEqual([
      { name: 'volume-0', persistentVolumeClaim: { claimName: 'mysql-data-2', readOnly: true } },
      { name: 'volume-1', persistentVolumeClaim: { claimName: 'galera-backups', readOnly: false } },
      { name: 'volume-2', persistentVolumeClaim: { claimName: 'c', readOnly: true } },
    ]);
    expect(containers[0].volumeMounts.slice(0, 3)).toEqual([
      { name: 'volume-0', mountPath: '/data', readOnly: true },
      { name: 'volume-1', mountPath: '/backups', readOnly: false },
      { name: 'volume-2', mountPath: '/c', subPath: 'mysql', readOnly: true },
    ]);
    expect(containerOf(spec).env).toContainEqual({
      name: 'GR_CLAIMS',
      value: '/data=mysql-data-2 /backups=galera-backups',
    });
  });

  test('gives the password as a file: no secret in the specification', () => {
    const { volumes, containers } = podOf(spec);
    expect(volumes).toContainEqual({
      name: 'secret',
      secret: { secretName: 'mariadb-root', items: [{ key: 'pass$word', path: 'password' }], defaultMode: 0o444 },
    });
    expect(containers[0].volumeMounts).toContainEqual({
      name: 'secret',
      mountPath: '/run/galera-runbook/secret',
      readOnly: true,
    });
    for (const { name, valueFrom } of containers[0].env) {
      expect(name).not.toMatch(/PASSWORD|SECRET/i);
      expect(valueFrom).toBeUndefined();
    }
    const { account: _, ...without } = spec;
    expect(JSON.stringify(renderJob(without))).not.toContain('mariadb-root');
  });

  test('whatever the values, bash gets them as they are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.array(fc.constantFrom('$', '$$', '$(', 'GR_USER', ')', 'é', ' ')),
        (some, more) => {
          const value = some + more.join('');
          const env: { name: string; value: string }[] = containerOf({
            ...spec,
            values: { USER: 'root', X: value },
          }).env;
          const given = env.find(({ name }) => name === 'GR_X')?.value ?? '';
          expect(expand(given, { GR_USER: 'expanded' })).toBe(value);
        },
      ),
    );
  });
});

const verbs: readonly Verb[] = [
  'measure',
  'copy',
  'prove',
  'list',
  'remove',
  'unpack',
  'open',
  'position',
  'swap',
  'swap-back',
  'bootstrap',
  'discard',
];

describe.each(verbs)('the script of %s', (verb) => {
  const [bash, , , dashC, given, name] = containerOf({ ...spec, verb }).command;

  test('is bash, arrives as written and fits into one argument', () => {
    expect([bash, dashC, name]).toEqual(['bash', '-c', 'galera-runbook']);
    expect(expand(given, { GR_USER: 'expanded' })).toBe(scriptOf(verb));
    expect(given.length).toBeLessThan(128 * 1024);
    execFileSync('bash', ['-n'], { input: scriptOf(verb) });
  });

  test('uses only values that the contract gives it', () => {
    const used = new Set(scriptOf(verb).match(/(?<=\$\{?)GR_[A-Z_0-9]+/g));
    expect(
      [...used].filter((each) => !contract[verb].includes(each.slice(3)) && !common.includes(each.slice(3))),
    ).toEqual([]);
  });
});

const common = ['SCRATCH', 'PASSWORD_FILE', 'VERB', 'CLAIMS', 'USER', 'RESERVE', 'WORK', 'DATADIR'];
const contract: Readonly<Record<Verb, readonly string[]>> = {
  measure: [],
  copy: ['HOST', 'BACKUPS', 'ID', 'ARCHIVE_PERCENT', 'QUEUE_LIMIT', 'DESYNC_COUNT', 'STARTED'],
  prove: ['BACKUPS', 'ID', 'SHA256', 'BYTES', 'MANIFEST'],
  list: ['BACKUPS'],
  remove: ['BACKUPS', 'IDS'],
  unpack: ['BACKUPS', 'ID', 'SHA256', 'BYTES', 'DATA_BYTES', 'COMPRESSION', 'FILE', 'POSITION'],
  open: [],
  position: [],
  swap: ['POSITION', 'KEEP'],
  'swap-back': [],
  bootstrap: ['POSITION', 'SAFE'],
  discard: ['WHAT'],
};
