import type { Obj } from '../target/kubernetes.ts';
import { leaseName } from '../target/lease.ts';
import { contentHash } from './dataset.ts';
import { commit, groupOf, reunite, split } from './groups.ts';
import { killPods } from './kubelet.ts';
import { endMember } from './leaving.ts';
import { names } from './names.ts';
import { create, keyOf, list, put, terminate } from './objects.ts';
import { bytesOf, isDir, isFile, namesIn, nodeAt, withNode } from './tree.ts';
import { type FaultCommand, namespace, type Volume, type World } from './world.ts';

/** What goes wrong, and what somebody else does. A name that is not there changes nothing: by then it may be gone. */
export function strike(world: World, command: FaultCommand): void {
  switch (command.do) {
    case 'kill-pod':
      killPods(
        world,
        podsOf(world, (pod) => pod.metadata.name === command.pod),
        false,
      );
      return;
    case 'delete-pod':
      for (const pod of podsOf(world, (each) => each.metadata.name === command.pod)) terminate(world, pod);
      return;
    case 'kill-processes':
      endMember(
        world,
        command.members.filter((pod) => world.members[pod] !== undefined),
        137,
      );
      return;
    case 'kill-runners':
      killPods(
        world,
        podsOf(world, (pod) => isRunner(world, pod, command.verb)),
        true,
      );
      return;
    case 'power-loss':
      killPods(
        world,
        podsOf(world, () => true),
        true,
      );
      return;
    case 'node-down':
      nodeDown(world, command.node);
      return;
    case 'node-up':
      nodeUp(world, command.node);
      return;
    case 'cut-off':
      world.faults = { ...world.faults, cutOff: command.members };
      split(world, command.members);
      return;
    case 'heal':
      world.faults = { ...world.faults, cutOff: [] };
      reunite(world);
      return;
    case 'crash-always':
      world.faults = { ...world.faults, crashing: toggled(world.faults.crashing, command.member, command.on) };
      command.on
        ? endMember(
            world,
            [command.member].filter((pod) => world.members[pod] !== undefined),
            1,
          )
        : undefined;
      return;
    case 'fill-volume':
      changeVolume(world, command.claim, (volume) => ({
        ...volume,
        otherBytes: Math.max(0, volume.totalBytes - bytesOf(volume.root) - command.leaveBytes),
      }));
      return;
    case 'slow':
      changeVolume(world, command.claim, (volume) => ({ ...volume, speedPercent: command.percent }));
      return;
    case 'truncate-archive':
      changeArchive(world, command.backup, command.bytes);
      return;
    case 'damage-archive':
      changeArchive(world, command.backup, undefined);
      return;
    case 'set-password':
      setPassword(world, command.user, command.password, command.secret);
      return;
    case 'api':
      world.faults = { ...world.faults, apiGone: !command.up };
      if (command.forMs !== undefined)
        world.planned = [
          ...world.planned,
          { when: { at: world.now + command.forMs }, command: { do: 'api', up: !command.up } },
        ];
      return;
    case 'hold-lease':
      setLease(world, command.holder, command.run);
      return;
    case 'release-lease':
      setLease(world, '', '');
      return;
    case 'rename-cluster':
      world.cluster = command.cluster;
      return;
    case 'deny':
      world.faults = { ...world.faults, denied: toggled(world.faults.denied, command.right, true) };
      return;
    case 'allow':
      world.faults = { ...world.faults, denied: toggled(world.faults.denied, command.right, false) };
      return;
    case 'silence':
      world.faults = { ...world.faults, silent: toggled(world.faults.silent, command.member, command.on) };
      return;
    case 'lose-answers':
      world.faults = { ...world.faults, lostAnswers: command.count };
      return;
    case 'clients':
      world.clients = { ...world.clients, perSecond: command.perSecond };
      return;
    case 'sql': {
      const group = groupOf(world, command.member);
      if (group?.primary) commit(world, group.id, command.statement);
      return;
    }
  }
}

