import { describe, expect, test } from 'vitest';
import type { MemberView } from '../../src/actions/cluster-view.ts';
import { type UnpackOrder, unpackOrder } from '../../src/actions/unpack-order.ts';

const member = (ordinal: number, node: string): MemberView => ({
  name: `db-${ordinal}`,
  ordinal,
  pod: { uid: 'u', node, ready: true, deleting: false, phase: 'Running', restarts: 0 },
  data: { claim: `data-db-${ordinal}`, accessModes: ['ReadWriteOnce'], nodes: [node], bound: true },
  inService: true,
});
const apart = [member(0, 'node0'), member(1, 'node1')];
const beside = [member(0, 'node0'), member(1, 'node0')];
const backups = (mode: string, more = {}) => ({ claim: 'galera-backups', accessModes: [mode], bound: true, ...more });

function order(members: readonly MemberView[], of: ReturnType<typeof backups>): UnpackOrder {
  const found = unpackOrder(members, of, []);
  if ('expected' in found) throw new Error(found.found);
  return found;
}

test('a claim that every Kubernetes node reaches is read by all at once', () => {
  expect(order(apart, backups('ReadWriteMany'))).toEqual({
    together: true,
    because: 'claim galera-backups is ReadWriteMany',
  });
  expect(order(apart, backups('ReadOnlyMany')).together).toBe(true);
});

test('a ReadWriteOnce claim moves from one Kubernetes node to the next', () => {
  expect(order(apart, backups('ReadWriteOnce'))).toEqual({
    together: false,
    because: 'claim galera-backups is ReadWriteOnce: it moves from one Kubernetes node to the next',
  });
});

test('a ReadWriteOnce claim is read at once where all members share a Kubernetes node', () => {
  expect(order(beside, backups('ReadWriteOnce', { nodes: ['node0'] })).together).toBe(true);
});

test('a ReadWriteOncePod claim is read by one pod at a time, wherever they are', () => {
  expect(order(beside, backups('ReadWriteOncePod')).together).toBe(false);
});

test('a pair of claims that no Kubernetes node reaches is refused by name', () => {
  const found = unpackOrder(apart, backups('ReadWriteOnce', { nodes: ['node0'] }), []);
  expect(found).toMatchObject({
    kind: 'refused',
    found: 'db-1: claim data-db-1 is on node1, claim galera-backups only on node0',
  });
});

test('a claim that is not bound is refused', () => {
  expect(unpackOrder(apart, backups('ReadWriteMany', { bound: false }), [])).toMatchObject({ kind: 'refused' });
});

describe('a backup claim that another pod mounts', () => {
  const mounting = (node: string, more = {}) => [
    { pod: 'web-0', node, uid: 'u', claims: ['galera-backups'], phase: 'Running', labels: {}, ...more },
  ];

  test('on another Kubernetes node is refused with the pair and the pod, when one node at a time may have it', () => {
    const found = unpackOrder(apart, backups('ReadWriteOnce'), mounting('node0'));
    expect(found).toMatchObject({
      kind: 'refused',
      found:
        'db-1: claim data-db-1 is on node1, claim galera-backups is ReadWriteOnce and mounted by pod web-0 on node0',
    });
  });

  test('anywhere is refused when one pod at a time may have it', () => {
    expect(unpackOrder(beside, backups('ReadWriteOncePod'), mounting('node0'))).toMatchObject({ kind: 'refused' });
  });

  test.each([
    ['every node may have it', backups('ReadWriteMany'), apart, mounting('node0')],
    ['it is on the same node', backups('ReadWriteOnce'), beside, mounting('node0')],
    ['it has ended', backups('ReadWriteOnce'), apart, mounting('node0', { phase: 'Succeeded' })],
    ['it waits for a node itself', backups('ReadWriteOnce'), apart, mounting('node0', { node: undefined })],
    [
      'it is a runner of this program',
      backups('ReadWriteOnce'),
      apart,
      mounting('node0', { labels: { 'app.kubernetes.io/managed-by': 'galera-runbook' } }),
    ],
  ])('does not matter where %s', (_why, claim, members, held) => {
    expect(unpackOrder(members, claim, held)).toHaveProperty('together');
  });
});
