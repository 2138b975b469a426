import { expect, it } from 'vitest';
import { newWorld } from '../../src/simulator/build.ts';
import { step } from '../../src/simulator/step.ts';
import type { World } from '../../src/simulator/world.ts';

const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'openstack', name: 'mariadb-server' };

function patched(world: World, spec: object): World {
  const uid = world.objects['StatefulSet/openstack/mariadb-server']?.metadata.uid ?? '';
  const after = step(world, { do: 'patch', ref: set, patch: { spec: spec as never }, guard: { uid } }).world;
  return step(after, { do: 'tick', ms: 60_000 }).world;
}

const pods = (world: World) =>
  Object.values(world.objects).flatMap(({ kind, metadata }) => (kind === 'Pod' ? [metadata.name] : []));

it('a StatefulSet that begins at another ordinal has the pods from there on, as Kubernetes does since 1.27', () => {
  const world = newWorld({ podManagement: 'Parallel' });
  const stopped = patched(world, { replicas: 0 });
  expect(pods(stopped)).toEqual([]);
  const shifted = patched(stopped, { replicas: 1, ordinals: { start: 2 } });
  expect(pods(shifted)).toEqual(['mariadb-server-2']);
  expect(pods(patched(shifted, { replicas: 3, ordinals: null })).toSorted()).toEqual(
    [0, 1, 2].map((ordinal) => `mariadb-server-${ordinal}`),
  );
});
