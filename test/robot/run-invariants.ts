import type { RunEvent } from '../../src/engine/event.ts';
import { kept, leftAtWork, type RunState } from '../../src/engine/state.ts';
import type { Dataset } from '../../src/simulator/dataset.ts';
import { names } from '../../src/simulator/names.ts';
import { isFile, nodeAt } from '../../src/simulator/tree.ts';
import type { World } from '../../src/simulator/world.ts';
import {
  dataKept,
  dataOn,
  endpoints,
  type Invariant,
  objectIn,
  type RunSeen,
  runnersOf,
  running,
  type Seen,
  workFolders,
} from './seen.ts';
import { partsFrom } from './world-invariants.ts';

const owes = (runs: readonly RunSeen[], id: string) =>
  runs.some(({ state }) => state.debts.some((debt) => debt.id === id));

/** A member is out of flow control only while a run owes it, or its Job is at work. */
export const noDesyncWithoutDebt: Invariant = ({ world, runs }) => {
  for (const member of Object.values(world.members)) {
    if (!member.desync || owes(runs, `desync:${member.pod}`)) continue;
    const copies = runnersOf(world, 'copy').some(({ mounts }) => mounts.some(({ volume }) => volume === member.volume));
    if (!copies) return `${member.pod} is desynced, and nobody owes it`;
  }
  return undefined;
};

/** Traffic that is cut, members that are stopped and folders on their volumes are somebody's debts. */
export const everyTraceIsOwed: Invariant = ({ world, runs }) => {
  const service = objectIn(world, 'Service', names.service);
  const by: string | undefined = service?.spec.selector['galera-runbook/cut'];
  const cutter = runs.find(({ run }) => run === by);
  if (by !== undefined && !(cutter && owes([cutter], `traffic:${names.service}`)))
    return `the Service is cut by run ${by}, which does not owe it`;
  const set = objectIn(world, 'StatefulSet', names.statefulSet);
  const members = Object.keys(world.volumes).length - 1;
  if ((set?.spec.replicas ?? members) < members && !owes(runs, `members:${names.statefulSet}`))
    return `replicas ${set?.spec.replicas} of ${members}, and nobody owes it`;
  for (const { run, volume } of workFolders(world)) {
    const own = runs.find((each) => each.run === run);
    if (own === undefined) return `a folder of run ${run} on ${volume}, which nobody knows`;
    if (!owes([own], `copies:${run}`) && !owes([own], `old-data:${run}`))
      return `a folder of run ${run} on ${volume}, which it does not owe`;
  }
  return undefined;
};

const has = (data: Dataset | undefined, old: Dataset) =>
  data !== undefined && data.uuid === old.uuid && data.seqno >= old.seqno && !partsFrom(data, old);

/** What a run keeps is there until it is closed, but where a state dump has emptied the volume. */
export const oldDataReachable: Invariant = ({ world, runs, memory }) => {
  const folders = workFolders(world);
  for (const { run, state } of runs) {
    if (!kept(state).some(({ id }) => id === `old-data:${run}`) || (state.steps.close?.attempt ?? 0) > 0) continue;
    for (const [volume, old] of Object.entries(memory.old[run] ?? {})) {
      const back = folders.some((each) => each.run === run && each.volume === volume && each.phase === 'back');
      if (back || memory.dumped.has(volume)) continue;
      const places = [dataOn(world, volume), dataKept(world, volume, run, 'old')];
      if (!places.some((data) => has(data, old))) return `the old data of run ${run} is nowhere on ${volume}`;
    }
  }
  return undefined;
};

/** Where in the journal data was replaced last, and where that was made good: by proof, or by a person's word. */
export function replacedAndProven(events: readonly RunEvent[]): { readonly replaced: number; readonly proven: number } {
  let replaced = -1;
  let proven = -1;
  const actions = new Map<string, string>();
  for (const [index, event] of events.entries()) {
    if (event.type === 'run-started') for (const { step } of event.plan.steps) actions.set(step.id, step.action);
    if (event.type === 'run-continued') for (const { step } of event.steps) actions.set(step.id, step.action);
    if (event.type === 'effect-started' && /\((swap|swap-back)\)$/.test(event.effect)) replaced = index;
    if (event.type === 'step-passed' && actions.get(event.step) === 'galera.same-data') proven = index;
    const typed = event.type === 'gate-answered' && event.answer === 'yes' && event.typed !== undefined;
    if (typed && actions.get(event.step) === 'traffic.put-back') proven = index;
  }
  return { replaced, proven };
}

