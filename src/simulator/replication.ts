import { applyTo, change, positionOf } from './groups.ts';
import { flowLimit, tickMember } from './member.ts';
import { list } from './objects.ts';
import { type Group, type Member, namespace, random, type World } from './world.ts';

/** Transactions a second that a member applies when nothing holds it up. */
const appliesPerSecond = 600;

/** What the members, the group and the clients do in one moment. */
export function tickGalera(world: World, ms: number): void {
  for (const pod of Object.keys(world.members)) tickMember(world, pod);
  tickClients(world, ms);
  for (const group of Object.values(world.groups)) tickGroup(world, group, ms);
}

function tickGroup(world: World, group: Group, ms: number): void {
  if (!group.primary) return;
  let stalled = false;
  for (const pod of group.members) {
    const member = world.members[pod];
    if (member?.phase !== 'up') continue;
    apply(world, member, group, ms);
    const queue = group.seqno - positionOf(world, pod).seqno;
    const limited = member.state === 4;
    if (limited && queue > flowLimit && !group.stalled) change(world, pod, { flowSent: member.flowSent + 1 });
    // Lower and upper limit are the same with the default factor of 1.
    if (limited && queue > flowLimit) stalled = true;
  }
  if (stalled) {
    for (const pod of group.members) {
      const member = world.members[pod];
      if (member) change(world, pod, { flowPausedNs: member.flowPausedNs + ms * 1_000_000 });
    }
  }
  const now = world.groups[group.id];
  if (now && now.stalled !== stalled) world.groups[group.id] = { ...now, stalled };
}

function apply(world: World, member: Member, group: Group, ms: number): void {
  const { seqno } = positionOf(world, member.pod);
  if (seqno >= group.seqno || member.paused) return;
  const can = member.carry + (ms * rateOf(world, member)) / 1000;
  const whole = Math.min(group.seqno - seqno, Math.floor(can));
  change(world, member.pod, { carry: whole === group.seqno - seqno ? 0 : can - whole });
  if (whole > 0) applyTo(world, member.pod, seqno + whole);
}

/** A member that is copied reads its disk for two: it falls behind what the clients write. */
function rateOf(world: World, member: Member): number {
  // Applying waits for single pages, not for throughput: a slow disk hurts it less than a copy.
  const speed = Math.max(0.2, (world.volumes[member.volume]?.speedPercent ?? 100) / 100);
  return isCopied(world, member.volume) ? world.clients.perSecond * 0.4 : appliesPerSecond * speed;
}

function isCopied(world: World, volume: string): boolean {
  return Object.values(world.runners).some(
    (runner) =>
      runner.exit === undefined &&
      runner.verb === 'copy' &&
      runner.stage === 'copy' &&
      runner.mounts.some((mount) => mount.volume === volume),
  );
}

function tickClients(world: World, ms: number): void {
  const { clients } = world;
  if (clients.perSecond === 0) return;
  const pod = clients.member !== undefined && serves(world, clients.member) ? clients.member : endpoint(world);
  const group = pod === undefined ? undefined : groupOfServing(world, pod);
  if (pod === undefined || group === undefined) {
    const { member: _lost, ...rest } = clients;
    world.clients = { ...rest, carry: 0, failedMs: clients.failedMs + ms };
    return;
  }
  const due = group.stalled ? clients.carry : clients.carry + (ms * clients.perSecond * (0.5 + random(world))) / 1000;
  const rows = group.stalled ? 0 : Math.floor(due);
  if (rows > 0) world.groups[group.id] = { ...group, seqno: group.seqno + rows };
  world.clients = { ...clients, member: pod, carry: due - rows, written: clients.written + rows };
}

/** An open connection outlives its endpoint, as with kube-proxy: only the member's end ends it. */
function serves(world: World, pod: string): boolean {
  return groupOfServing(world, pod) !== undefined;
}

function groupOfServing(world: World, pod: string): Group | undefined {
  const member = world.members[pod];
  if (member?.phase !== 'up' || member.state < 2 || member.group === undefined) return undefined;
  const group = world.groups[member.group];
  return group?.primary ? group : undefined;
}

function endpoint(world: World): string | undefined {
  const kind = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace };
  for (const slice of list(world, kind, `kubernetes.io/service-name=${world.clients.service}`)) {
    const ready: readonly { conditions?: { ready?: boolean }; targetRef?: { name: string } }[] = slice.endpoints ?? [];
    for (const each of ready) {
      const name = each.targetRef?.name;
      if (each.conditions?.ready === true && name !== undefined && groupOfServing(world, name)) return name;
    }
  }
  return undefined;
}
