import { describe, expect, it } from 'vitest';
import type { Plan, RunEvent } from '../../src/engine/event.ts';
import { newRun } from '../../src/engine/state.ts';
import { dataDir, setDataDir, setFile, withDataset, withSaved } from '../../src/simulator/datadir.ts';
import type { Dataset } from '../../src/simulator/dataset.ts';
import { withNode } from '../../src/simulator/tree.ts';
import { draftOf, type World } from '../../src/simulator/world.ts';
import { baseOf, type Ground } from './base.ts';
import * as runs from './run-invariants.ts';
import { dataOn, type Invariant, type Memory, nothingRemembered, type RunSeen } from './seen.ts';
import * as worlds from './world-invariants.ts';

const [first, second] = ['mariadb-server-0', 'mariadb-server-1'] as const;
const volume = (member: string) => `volume-mysql-data-${member}`;
const ground = (): Promise<Ground> =>
  baseOf({ history: 'backed-up', podManagement: 'Parallel', layout: 'root', writes: 4 });

interface Given {
  readonly runs?: readonly RunSeen[];
  readonly memory?: Partial<Memory>;
}

/** What an invariant says of the world of the base, changed. */
async function says(of: Invariant, change: (world: World) => void = () => undefined, given: Given = {}) {
  const base = await ground();
  const world = draftOf(base.world);
  change(world);
  const own = base.runs.map((run) => ({ ...run, live: false }));
  return of({
    world,
    runs: [...own, ...(given.runs ?? [])],
    memory: { ...nothingRemembered(base.world), ...given.memory },
  });
}

const data = (world: World, member: string): Dataset => dataOn(world, volume(member)) as Dataset;

function setData(world: World, member: string, dataset: Dataset): void {
  const on = volume(member);
  setDataDir(world, on, withDataset(dataDir(world, on), dataset));
}

function setFolder(world: World, member: string, run: string, phase: string): void {
  const on = volume(member);
  const before = world.volumes[on];
  if (before === undefined) return;
  const path = `galera_runbook_${run}/state/swap.phase`;
  world.volumes[on] = { ...before, root: withNode(before.root, path, { bytes: phase.length, text: phase }) };
}

function run(state: Partial<RunSeen['state']> = {}, events: readonly object[] = []): RunSeen {
  return { run: 'r1r1r1', live: true, state: { ...newRun, ...state }, events: events as readonly RunEvent[] };
}

const planned = (id: string, action: string, more: object = {}) =>
  ({ step: { id, action, kind: 'do' }, danger: 'changes', ...more }) as unknown as Plan['steps'][number];

const all: readonly (readonly [string, Invariant])[] = [...Object.entries(worlds), ...Object.entries(runs)].filter(
  (entry): entry is [string, Invariant] =>
    entry[1].length === 1 && !['leaseHeldBy', 'replacedAndProven'].includes(entry[0]),
);

it.each(all)('%s holds where all is well', async (_name, invariant) => {
  expect(await says(invariant)).toBeUndefined();
});

describe('oneHistory', () => {
  it('sees two Primary Components', async () => {
    const twice = (world: World) => {
      const [group] = Object.values(world.groups);
      if (group) world.groups.other = { ...group, id: 'other', members: [] };
    };
    expect(await says(worlds.oneHistory, twice)).toContain('2 Primary Components');
  });

  it('sees two members of one UUID whose histories part', async () => {
    const part = (world: World) => {
      const of = data(world, second);
      setData(world, second, { ...of, lineage: [...of.lineage, { branch: 999, from: of.seqno - 5 }] });
    };
    expect(await says(worlds.oneHistory, part)).toContain('two histories');
  });

  it('takes one that is a little behind for the same history', async () => {
    const behind = (world: World) =>
      setData(world, second, { ...data(world, second), seqno: data(world, second).seqno - 3 });
    expect(await says(worlds.oneHistory, behind)).toBeUndefined();
  });
});

it('noSecondBootstrap sees a member outside that would start alone', async () => {
  const may = (world: World) => {
    const [group] = Object.values(world.groups);
    if (group) world.groups[group.id] = { ...group, members: [second] };
    setDataDir(
      world,
      volume(first),
      withSaved(dataDir(world, volume(first)), { uuid: data(world, first).uuid, seqno: 1, safe: true }),
    );
  };
  expect(await says(worlds.noSecondBootstrap, may)).toContain(`${volume(first)} may bootstrap`);
});