function podsOf(world: World, which: (pod: Obj) => boolean): readonly Obj[] {
  return list(world, { apiVersion: 'v1', kind: 'Pod', namespace }).filter(which);
}

function isRunner(world: World, pod: Obj, verb: string | undefined): boolean {
  const runner = world.runners[pod.metadata.name];
  return runner !== undefined && runner.exit === undefined && (verb === undefined || runner.verb === verb);
}

function toggled(list: readonly string[], name: string, on: boolean): readonly string[] {
  const others = list.filter((each) => each !== name);
  return on ? [...others, name] : others;
}

/** Power is gone: what ran there ended at once, and its pods stay as they were last seen. */
function nodeDown(world: World, node: string): void {
  killPods(
    world,
    podsOf(world, (pod) => pod.spec.nodeName === node),
    true,
  );
  world.faults = { ...world.faults, nodesDown: toggled(world.faults.nodesDown, node, true) };
  setReady(world, node, 'Unknown');
}

function nodeUp(world: World, node: string): void {
  world.faults = { ...world.faults, nodesDown: toggled(world.faults.nodesDown, node, false) };
  setReady(world, node, 'True');
}

function setReady(world: World, node: string, status: string): void {
  const object = world.objects[keyOf({ kind: 'Node', name: node })];
  if (object) put(world, { ...object, status: { ...object.status, conditions: [{ type: 'Ready', status }] } });
}

function changeVolume(world: World, claim: string, change: (volume: Volume) => Volume): void {
  for (const [name, volume] of Object.entries(world.volumes))
    if (volume.claim === claim) world.volumes[name] = change(volume);
}

/** `bytes`: cut there. Without: of full length, with other content. */
function changeArchive(world: World, backup: string, bytes: number | undefined): void {
  for (const [name, volume] of Object.entries(world.volumes)) {
    for (const cluster of namesIn(volume.root)) {
      const folder = `${cluster}/${backup}`;
      if (!isDir(nodeAt(volume.root, folder))) continue;
      const archive = namesIn(nodeAt(volume.root, folder)).find((each) => each.startsWith('backup.mbstream.'));
      const file = archive === undefined ? undefined : nodeAt(volume.root, `${folder}/${archive}`);
      if (!isFile(file) || file.dataset === undefined) continue;
      const broken = bytes === undefined ? 'zstd: Data corruption detected' : 'zstd: premature end';
      const changed = {
        ...file,
        bytes: Math.min(file.bytes, bytes ?? file.bytes),
        sha256: contentHash(file.dataset, 7),
        broken,
      };
      world.volumes[name] = { ...volume, root: withNode(volume.root, `${folder}/${archive}`, changed) };
    }
  }
}

/** In the database, replicated; in the Secret too when somebody does it right. */
function setPassword(world: World, user: string, password: string, secret: boolean): void {
  const group = Object.values(world.groups).find((each) => each.primary);
  if (group) commit(world, group.id, { kind: 'password', user, password });
  if (!secret) return;
  for (const object of Object.values(world.objects)) {
    if (object.kind !== 'Secret' || object.metadata.annotations?.user !== user) continue;
    put(world, { ...object, data: { password: Buffer.from(password).toString('base64') } });
  }
}

function setLease(world: World, holder: string, run: string): void {
  const metadata = { name: leaseName(names.statefulSet), namespace };
  const time = new Date(world.now).toISOString().replace('Z', '000Z');
  const spec = { holderIdentity: holder, leaseDurationSeconds: 60, acquireTime: time, renewTime: time };
  const annotations: { [name: string]: string } = holder === '' ? {} : { 'galera-runbook/run': run };
  const before = world.objects[keyOf({ kind: 'Lease', ...metadata })];
  if (before) put(world, { ...before, metadata: { ...before.metadata, annotations }, spec });
  else
    create(world, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { ...metadata, annotations },
      spec,
    });
}
