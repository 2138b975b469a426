import { expect } from 'vitest';
import { clients, inLab, inMember, memberVolumePath, names, outside, sql } from '../lab/lab.ts';
import type { Program } from './program.ts';
import { wsrep } from './shop.ts';

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
    backupIndex(),
    Promise.all(members.map(rowsAndSums)),
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
    index,
    truth,
    states,
    folders,
  };
}

export type Picture = Awaited<ReturnType<typeof picture>>;

/** What the index in the cluster has of backups. */
export async function backupIndex() {
  const labelSelector = `${ofProgram},galera-runbook/kind=backup`;
  const { items } = await clients().core.listNamespacedConfigMap({ namespace: names.namespace, labelSelector });
  const entries = items.map(({ metadata, data }) => {
    return [metadata?.name, { ...data, 'proof.json': provenAs(data?.['proof.json']) }] as const;
  });
  return Object.fromEntries(entries);
}

/** A better proof is no damage: a restore that is stopped before the swap may have compared what it unpacked. */
function provenAs(proof: string | undefined): string {
  const { level } = JSON.parse(proof ?? '{}') as { level?: string };
  return level === 'restored' ? 'checksums' : (level ?? 'none');
}

const said = [
  'wsrep_cluster_state_uuid',
  'wsrep_cluster_conf_id',
  'wsrep_cluster_size',
  'wsrep_cluster_status',
  'wsrep_local_state_comment',
  'wsrep_desync_count',
];

/** What `truthOf` says, in two questions: pictures are taken before and after everything. */
async function rowsAndSums(member: number): Promise<readonly string[]> {
  const tables = await sql(
    member,
    "select table_name from information_schema.tables where table_schema='shop' and table_type='BASE TABLE' and table_name<>'ticks' order by 1",
  );
  const names = tables.map(([name]) => `shop.\`${name}\``);
  if (names.length === 0) return [];
  const counts = names.map((name) => `select '${name}', count(*) from ${name}`).join(' union all ');
  const rows = await sql(member, `${counts}; checksum table ${names.join(', ')}`);
  return rows.map((row) => row.join(' '));
}

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
