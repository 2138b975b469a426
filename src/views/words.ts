import { formatBytes } from '../base/bytes.ts';
import { formatDuration } from '../base/duration.ts';
import type { Plan, PlannedStep } from '../engine/event.ts';
import type { Identity } from '../target/identity.ts';

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `user@host`, without what an auditor asks for beside it. */
export function personText(by: string): string {
  return by.replace(/ \(.*\)$/, '');
}

/** `3 min`, `4:10`, `20 s`: an estimate rounds up. */
export function about(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds >= 60 && seconds < 3600 && seconds % 60 === 0 ? `${seconds / 60} min` : formatDuration(ms, 'up');
}

/** `14.1 of 28.4 GiB`, `512 MiB of 28.4 GiB` */
export function bytesOf(done: number, total: number): string {
  const [value = '', unit] = formatBytes(done, 'down').split(' ');
  const all = formatBytes(total, 'up');
  return `${unit === all.split(' ')[1] ? value : `${value} ${unit}`} of ${all}`;
}

export function whereText({ cluster, namespace, context, kubeSystemUid, statefulSetUid }: Identity): string {
  const id = `${kubeSystemUid.slice(0, 8)}/${statefulSetUid.slice(0, 8)}`;
  return `Galera ${cluster}, namespace ${namespace}, context ${context}, id ${id}`;
}

/** `8 steps, about 6 min, clients are not interrupted, 1 gate` */
export function planSummary(plan: Plan): string {
  const steps = plan.steps.filter(({ skipped }) => skipped === undefined);
  const gates = 1 + steps.filter(({ gate }) => gate !== undefined).length;
  const destroys = withDanger(steps, 'destroys');
  const disrupts = withDanger(steps, 'disrupts');
  const parts = [
    plural(steps.length, 'step'),
    wholeTime(steps),
    destroys === '' && disrupts === '' ? 'clients are not interrupted' : undefined,
    plural(gates, 'gate'),
    destroys !== '' ? `destroys: ${destroys}` : disrupts !== '' ? `disrupts: ${disrupts}` : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

/** The backup that a plan is about, where it has one. */
export function backupOf(plan: Plan): string | undefined {
  const { backup } = plan.parameters;
  if (typeof backup === 'string') return backup;
  const id = typeof backup === 'object' && backup !== null && 'id' in backup ? backup.id : undefined;
  return typeof id === 'string' ? id : undefined;
}

function withDanger(steps: readonly PlannedStep[], danger: string): string {
  return steps
    .filter((planned) => planned.danger === danger)
    .map(({ step }) => step.id)
    .join(', ');
}

/** A sum in whole minutes; a step that acts and has no estimate makes it a least time. */
function wholeTime(steps: readonly PlannedStep[]): string {
  const known = steps.reduce((sum, { ms }) => sum + (ms ?? 0), 0);
  if (known === 0) return 'time not known';
  const open = steps.some(({ ms, step }) => ms === undefined && step.kind !== 'check');
  const text = known <= 60_000 ? about(known) : about(Math.ceil(known / 60_000) * 60_000);
  return `${open ? 'at least' : 'about'} ${text}`;
}

/** What a step does, for its start: its first sentence, for plan and gate have said them all; else its first effects. */
export function doesText(planned: PlannedStep): string {
  const [says] = planned.says;
  if (says !== undefined) return says;
  const [first, second, ...more] = planned.effects.map(
    ({ object, field, from, to }) => `${object} ${field}: ${from} -> ${to}`,
  );
  if (first === undefined) return planned.step.title;
  return [first, second, more.length > 0 ? `and ${more.length} more` : undefined]
    .filter((part) => part !== undefined)
    .join('; ');
}
