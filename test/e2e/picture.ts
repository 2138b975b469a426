import { expect } from 'vitest';
import { clients, inLab, inMember, memberVolumePath, names, outside } from '../lab/lab.ts';
import type { Program } from './program.ts';
import { truthEverywhere, wsrep } from './shop.ts';

const members = [0, 1, 2] as const;
const ofProgram = 'app.kubernetes.io/managed-by=galera-runbook';

/** What nobody may have touched: processes, specifications, rows, volumes, backups. Not: counters, free bytes, records of runs. */
export async function picture() {
  const { core, apps } = clients();
  const { namespace } = names;
  const [pods, statefulSet, service, index, truth, states, folders] = await Promise.all([
    core.listNamespacedPod({ namespace, labelSelector: 'application=mariadb' }),
    apps.readNamespacedStatefulSet({ namespace, name: names.statefulSet }),
    core.readNamespacedService({ namespace, name: names.service }),
    core.listNamespacedConfigMap({ namespace, labelSelector: `${ofProgram},galera-runbook/kind=backup` }),
    truthEverywhere(),
    Promise.all(members.map((member) => wsrep(member, ...said))),
    Promise.all(members.map(workFolders)),
  ]);
  return {
    // Also says that no container was started again: that gives it another id.
    pods: Object.fromEntries(
      pods.items.map(({ metadata, status }) => [
        metadata?.name,
        [metadata?.uid, ...(status?.containerStatuses ?? []).map(({ containerID }) => containerID)],
      ]),
    ),
    statefulSet: { spec: statefulSet.spec, annotations: statefulSet.metadata?.annotations ?? {} },
    selector: service.spec?.selector,
    index: Object.fromEntries(index.items.map(({ metadata, data }) => [metadata?.name, data])),
    truth,
    states,
    folders,
  };
}

export type Picture = Awaited<ReturnType<typeof picture>>;

const said = [
  'wsrep_cluster_state_uuid',
  'wsrep_cluster_conf_id',
  'wsrep_cluster_size',
  'wsrep_cluster_status',
  'wsrep_local_state_comment',
  'wsrep_desync_count',
];

/** Work folders of runs on a member's volume; read from under Kubernetes, so that a member that is down can be looked at too. */
export async function workFolders(member: number): Promise<readonly string[]> {
  const list = outside
    ? await inMember(member, ['bash', '-c', 'ls /var/lib/mysql'])
    : await inLab(`ls '${await memberVolumePath(member)}'`);
  return list.split('\n').filter((name) => name.startsWith('galera_runbook_'));
}

/** The old cluster as it was, whole and serving, and nobody owes anything. */
export async function expectUntouched(before: Picture, program: Program): Promise<void> {
  expect(await picture()).toEqual(before);
  expect(await openDebts(program)).toEqual([]);
  expect(await heldBy()).toBeUndefined();
}

/** Debts of all runs that this program has recorded. */
export async function openDebts(program: Program): Promise<readonly string[]> {
  const { stdout } = await program.run(['runs', 'list', '-o', 'json']);
  return (JSON.parse(stdout) as { run: string; unpaid: { says: string }[] }[]).flatMap(({ run, unpaid }) =>
    unpaid.map(({ says }) => `${run}: ${says}`),
  );
}

async function heldBy(): Promise<string | undefined> {
  const { items } = await clients().leases.listNamespacedLease({ namespace: names.namespace });
  return items.map(({ spec }) => spec?.holderIdentity).find((holder) => holder !== undefined && holder !== '');
}

export async function jobsOfProgram(): Promise<readonly string[]> {
  const { objects } = clients();
  const { items } = await objects.list(
    'batch/v1',
    'Job',
    names.namespace,
    undefined,
    undefined,
    undefined,
    undefined,
    ofProgram,
  );
  return items.map(({ metadata }) => metadata?.name ?? '');
}
