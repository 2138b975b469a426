import { formatDuration } from '../base/duration.ts';
import { dateTimeText } from '../base/time.ts';
import { foldEvents } from '../engine/apply-event.ts';
import type { RunEvent } from '../engine/event.ts';
import { isPutBack } from '../engine/state.ts';
import { closeCommand, repairCommand, rollbackCommand } from '../record/commands.ts';
import type { DebtRow } from '../views/status-view.ts';
import { fact, facts } from './fact.ts';
import { lastOf, plannedSteps } from './open-run.ts';

/** The id of a debt among those of all runs. */
export function debtKey({ run, id }: Pick<DebtRow, 'run' | 'id'>): string {
  return `${run} ${id}`;
}

/** Everything about a debt: what is owed, by which step and run, since when, who carries it, and the command that pays. */
export function debtText(row: DebtRow, events: readonly RunEvent[], now: number): readonly string[] {
  const { run, id, due } = row;
  const state = foldEvents(events);
  const owed = lastOf(events, 'debt-owed', (event) => event.debt.id === id)?.debt;
  const step = plannedSteps(events).find((planned) => planned.step.id === row.step)?.step;
  const payers = plannedSteps(events).filter((planned) => planned.step.pays.includes(row.step));
  const { plan } = state;
  return [
    fact('debt', id),
    fact('owed', row.says),
    fact('by step', `${row.step}${step === undefined ? '' : `: ${step.title} (${step.action})`}`),
    fact('of run', `${run}${plan === undefined ? '' : ` of ${plan.runbook.name}, ${plan.runbook.title}`}`),
    fact('begun by', row.by),
    fact('since', `${dateTimeText(row.since)}, for ${formatDuration(now - row.since)}`),
    fact('until', due === 'end' ? 'paid: the run may not end without it paid or named' : 'the run is closed'),
    fact('carried', carrierText(row)),
    ...(due === 'close'
      ? [
          ...facts('in a shell', [closeCommand(run), ...(isPutBack(state) ? [] : [rollbackCommand(run)])]),
          fact(
            '',
            isPutBack(state)
              ? 'close removes it; to have it again, restore the backup again'
              : 'close removes it, and no rollback is left; rollback puts it back',
          ),
        ]
      : [fact('in a shell', repairCommand(run))]),
    ...(payers.length === 0 ? [] : [fact('paid by', payers.map(({ step: { id: of } }) => of).join(', '))]),
    ...(owed === undefined
      ? []
      : [
          fact('pays with', owed.payWith.action),
          ...facts(
            'input',
            Object.entries(owed.payWith.input).map(([name, value]) => `${name} = ${JSON.stringify(value)}`),
          ),
        ]),
  ];
}

function carrierText({ carried, due }: DebtRow): string {
  if (carried) return 'by its run, which is at work and pays';
  if (carried === undefined && due === 'end') return 'not known: the lease could not be read; p finds out';
  return due === 'end' ? 'by nobody: p plans the repair' : 'by nobody: it waits for you';
}
