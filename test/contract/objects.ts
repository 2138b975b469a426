import { expect, it } from 'vitest';
import { Conflict, type Obj, type Ref } from '../../src/target/kubernetes.ts';
import { failureKind, type Ground, member, scaleTo, until, view } from './ground.ts';

const labels = { 'galera-runbook-contract': 'yes' };

/** Kubernetes objects: guards, conflicts, rights, and what a StatefulSet does. */
export function objectContract(of: () => Ground): void {
  const refOf = (name: string): Ref => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: of().config.namespace,
    name,
  });
  const make = (name: string, data: Record<string, string>): Promise<Obj> =>
    of().ports.kube.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: of().config.namespace, labels },
      data,
    });
  const gone = async (name: string) => {
    const found = await of().ports.kube.get(refOf(name));
    if (found) await of().ports.kube.remove(refOf(name), found.metadata.uid ?? '');
  };

  it('an object that is not there is absent, not a failure', async () => {
    expect(await of().ports.kube.get(refOf('contract-absent'))).toBeUndefined();
  });

  it('a created object has a uid and a resourceVersion, and is listed by its labels', async () => {
    await gone('contract-a');
    const made = await make('contract-a', { x: '1' });
    expect(made.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(made.metadata.resourceVersion).toMatch(/^\d+$/);
    const kind = { apiVersion: 'v1', kind: 'ConfigMap', namespace: of().config.namespace };
    const names = (await of().ports.kube.list(kind, 'galera-runbook-contract=yes')).map(
      ({ metadata }) => metadata.name,
    );
    expect(names).toContain('contract-a');
    expect(
      (await of().ports.kube.list(kind, 'galera-runbook-contract=no')).map(({ metadata }) => metadata.name),
    ).toEqual([]);
  });

  it('a name that is taken is a conflict, and what is there stays', async () => {
    await gone('contract-b');
    await make('contract-b', { x: '1' });
    await expect(make('contract-b', { x: '2' })).rejects.toBeInstanceOf(Conflict);
    expect((await of().ports.kube.get(refOf('contract-b')))?.data).toEqual({ x: '1' });
  });

  it('a patch merges, null removes a field, and the resourceVersion moves', async () => {
    await gone('contract-c');
    const made = await make('contract-c', { keep: '1', drop: '2' });
    const uid = made.metadata.uid ?? '';
    const patched = await of().ports.kube.patch(refOf('contract-c'), { data: { drop: null, more: '3' } }, { uid });
    expect(patched.data).toEqual({ keep: '1', more: '3' });
    expect(patched.metadata.uid).toBe(uid);
    expect(patched.metadata.resourceVersion).not.toBe(made.metadata.resourceVersion);
  });

  it('a patch guarded by another uid or an old resourceVersion is a conflict, and changes nothing', async () => {
    await gone('contract-d');
    const made = await make('contract-d', { x: '1' });
    const uid = made.metadata.uid ?? '';
    const change = { data: { x: '2' } };
    const other = '00000000-0000-4000-8000-000000000000';
    await expect(of().ports.kube.patch(refOf('contract-d'), change, { uid: other })).rejects.toBeInstanceOf(Conflict);
    await of().ports.kube.patch(refOf('contract-d'), { data: { y: '1' } }, { uid });
    const old = { uid, resourceVersion: made.metadata.resourceVersion ?? '' };
    await expect(of().ports.kube.patch(refOf('contract-d'), change, old)).rejects.toBeInstanceOf(Conflict);
    expect((await of().ports.kube.get(refOf('contract-d')))?.data).toEqual({ x: '1', y: '1' });
  });

  it('an object is removed by its uid only; gone already is fine', async () => {
    await gone('contract-e');
    const made = await make('contract-e', { x: '1' });
    const other = '00000000-0000-4000-8000-000000000000';
    await expect(of().ports.kube.remove(refOf('contract-e'), other)).rejects.toBeInstanceOf(Conflict);
    expect(await of().ports.kube.get(refOf('contract-e'))).toBeDefined();
    await of().ports.kube.remove(refOf('contract-e'), made.metadata.uid ?? '');
    await of().ports.kube.remove(refOf('contract-e'), made.metadata.uid ?? '');
    expect(await of().ports.kube.get(refOf('contract-e'))).toBeUndefined();
  });

  it('a missing right is a refusal', async () => {
    const { readOnly, config } = of();
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'contract-f', namespace: config.namespace },
    };
    expect(await failureKind(readOnly.kube.create(object))).toBe('refused');
    expect(await of().ports.kube.get(refOf('contract-f'))).toBeUndefined();
  });

  it('a StatefulSet that is scaled down ends the pod with the highest ordinal, keeps its claim, and gives it a new pod later', async () => {
    const before = await view(of());
    await scaleTo(of(), 2);
    await until(of(), 'two pods', async () => (await view(of())).members[2]?.pod === undefined);
    const during = await view(of());
    expect(during.members[2]?.data.bound).toBe(true);
    expect(during.members[0]?.pod?.uid).toBe(before.members[0]?.pod?.uid);
    await scaleTo(of(), 3);
    const after = await until(of(), 'three Ready pods', async () => {
      const { members } = await view(of());
      return members.every(({ pod }) => pod?.ready) && members;
    });
    expect(after[2]?.pod?.uid).not.toBe(before.members[2]?.pod?.uid);
    expect(after[2]?.data.volume).toBe(before.members[2]?.data.volume);
  });

  it('the log of a member tells how it joined', async () => {
    const { config, ports } = of();
    const log = await ports.kube.logs({
      namespace: config.namespace,
      name: member(of(), 2),
      container: config.container,
    });
    expect(log).toMatch(/WSREP/);
    expect(log).toMatch(/IST/);
  });
}
