import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AuditLine,
  accounts,
  auditLines,
  clients,
  galeraUp,
  killMember,
  names,
  outside,
  until,
} from '../lab/lab.ts';
import { backupFolders } from './archives.ts';
import { expectUntouched, jobsOfProgram, type Picture, picture, workFolders } from './picture.ts';
import { type Ended, Program } from './program.ts';
import { userWith } from './rights.ts';
import { makeShop } from './shop.ts';

const operator = new Program();
const user = 'auditor';
const said = (of: Ended) => of.stdout + of.stderr;

const write = ['create', 'update', 'patch', 'delete', 'deletecollection'];
/** A port-forward is a websocket: RBAC counts its GET as `get`, and older clients' POST as `create`. */
const isPortForward = ({ objectRef }: AuditLine) =>
  objectRef?.resource === 'pods' && objectRef.subresource === 'portforward';
const told = ({ verb, requestURI, responseStatus }: AuditLine) => `${verb} ${requestURI} ${responseStatus?.code}`;

describe.skipIf(outside)('dry runs with an account that can only read', () => {
  let reader: Program;
  let removeRights: () => Promise<void>;
  let before: Picture;
  let since: Date;
  let folders: readonly string[];

  /**
   * Nothing that would change anything, and nothing that the shipped rights refuse but the acting account's Secret: whether that account may
   * do its work is asked where it can be, and left to the Job where it cannot.
   */
  async function expectOnlyReads(): Promise<void> {
    const lines = await auditLines({ user, since });
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.filter((line) => write.includes(line.verb) && !isPortForward(line)).map(told)).toEqual([]);
    const denied = lines.filter(({ responseStatus }) => responseStatus?.code === 403);
    const read = lines.filter((line) => line.objectRef?.resource === 'secrets' && !denied.includes(line));
    const named = read.map(({ verb, objectRef }) => `${verb} ${objectRef?.name}`);
    expect([...new Set(named)]).toEqual([`get ${accounts.status.secret}`]);
    expect(denied.filter(({ objectRef }) => objectRef?.name !== accounts.root.secret).map(told)).toEqual([]);
    expect(await jobsOfProgram()).toEqual([]);
  }

  beforeAll(async () => {
    await galeraUp();
    await makeShop(2000);
    const backup = await operator.yes(['backup']);
    expect(said(backup)).toContain('run-ended     exit 0');
    const rights = await userWith(user, 'reader');
    removeRights = rights.remove;
    reader = new Program({ kubeconfig: rights.kubeconfig, reader: true });
    before = await picture();
    folders = await backupFolders();
    since = new Date();
  });

  afterAll(async () => {
    await removeRights?.();
  });

  it('status reads with nothing but the reader’s rights', async () => {
    const status = await reader.run(['status']);
    expect(status.stderr).toBe('');
    expect(status.exit).toBe(0);
    expect(status.stdout).toContain('HEALTHY');
    await expectOnlyReads();
  });

  it('the dry run of a backup shows its plan and writes nothing', async () => {
    const dry = await reader.run(['backup', '--dry-run']);
    expect(dry.stderr).toBe('');
    expect(dry.exit).toBe(0);
    for (const part of ['openstack', 'mariadb-server-2', 'copy', 'wsrep_desync', 'galera-backups'])
      expect(dry.stdout).toContain(part);
    await expectOnlyReads();
    await expectUntouched(before, reader);
    expect(await backupFolders()).toEqual(folders);
  });

  it('the dry run of a restore shows what would change, from and to, and writes nothing', async () => {
    const dry = await reader.run(['restore', 'latest', '--dry-run']);
    expect(dry.stderr).toBe('');
    expect(dry.exit).toBe(0);
    for (const part of ['unpack', 'cut', 'stop', 'swap', 'galera_runbook_', 'selector'])
      expect(dry.stdout).toContain(part);
    await expectOnlyReads();
    await expectUntouched(before, reader);
  });

  it('a dry run without a terminal needs neither --yes nor --cluster, and leaves no record', async () => {
    const runs = await reader.run(['runs', 'list', '-o', 'json']);
    expect(runs.exit).toBe(0);
    expect(JSON.parse(runs.stdout)).toEqual([]);
  });

  it('the dry run of a start is refused while the cluster serves', async () => {
    const dry = await reader.run(['start', '--dry-run']);
    expect(dry.exit).toBe(4);
    expect(said(dry)).toContain('Primary');
    await expectOnlyReads();
    await expectUntouched(before, reader);
  });

  it('the dry run of a start of a cluster that is down shows its plan and writes nothing', async () => {
    const { core, apps } = clients();
    const { namespace } = names;
    const uids = async () =>
      (await core.listNamespacedPod({ namespace })).items.map(({ metadata }) => metadata?.uid).sort();
    const there = await uids();
    await Promise.all([0, 1, 2].map((member) => killMember(member)));
    await until('no member to be Ready', 60_000, async () => {
      const { items } = await core.listNamespacedPod({ namespace });
      // Started again, and waiting for each other.
      return items.every(({ status }) =>
        status?.containerStatuses?.every(({ ready, state }) => !ready && state?.running !== undefined),
      );
    });
    const dry = await reader.run(['start', '--dry-run']);
    expect(dry.stderr).toBe('');
    expect(dry.exit).toBe(0);
    for (const part of ['stop', 'positions', 'start']) expect(dry.stdout).toContain(part);
    await expectOnlyReads();
    expect(await uids()).toEqual(there);
    const { spec } = await apps.readNamespacedStatefulSet({ namespace, name: names.statefulSet });
    expect(spec).toEqual(before.statefulSet.spec);
    const service = await core.readNamespacedService({ namespace, name: names.service });
    expect(service.spec?.selector).toEqual(before.selector);
    expect((await Promise.all([0, 1, 2].map(workFolders))).flat()).toEqual([]);
  });
});
