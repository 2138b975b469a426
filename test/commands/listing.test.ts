import { writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { ClusterMirror, mirrorName } from '../../src/commands/cluster-mirror.ts';
import type { Globals } from '../../src/commands/globals.ts';
import { practiceClock, practicePorts } from '../../src/commands/practice-ports.ts';
import { operationsOf } from '../../src/commands/screens-operations.ts';
import { type Session, sessionOf } from '../../src/commands/session.ts';
import { listingOf, statusOf } from '../../src/commands/status.ts';
import { StateFolder } from '../../src/host/state-folder.ts';
import { statusText } from '../../src/plain/status-text.ts';
import { writeLine } from '../../src/record/line.ts';
import { Redactor } from '../../src/record/redact.ts';
import { newWorld, practiceConfig } from '../../src/simulator/build.ts';
import { Simulation } from '../../src/simulator/simulation.ts';
import { freshFolder } from '../host/folder.ts';
import { backupRun } from '../record/canned-runs.ts';

let simulation: Simulation;
let session: Session;
let globals: Globals;

beforeEach(async () => {
  simulation = new Simulation(newWorld());
  const config = practiceConfig();
  session = await sessionOf(config, practicePorts(simulation, config, practiceClock(simulation)), new Redactor([]));
  globals = { stateDir: freshFolder() } as Globals;
});

const text = async () => statusText(await statusOf(globals, session, new Map())).join('\n');
const unread = async () => (await listingOf(globals, session)).unread;
const deny = (...rights: readonly string[]) => {
  for (const right of rights) simulation.do({ do: 'deny', right });
};

/** The first events of a backup run on the practice cluster. */
const begun = () =>
  backupRun
    .slice(0, 3)
    .map((event) =>
      event.type === 'run-started'
        ? { ...event, plan: { ...event.plan, identity: { ...event.plan.identity, ...session.identity } } }
        : event,
    );

describe('what could not be read', () => {
  test('is nothing where all was read', async () => {
    expect(await unread()).toEqual([]);
    expect(await text()).toContain('owes nothing; lease free');
  });

  test('is all of it when the API server is gone: the screens are told so, and keep what they had with its age', async () => {
    const operations = operationsOf(globals, session);
    await expect(operations.list()).resolves.toMatchObject({ debts: [], unread: [] });
    simulation.do({ do: 'api', up: false });
    await expect(operations.list()).rejects.toThrow('ECONNREFUSED');
    simulation.do({ do: 'api', up: true });
    await expect(operations.list()).resolves.toMatchObject({ unread: [] });
  });

  test('is the lease where leases may not be read: it is not free, and nobody is said to be gone', async () => {
    await new ClusterMirror(session.ports.kube, session.config.namespace, 'q8d4w6', '').push(begun());
    expect((await listingOf(globals, session)).runs).toMatchObject([{ run: 'q8d4w6' }]);
    deny('get leases.coordination.k8s.io');
    expect(await unread()).toMatchObject([
      { what: 'lease', found: expect.stringContaining('leases.coordination.k8s.io is forbidden') },
    ]);
    expect(await text()).toMatch(
      / {2}owes nothing; lease \?\n\? not read +who is at work here is not known: leases.*is/,
    );
    expect(await text()).toMatch(/\n {2}\? .*q8d4w6 .*end not known/);
  });

  test('are runs and backups where ConfigMaps may not be listed', async () => {
    deny('list configmaps');
    expect((await unread()).map(({ what }) => what)).toEqual(['runs', 'backups']);
    expect(await text()).toMatch(/\? owes unknown; lease free/);
    expect(await text()).not.toMatch(/owes nothing|none yet/);
    // The members were read all the same.
    expect((await statusOf(globals, session, new Map())).health.verdict).toBe('HEALTHY');
  });

  test('is still an answer where everything is denied: what this machine knows is listed', async () => {
    deny('list configmaps', 'get configmaps', 'get leases.coordination.k8s.io');
    const listed = await operationsOf(globals, session).list();
    expect(listed.unread.map(({ what }) => what)).toEqual(['lease', 'runs', 'backups', 'volumes']);
  });

  test('is a run whose mirror is damaged', async () => {
    const { kube } = session.ports;
    const { namespace } = session.config;
    await new ClusterMirror(kube, namespace, 'q8d4w6', '').push(begun());
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: mirrorName('q8d4w6') };
    const map = await kube.get(ref);
    for (const [name, value] of Object.entries({ ...map?.data, ...map?.binaryData })) {
      const field = name in (map?.data ?? {}) ? 'data' : 'binaryData';
      await kube.patch(ref, { [field]: { [name]: String(value).slice(0, 8) } }, { uid: map?.metadata.uid ?? '' });
    }
    expect(await unread()).toMatchObject([{ what: 'run', run: 'q8d4w6' }]);
    expect(await text()).toMatch(/\? owes unknown; .*\n\? not read +what run q8d4w6 has done, owes and keeps is not/);
  });

  test('is a run whose journal on this machine is damaged, unless its mirror tells of it', async () => {
    const folder = await StateFolder.at(globals.stateDir ?? '').createRun('q8d4w6');
    writeFileSync(folder.journal, `{"seq":1}\n${backupRun.map(writeLine).join('')}`);
    expect(await unread()).toMatchObject([{ what: 'run', run: 'q8d4w6' }]);
    expect(await text()).toContain('? owes unknown');
    await new ClusterMirror(session.ports.kube, session.config.namespace, 'q8d4w6', '').push(begun());
    expect(await unread()).toEqual([]);
  });
});