/** Asked with the line that was written last: what was just found to be the proven data is of the archive's history, on every member. */
export const provenIsSo: Invariant = ({ world, runs, memory }) => {
  for (const { run, events, state, live } of runs) {
    const last = events.at(-1);
    if (!live || last?.type !== 'step-passed' || actionOf(state, last.step) !== 'galera.same-data') continue;
    const wanted = state.section === 'rollback' ? Object.values(memory.old[run] ?? {}) : archiveOf(world, state);
    for (const { pod, volume } of running(world)) {
      const data = dataOn(world, volume);
      if (wanted.length > 0 && !wanted.some((of) => has(data, of)))
        return `${pod} is said to run on proven data, and does not`;
    }
  }
  return undefined;
};

function archiveOf(world: World, state: RunState): readonly Dataset[] {
  const [first] = (state.outputs.unpack?.prepared ?? []) as readonly { readonly backup?: string }[];
  const volume = Object.values(world.volumes).find(({ claim }) => claim === names.backups);
  const file = volume && nodeAt(volume.root, `${names.cluster}/${first?.backup}/backup.mbstream.zst`);
  return isFile(file) && file.dataset !== undefined ? [file.dataset] : [];
}

/** Clients reach data that was replaced only once it was compared with what was proven, or a person has typed that they may. */
export const trafficOnlyToProven: Invariant = ({ world, runs }) => {
  const served = endpoints(world);
  if (served.length === 0) return undefined;
  for (const { run, events } of runs) {
    const { replaced, proven } = replacedAndProven(events);
    if (replaced > proven)
      return `clients reach ${served.join(', ')}, whose data run ${run} has replaced and nobody compared`;
  }
  return undefined;
};

// --- the journal

const actionOf = (state: RunState, step: string) =>
  state.order.find((planned) => planned.step.id === step)?.step.action;

/** Asked with the line that was written last: the donor that was just chosen by what the members say now. */
export const donorRule: Invariant = ({ world, runs }) => {
  for (const { events, state, live } of runs) {
    const last = events.at(-1);
    if (!live || last?.type !== 'step-passed' || actionOf(state, last.step) !== 'galera.choose-donor') continue;
    const { member } = last.output as { member?: string };
    const donor = world.members[member ?? ''];
    const group = world.groups[donor?.group ?? ''];
    const others = (group?.members ?? []).filter((pod) => pod !== member && world.members[pod]?.state === 4);
    if (donor?.state !== 4 || group?.primary !== true) return `the donor ${member} is not Synced`;
    if (others.length < 2) return `the donor ${member} has ${others.length} others beside it that are Synced`;
    if (!endpoints(world).some((pod) => pod !== member)) return `the donor ${member} is the only one that clients use`;
  }
  return undefined;
};

/**
 * What destroys has been asked for, and answered with the very word; what only a person decides, never by a flag. A step that is so already
 * starts and passes unasked: it has no effect.
 */