describe('highestFirst', () => {
  const alone = (change: (world: World) => void) => (world: World) => {
    const of = data(world, first);
    const [group] = Object.values(world.groups);
    world.groups = {};
    if (group) world.groups.fresh = { ...group, id: 'fresh', confId: 1, members: [first] };
    setData(world, first, { ...of, lineage: [...of.lineage, { branch: 999, from: of.seqno + 1 }] });
    change(world);
  };

  it('sees one that starts alone behind another', async () => {
    const ahead = alone((world) =>
      setData(world, second, { ...data(world, second), seqno: data(world, first).seqno + 40 }),
    );
    expect(await says(worlds.highestFirst, ahead)).toContain('starts alone at');
  });

  it('sees one that starts alone beside another history', async () => {
    const other = alone((world) => setData(world, second, { ...data(world, second), uuid: 'another' }));
    expect(await says(worlds.highestFirst, other)).toContain('another history');
  });
});

describe('a swap that is half', () => {
  const half = (world: World) => setFolder(world, first, 'r1r1r1', 'swapping');

  it('lets no member run', async () => {
    expect(await says(worlds.noStartWhileSwapHalf, half)).toContain('is swapping');
  });

  it('on some volumes and not on others lets no member run', async () => {
    const uneven = (world: World) => {
      setFolder(world, first, 'r1r1r1', 'whole');
      setFolder(world, second, 'r1r1r1', 'none');
    };
    expect(await says(worlds.noStartWhileSwapHalf, uneven)).toContain('whole on 1 of 2');
  });

  it("has nothing but a runner on a member's volume", async () => {
    expect(await says(worlds.noPodWhileSwapHalf, half)).toContain('mounts mysql-data-mariadb-server-0');
  });
});

it('noClaimDeleted sees a claim that is gone, and one made anew', async () => {
  const key = `PersistentVolumeClaim/openstack/mysql-data-${first}`;
  expect(await says(worlds.noClaimDeleted, (world) => void delete world.objects[key])).toContain('is gone');
  const anew = (world: World) => {
    const object = world.objects[key];
    if (object) world.objects[key] = { ...object, metadata: { ...object.metadata, uid: 'another' } };
  };
  expect(await says(worlds.noClaimDeleted, anew)).toContain('is gone');
});

describe('listedRestores', () => {
  const archive = (change: (dataset: Dataset) => object | undefined) => (world: World) => {
    const on = world.volumes['volume-galera-backups'];
    const id = Object.keys((on?.root.dir.practice as { dir: object } | undefined)?.dir ?? {})[0];
    if (on === undefined || id === undefined) return;
    const path = `practice/${id}/backup.mbstream.zst`;
    const file = (
      on.root as never as {
        dir: { practice: { dir: { [id: string]: { dir: { [name: string]: { dataset: Dataset } } } } } };
      }
    ).dir.practice.dir[id]?.dir['backup.mbstream.zst'];
    const made = file && change(file.dataset);
    world.volumes['volume-galera-backups'] = {
      ...on,
      root: withNode(on.root, path, made && ({ ...file, ...made } as never)),
    };
  };

  it('sees an archive that is gone', async () => {
    expect(
      await says(
        worlds.listedRestores,
        archive(() => undefined),
      ),
    ).toContain('no archive');
  });

  it('sees an archive that is broken, unless it broke after its proof', async () => {
    const broken = archive(() => ({ broken: 'zstd: premature end' }));
    expect(await says(worlds.listedRestores, broken)).toContain('is broken');
    const damaged = new Proxy({}, { get: () => Number.MAX_SAFE_INTEGER });
    expect(await says(worlds.listedRestores, broken, { memory: { damaged } })).toBeUndefined();
  });

  it('sees an archive of another position, and one without a table', async () => {
    const other = archive((dataset) => ({ dataset: { ...dataset, seqno: dataset.seqno + 1 } }));
    expect(await says(worlds.listedRestores, other)).toContain('and holds');
    const less = archive((dataset) => ({ dataset: { ...dataset, tables: {} } }));
    expect(await says(worlds.listedRestores, less)).toContain('which it lacks');
  });
});

it('noDesyncWithoutDebt sees a member that nobody puts back, and takes a debt for an answer', async () => {
  const desync = (world: World) => {
    const member = world.members[first];
    if (member) world.members[first] = { ...member, desync: true };
  };
  expect(await says(runs.noDesyncWithoutDebt, desync)).toContain('nobody owes it');
  const debts = [
    { id: `desync:${first}`, step: 'copy', says: '', due: 'end', payWith: { action: '', input: {} } },
  ] as const;
  expect(await says(runs.noDesyncWithoutDebt, desync, { runs: [run({ debts })] })).toBeUndefined();
});

