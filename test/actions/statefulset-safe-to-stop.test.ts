import { beforeEach, expect, test } from 'vitest';
import { statefulsetSafeToStop } from '../../src/actions/statefulset-safe-to-stop.ts';
import type { Obj } from '../../src/target/kubernetes.ts';
import { FakeTarget, refusal, yes } from './fake-target.ts';

let target: FakeTarget;
beforeEach(() => {
  target = new FakeTarget();
});

const check = () => statefulsetSafeToStop.observe({}, target);
const change = (of: (set: Obj) => Obj) => target.change('StatefulSet', 'mariadb-server', of);
const spec = (more: object) => change((set) => ({ ...set, spec: { ...set.spec, ...more } }));
const metadata = (more: object) => change((set) => ({ ...set, metadata: { ...set.metadata, ...more } }));
const status = (more: object) => change((set) => ({ ...set, status: { ...set.status, ...more } }));
const hpa = (kind: string, name: string): Obj => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'scaler', namespace: 'openstack' },
  spec: { scaleTargetRef: { kind, name } },
});

test('records every claim and volume, and the policy', async () => {
  const { output, facts } = yes(await check());
  expect(output.volumes).toContainEqual({
    member: 'mariadb-server-1',
    claim: 'mysql-data-mariadb-server-1',
    claimUid: 'claim-mysql-data-mariadb-server-1',
    volume: 'volume-mysql-data-mariadb-server-1',
  });
  expect(facts).toMatchObject({ podManagementPolicy: 'OrderedReady', whenScaled: 'Retain' });
});

test('refuses where claims are left of a larger size: a member scaled up later would join on the old history unseen', async () => {
  const claim = [...target.objects.values()].find(({ metadata }) => metadata.name === 'mysql-data-mariadb-server-1');
  for (const ordinal of [10, 3])
    target.put({
      ...claim,
      metadata: { name: `mysql-data-mariadb-server-${ordinal}`, namespace: 'openstack' },
    } as Obj);
  const { text, kind } = refusal(await check());
  expect(kind).toBe('refused');
  expect(text).toContain('mysql-data-mariadb-server-3, mysql-data-mariadb-server-10');
});

test.each([
  [
    'that deletes its claims when scaled',
    () => spec({ persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } }),
    'whenScaled is Delete',
  ],
  [
    'that something owns',
    () => metadata({ ownerReferences: [{ kind: 'Galera', name: 'openstack', uid: 'x' }] }),
    'owned by Galera openstack',
  ],
  [
    'that an autoscaler scales',
    () => target.put(hpa('StatefulSet', 'mariadb-server')),
    'HorizontalPodAutoscaler scaler',
  ],
  [
    'that Argo CD manages',
    () => metadata({ annotations: { 'argocd.argoproj.io/tracking-id': 'x' } }),
    'argocd.argoproj.io/tracking-id',
  ],
  [
    'that Flux manages',
    () => metadata({ labels: { 'kustomize.toolkit.fluxcd.io/name': 'x' } }),
    'kustomize.toolkit.fluxcd.io/name',
  ],
  ['whose ordinals begin elsewhere on purpose', () => spec({ ordinals: { start: 1 } }), 'spec.ordinals.start is 1'],
  ['that is being deleted', () => metadata({ deletionTimestamp: '2026-11-21T05:00:00Z' }), 'being deleted'],
  ['in a rolling update', () => status({ updateRevision: 'b' }), 'rolling update'],
  ['whose change was not seen yet', () => metadata({ generation: 2 }), 'rolling update'],
  [
    'with an unbound claim',
    () =>
      target.change('PersistentVolumeClaim', 'mysql-data-mariadb-server-1', (claim) => ({
        ...claim,
        status: { phase: 'Lost' },
      })),
    'mysql-data-mariadb-server-1 is not bound',
  ],
])('refuses a StatefulSet %s', async (_what, spoil, says) => {
  spoil();
  const refused = refusal(await check());
  expect(refused.kind).toBe('refused');
  expect(refused.text).toContain(says);
});

test('tells all reasons at once', async () => {
  spec({ persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } });
  target.put(hpa('StatefulSet', 'mariadb-server'));
  expect(refusal(await check()).text).toMatch(/whenScaled.*HorizontalPodAutoscaler/s);
});

test('does not mind an autoscaler of something else, nor Flux that leaves it alone', async () => {
  target.put(hpa('Deployment', 'mariadb-server'));
  metadata({
    labels: { 'kustomize.toolkit.fluxcd.io/name': 'x' },
    annotations: { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' },
  });
  yes(await check());
});

test('warns of a changed template that waits for a restart', async () => {
  spec({ updateStrategy: { type: 'OnDelete' } });
  status({ updateRevision: 'b' });
  expect(yes(await check()).warnings).toHaveLength(1);
});