export const gatesAnswered: Invariant = ({ runs }) => {
  for (const { run, events, state, live } of runs) {
    const last = events.at(-1);
    if (!live || last === undefined) continue;
    if (last.type === 'gate-answered' && last.answer === 'yes') {
      const opened = events.findLast((event) => event.type === 'gate-opened' && event.gate.sha256 === last.sha256);
      const gate = opened?.type === 'gate-opened' ? opened.gate : undefined;
      if (gate === undefined) return `run ${run}: an answer to a gate that was never open`;
      if (gate.need === 'typed' && last.typed !== gate.word) return `run ${run}: ${gate.step} passed without its word`;
      if (gate.personal && last.by.startsWith('--yes'))
        return `run ${run}: --yes has decided ${gate.step}, which only a person does`;
    }
    if (last.type !== 'effect-started') continue;
    const planned = state.order.find(({ step }) => step.id === last.step);
    const paying = state.phase === 'way-out';
    // What this attempt had begun before, or another one of this part, is settled: only what destroys is asked for again.
    const starts = events.flatMap((event, index) =>
      event.type === 'step-started' && event.step === last.step ? [{ index, attempt: event.attempt }] : [],
    );
    const began = starts.at(-1);
    const first = starts.find(({ attempt }) => attempt === began?.attempt);
    const part = events.findLastIndex(({ type }) => type === 'run-continued');
    const again = events
      .slice(Math.min(first?.index ?? 0, Math.max(part, 0)), began?.index)
      .some((event) => event.type === 'effect-started' && event.step === last.step);
    if (planned?.gate === undefined || planned.step.kind !== 'do' || paying || (again && planned.danger !== 'destroys'))
      continue;
    // A close is one step, and asked about as that: with its word.
    const at = state.part === 'close' ? 'plan' : last.step;
    if (state.answers[at] !== 'yes') return `run ${run}: ${last.step} acts, and its gate has no yes`;
    const gate = events.findLast((event) => event.type === 'gate-opened' && event.gate.step === at);
    if (planned.danger === 'destroys' && gate?.type === 'gate-opened' && gate.gate.need !== 'typed')
      return `run ${run}: ${last.step} destroys, and no word was asked for`;
  }
  return undefined;
};

/** A run that has ended names what it owes, and its exit code says that it does. */
export const endNamesDebts: Invariant = ({ runs }) => {
  for (const { run, events, state } of runs) {
    const last = events.at(-1);
    if (last?.type !== 'run-ended') continue;
    const owed = state.debts.filter(({ due }) => due === 'end').map(({ id }) => id);
    if (owed.join() !== last.unpaid.join())
      return `run ${run} owes ${owed.join()}, and its end names ${last.unpaid.join()}`;
    const left = leftAtWork(state).length;
    if ((last.exit === 131) !== owed.length + left > 0)
      return `run ${run} ends with ${last.exit}, owes ${owed.length} and has left ${left} at work`;
  }
  return undefined;
};

/** A write happens inside an effect whose line is in the journal and in the mirror; said to be done, or not, only afterwards. */
export function tellsOf(
  write: { readonly verb: string; readonly kind: string; readonly name: string },
  run: RunSeen | undefined,
  mirrored: number,
): string | undefined {
  const what = `${write.verb} ${write.kind} ${write.name}`;
  if (write.kind === 'Lease' || write.name.startsWith('galera-runbook-run-')) return undefined;
  if (run === undefined) return `${what} without a run`;
  const { events } = run;
  // What a run that ended well need not leave in the cluster.
  if (write.verb === 'delete' && write.kind === 'Job' && run.state.phase === 'ended') return undefined;
  const open = events.findLastIndex((event, index) => {
    if (event.type !== 'effect-started' || !namedBy(event.effect, write)) return false;
    const ended = events.slice(index).some((later) => later.type === 'effect-ended' && later.effect === event.effect);
    return !ended;
  });
  if (open < 0) return `${what}, and no line of run ${run.run} says so`;
  return mirrored > open ? undefined : `${what} before the cluster's copy of the journal says so`;
}

function namedBy(
  effect: string,
  { verb, kind, name }: { readonly verb: string; readonly kind: string; readonly name: string },
): boolean {
  if (verb === 'desync') return effect.startsWith('SET GLOBAL wsrep_desync=') && effect.endsWith(` on ${name}`);
  if (kind === 'Job')
    return new RegExp(`^(start|stop|remove) Job ${name}( |$)`).test(effect) || effect === `delete Job ${name}`;
  return effect.startsWith(`${verb} ${kind} ${name}`);
}

/** Whether a run holds a lease that is another's by now. */
export function leaseHeldBy(seen: Pick<Seen, 'world'>): string {
  return objectIn(seen.world, 'Lease', `galera-runbook-${names.statefulSet}`)?.spec.holderIdentity ?? '';
}
