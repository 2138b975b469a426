import { formatBytes } from '../base/bytes.ts';
import { formatAge } from '../base/duration.ts';
import { dateTimeText } from '../base/time.ts';
import type { Plan, PlannedStep } from '../engine/event.ts';
import { shortPosition, transactionsBetween } from '../galera/position.ts';
import { about, backupOf, planSummary } from '../views/words.ts';
import { positionOfBackup, swapOf } from './position-now.ts';
import type { Review } from './state.ts';
import type { View } from './view.ts';

/** What a plan comes to: danger, loss and downtime first (screens.md §2.3). What nobody knows is said, never invented. */
export function planHead(view: View, review: Review): readonly (readonly [name: string, text: string])[] {
  const { plan, state } = review.proposal;
  const steps = state.order.filter(({ skipped }) => skipped === undefined);
  const swap = swapOf(steps);
  return [
    ['danger', dangerText(plan, steps)],
    ...(swap === undefined ? [] : [['goes back', backText(view, review)] as const]),
    ...(backupOf(plan) === undefined ? [] : [['from', fromText(view, plan)] as const]),
    ['clients', clientsText(steps)],
    ...(swap === undefined
      ? [['in short', planSummary({ ...plan, steps: state.order })] as const]
      : [['old data', oldDataText(swap)] as const, ['position', positionText(review)] as const]),
    ['not known', unknownsText(steps)],
    ['owes', debtsText(steps)],
  ];
}

function dangerText(plan: Plan, steps: readonly PlannedStep[]): string {
  const of = (danger: string) => steps.filter((each) => each.danger === danger).map(({ step }) => step.id);
  const [destroys, disrupts] = [of('destroys'), of('disrupts')];
  const gates = steps.filter(({ gate }) => gate !== undefined);
  const asks = gates.filter(({ gate, danger }) => gate === 'typed' && danger !== 'destroys').map(({ step }) => step.id);
  const typed = gates.filter(({ gate }) => gate === 'typed').length;
  const more =
    gates.length === 0
      ? 'no other gate'
      : `${gates.length} more ${gates.length === 1 ? 'gate' : 'gates'}${typed === 0 ? '' : `, ${typed === 1 ? 'one' : typed} of them typed`}`;
  const marks = [
    destroys.length + asks.length === 0 ? '' : `!! ${[...destroys, ...asks].join(', ')}`,
    disrupts.length === 0 ? '' : `! ${disrupts.filter((id) => !asks.includes(id)).join(', ')}`,
  ].filter((each) => each !== '');
  return `${marks.length === 0 ? `nothing of ${plan.identity.cluster} is interrupted` : marks.join('   ')}: ${more}`;
}

function rowOf({ state }: View, plan: Plan) {
  const id = backupOf(plan);
  return state.listing.last?.value.backups.rows.find((each) => each.id === id);
}

function backText(view: View, { proposal, position }: Review): string {
  const row = rowOf(view, proposal.plan);
  const undone = transactionsBetween(positionOfBackup(proposal.plan.parameters), position);
  const lost = undone === undefined ? 'how much it undoes is not known' : `undoes ${undone} transactions`;
  if (row === undefined) return `to the position of the backup: ${lost}`;
  const at = row.positionAt ?? row.takenAt;
  return `to ${dateTimeText(at)}, ${formatAge(view.state.now - at, { minutes: true })} ago: ${lost}`;
}

function fromText(view: View, plan: Plan): string {
  const row = rowOf(view, plan);
  if (row === undefined) return `${backupOf(plan)}, which is not in the list of backups`;
  const { backup } = plan.parameters;
  const kind = typeof backup === 'object' && backup !== null && 'kind' in backup ? String(backup.kind) : undefined;
  const proven = row.provenAt === undefined ? '' : `, ${formatAge(view.state.now - row.provenAt)} ago`;
  return [
    row.id,
    ...(row.bytes === undefined ? [] : [formatBytes(row.bytes)]),
    ...(kind === undefined ? [] : [kind]),
    `${row.mark} ${row.proof}${proven}`,
  ].join('  ');
}

/** From the step that cuts clients off to the one that pays for it, that one too; undefined: clients are not cut off. */
export function outage(
  steps: readonly PlannedStep[],
): { readonly before: readonly PlannedStep[]; readonly without: readonly PlannedStep[] } | undefined {
  const owes = (id: string) => steps.findIndex(({ debts }) => debts.some((debt) => debt.id.startsWith(id)));
  const cut = owes('traffic') === -1 ? owes('members') : owes('traffic');
  if (cut === -1) return undefined;
  const id = steps[cut]?.step.id ?? '';
  const paid = steps.findIndex(({ step }, index) => index > cut && step.pays.includes(id));
  return { before: steps.slice(0, cut), without: steps.slice(cut, paid === -1 ? undefined : paid + 1) };
}

function clientsText(steps: readonly PlannedStep[]): string {
  const out = outage(steps);
  if (out === undefined) {
    const off = steps.filter(({ danger }) => danger === 'disrupts' || danger === 'destroys');
    return off.length === 0
      ? 'are not interrupted'
      : `are concerned by ${off.map(({ step }) => step.id).join(', ')}: how, is said there`;
  }
  const gates = out.without.slice(1).some(({ gate }) => gate !== undefined);
  const without = timeOf(out.without);
  const before = timeOf(out.before);
  return `without a database ${without}${gates ? ' and your time at gates' : ''}${before === 'no time' ? '' : `, after ${before.replace('about ', '')}`}`;
}

export function timeOf(steps: readonly PlannedStep[]): string {
  const known = steps.reduce((sum, { ms }) => sum + (ms ?? 0), 0);
  const open = steps.some(({ ms, step }) => ms === undefined && step.kind !== 'check');
  if (known === 0) return open ? 'for a time that is not known' : 'no time';
  const text = known <= 60_000 ? about(known) : about(Math.ceil(known / 60_000) * 60_000);
  return `${open ? 'at least' : 'about'} ${text}`;
}

function oldDataText({ debts }: PlannedStep): string {
  const kept = debts.find(({ due }) => due === 'close');
  return kept === undefined
    ? 'deleted by the swap: there is no way back to it'
    : `kept ${kept.says.replace(/^old data /, '')}, until you close the run`;
}

function positionText({ proposal, position }: Review): string {
  const to = positionOfBackup(proposal.plan.parameters);
  const from = shortPosition(position);
  if (to === undefined) return `${from} -> that of the backup`;
  const uuid =
    position === undefined ? '' : position.uuid === to.uuid ? ', the state UUID stays' : ', another state UUID';
  return `${from} -> ${shortPosition(to)}${uuid}`;
}

function unknownsText(steps: readonly PlannedStep[]): string {
  const gates = steps.some(({ gate }) => gate !== undefined);
  const known = steps.flatMap(({ step, unknowns }) => (unknowns ?? []).map((each) => `${step.id}: ${each}`));
  return [...(gates ? ['your time at gates'] : []), ...known].join('; ');
}

function debtsText(steps: readonly PlannedStep[]): string {
  const debts = steps.flatMap(({ step, debts: of }) =>
    of.filter(({ due }) => due === 'end').map(({ id }) => `${id.split(':')[0]} (${step.id})`),
  );
  return debts.length === 0 ? 'nothing' : `${debts.join(', ')}: paid by the run`;
}