describe('everyTraceIsOwed', () => {
  const change = (key: string, spec: object) => (world: World) => {
    const object = world.objects[key];
    if (object) world.objects[key] = { ...object, spec: { ...object.spec, ...spec } };
  };

  it('sees traffic that is cut', async () => {
    const cut = change('Service/openstack/mariadb', { selector: { 'galera-runbook/cut': 'r1r1r1' } });
    expect(await says(runs.everyTraceIsOwed, cut, { runs: [run()] })).toContain('which does not owe it');
  });

  it('sees members that are stopped', async () => {
    const stopped = change('StatefulSet/openstack/mariadb-server', { replicas: 1 });
    expect(await says(runs.everyTraceIsOwed, stopped)).toContain('replicas 1 of 3');
  });

  it('sees folders on the volumes, of runs that are known and of others', async () => {
    const folder = (world: World) => setFolder(world, first, 'r1r1r1', 'none');
    expect(await says(runs.everyTraceIsOwed, folder)).toContain('which nobody knows');
    expect(await says(runs.everyTraceIsOwed, folder, { runs: [run()] })).toContain('which it does not owe');
  });
});

it('oldDataReachable sees old data that is nowhere, but for a volume that a state dump has emptied', async () => {
  const debts = [
    { id: 'old-data:r1r1r1', step: 'swap', says: '', due: 'close', payWith: { action: '', input: {} } },
  ] as const;
  const { world } = await ground();
  const old = { r1r1r1: { [volume(first)]: { ...data(world, first), uuid: 'another' } } };
  const given = { runs: [run({ debts })], memory: { old } };
  expect(await says(runs.oldDataReachable, undefined, given)).toContain('nowhere');
  const dumped = new Set([volume(first)]);
  expect(await says(runs.oldDataReachable, undefined, { ...given, memory: { old, dumped } })).toBeUndefined();
  const there = { r1r1r1: { [volume(first)]: data(world, first) } };
  expect(await says(runs.oldDataReachable, undefined, { ...given, memory: { old: there } })).toBeUndefined();
});

it('trafficOnlyToProven sees clients on data that was replaced, until it is compared or a person has typed', async () => {
  const swapped = { type: 'effect-started', step: 'swap', effect: 'start Job gr-1 (swap)' };
  const steps = [planned('same', 'galera.same-data'), planned('traffic', 'traffic.put-back')];
  const started = { type: 'run-started', plan: { steps } };
  const of = (...events: object[]) =>
    says(runs.trafficOnlyToProven, undefined, { runs: [run({}, [started, ...events])] });
  expect(await of(swapped)).toContain('nobody compared');
  expect(await of(swapped, { type: 'step-passed', step: 'same' })).toBeUndefined();
  expect(await of({ type: 'step-passed', step: 'same' }, swapped)).toContain('nobody compared');
  expect(await of(swapped, { type: 'gate-answered', step: 'traffic', answer: 'yes' })).toContain('nobody compared');
  expect(await of(swapped, { type: 'gate-answered', step: 'traffic', answer: 'yes', typed: 'x' })).toBeUndefined();
});

it('provenIsSo sees a member that runs on other data than what is said to be proven', async () => {
  const order = [planned('same', 'galera.same-data')];
  const { world, runs: done } = await ground();
  const backup = done[0]?.state.outputs.prove?.id as string;
  const outputs = { unpack: { prepared: [{ backup }] } };
  const passed = [run({ order, outputs }, [{ type: 'step-passed', step: 'same' }])];
  expect(await says(runs.provenIsSo, undefined, { runs: passed })).toBeUndefined();
  const other = (changed: World) => setData(changed, second, { ...data(changed, second), uuid: 'another' });
  expect(await says(runs.provenIsSo, other, { runs: passed })).toContain(`${second} is said to run on proven data`);
  const back = [run({ order, section: 'rollback' }, [{ type: 'step-passed', step: 'same-again' }])].map((each) => ({
    ...each,
    state: { ...each.state, order: [planned('same-again', 'galera.same-data')] },
  }));
  const old = { r1r1r1: { [volume(first)]: { ...data(world, first), uuid: 'another' } } };
  expect(await says(runs.provenIsSo, undefined, { runs: back, memory: { old } })).toContain('is said to run');
});

describe('donorRule', () => {
  const chosen = [
    run({ order: [planned('donor', 'galera.choose-donor')] }, [
      { type: 'step-passed', step: 'donor', output: { member: first } },
    ]),
  ];
  const state = (member: string, of: 2 | 4) => (world: World) => {
    const before = world.members[member];
    if (before) world.members[member] = { ...before, state: of };
  };

  it('sees a donor that is not Synced, or with too few others', async () => {
    expect(await says(runs.donorRule, undefined, { runs: chosen })).toBeUndefined();
    expect(await says(runs.donorRule, state(first, 2), { runs: chosen })).toContain('is not Synced');
    expect(await says(runs.donorRule, state(second, 2), { runs: chosen })).toContain('has 1 others');
  });

  it('sees a donor that is the only one that clients use', async () => {
    const only = (world: World) => {
      for (const [key, object] of Object.entries(world.objects)) {
        if (object.kind !== 'EndpointSlice') continue;
        const endpoints = object.endpoints.filter(
          (each: { targetRef: { name: string } }) => each.targetRef.name === first,
        );
        world.objects[key] = { ...object, endpoints };
      }
    };
    expect(await says(runs.donorRule, only, { runs: chosen })).toContain('the only one that clients use');
  });
});

