import { expect, test } from 'vitest';
import { fail } from '../../src/base/failure.ts';
import { steadyReads } from '../../src/commands/steady-reads.ts';
import type { KubeReads } from '../../src/target/kubernetes.ts';
import { failureFrom } from '../actions/fail.ts';

const volume = { apiVersion: 'v1', kind: 'PersistentVolume', name: 'pv-0' };
const service = { apiVersion: 'v1', kind: 'Service', namespace: 'openstack', name: 'mariadb' };
const claims = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'openstack' };
const pods = { apiVersion: 'v1', kind: 'Pod', namespace: 'openstack' };

function counting() {
  const asked: string[] = [];
  let now = 0;
  const kube: KubeReads = {
    get: async ({ kind, name }) => {
      asked.push(`get ${kind}`);
      if (name === 'gone') fail('unknown', 'an answer', 'none', 'ask again');
      return { apiVersion: 'v1', kind, metadata: { name } };
    },
    list: async ({ kind }) => {
      asked.push(`list ${kind}`);
      return [];
    },
    logs: async () => '',
  };
  return { asked, kube: steadyReads(kube, () => now), pass: (ms: number) => (now += ms) };
}

test('claims, volumes and the Service are asked for twice a minute, everything else each time', async () => {
  const { asked, kube, pass } = counting();
  for (let second = 0; second < 60; second += 2) {
    await Promise.all([kube.get(volume), kube.get(service), kube.list(claims), kube.list(pods)]);
    pass(2000);
  }
  const times = (what: string) => asked.filter((each) => each === what).length;
  expect([times('get PersistentVolume'), times('get Service'), times('list PersistentVolumeClaim')]).toEqual([2, 2, 2]);
  expect(times('list Pod')).toBe(30);
});

test('one that gave no answer is asked again', async () => {
  const { asked, kube } = counting();
  for (const _ of [1, 2]) expect((await failureFrom(kube.get({ ...volume, name: 'gone' }))).found).toBe('none');
  expect(asked).toHaveLength(2);
});