describe('gatesAnswered', () => {
  const gate = { step: 'swap', need: 'typed', word: 'openstack/practice', sha256: 's', personal: false };
  const of = (events: object[], state: Partial<RunSeen['state']> = {}) =>
    says(runs.gatesAnswered, undefined, { runs: [run(state, events)] });
  const opened = { type: 'gate-opened', gate };
  const yes = { type: 'gate-answered', step: 'swap', sha256: 's', answer: 'yes', by: 'robot' };

  it('sees a typed gate without its word, and an answer to none', async () => {
    expect(await of([opened, { ...yes, typed: gate.word }])).toBeUndefined();
    expect(await of([opened, { ...yes, typed: 'practice' }])).toContain('without its word');
    expect(await of([yes])).toContain('never open');
  });

  it('sees --yes decide what only a person does', async () => {
    const personal = { type: 'gate-opened', gate: { ...gate, personal: true } };
    expect(await of([personal, { ...yes, typed: gate.word, by: '--yes --cluster openstack/practice' }])).toContain(
      'only a person',
    );
  });

  it('sees a step that acts before its gate is answered', async () => {
    const order = [planned('swap', 'restore.swap', { gate: 'typed', danger: 'destroys' })];
    const start = { type: 'step-started', step: 'swap', attempt: 1 };
    const effect = { type: 'effect-started', step: 'swap', effect: 'start Job' };
    expect(await of([start, effect], { order })).toContain('has no yes');
    expect(await of([start, effect], { order, answers: { swap: 'yes' } })).toBeUndefined();
    expect(await of([start, effect, start, effect], { order })).toContain('has no yes');
    const disrupts = [planned('swap', 'statefulset.stop', { gate: 'yes-no', danger: 'disrupts' })];
    expect(await of([start, start, effect], { order: disrupts })).toContain('has no yes');
    expect(await of([start, effect, start, effect], { order: disrupts })).toBeUndefined();
    expect(await of([start], { order })).toBeUndefined();
  });
});

it('endNamesDebts sees an end that does not name what is owed, or ends well with it', async () => {
  const debts = [{ id: 'd', step: 's', says: '', due: 'end', payWith: { action: '', input: {} } }] as const;
  const of = (exit: number, unpaid: string[]) =>
    says(runs.endNamesDebts, undefined, { runs: [run({ debts }, [{ type: 'run-ended', exit, unpaid }])] });
  expect(await of(131, ['d'])).toBeUndefined();
  expect(await of(131, [])).toContain('its end names');
  expect(await of(0, ['d'])).toContain('ends with 0');
});

describe('tellsOf', () => {
  const patch = { verb: 'patch', kind: 'Service', name: 'mariadb' };
  const began = { type: 'effect-started', step: 'cut', effect: 'patch Service mariadb {}' };
  const ended = { type: 'effect-ended', step: 'cut', effect: 'patch Service mariadb {}', result: 'done' };
  const told = (events: object[], mirrored = 9, write = patch) => runs.tellsOf(write, run({}, events), mirrored);

  it('sees a write without its line, after it, or of another object', () => {
    expect(told([began])).toBeUndefined();
    expect(told([])).toContain('no line');
    expect(told([began, ended])).toContain('no line');
    expect(told([began], 9, { ...patch, name: 'other' })).toContain('no line');
    expect(runs.tellsOf(patch, undefined, 9)).toContain('without a run');
  });

  it('sees a write that the copy of the journal does not tell yet', () => {
    expect(told([began], 0)).toContain("before the cluster's copy");
  });

  it('knows Jobs by what was done with them, and members by their desync', () => {
    const job = { verb: 'create', kind: 'Job', name: 'gr-1' };
    expect(told([{ type: 'effect-started', effect: 'start Job gr-1 (copy)' }], 9, job)).toBeUndefined();
    expect(told([{ type: 'effect-started', effect: 'start Job gr-12 (copy)' }], 9, job)).toContain('no line');
    const desync = { verb: 'desync', kind: 'Member', name: first };
    expect(
      told([{ type: 'effect-started', effect: `SET GLOBAL wsrep_desync=OFF on ${first}` }], 9, desync),
    ).toBeUndefined();
  });
});

it('leaseHeldBy names the holder', async () => {
  const lease = (world: World) => {
    world.objects['Lease/openstack/galera-runbook-mariadb-server'] = {
      kind: 'Lease',
      spec: { holderIdentity: 'a/1' },
    } as never;
  };
  const base = draftOf((await ground()).world);
  lease(base);
  expect(runs.leaseHeldBy({ world: base })).toBe('a/1');
  setFile(base, volume(first), 'x', 'y');
});
