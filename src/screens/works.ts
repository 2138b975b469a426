import { owed } from '../engine/state.ts';
import { runAtWork } from '../views/at-work.ts';
import type { BackupRow } from '../views/status-view.ts';
import { type ChosenRun, chosenRun, listed } from './chosen-run.ts';
import { blocksHere, cursorHere } from './cursor-here.ts';
import type { CommandName } from './key-table.ts';
import { owedUnknown } from './listing-now.ts';
import { isCut } from './screen-text.ts';
import type { View } from './view.ts';

/**
 * Why a command does not work now, in the words of row 23 and of help; undefined when it does. Only what the screens know already: a plan
 * may still refuse.
 */
export function whyNot(command: CommandName, view: View): string | undefined {
  const { state } = view;
  const { ui } = state;
  const going = state.run?.going === true;
  switch (command) {
    case 'backup':
      return going ? `run ${state.run?.state.plan?.run} is open` : (heldBy(view) ?? unfitForBackup(view));
    case 'restore':
      return going ? `run ${state.run?.state.plan?.run} is open` : (heldBy(view) ?? notRestorable(view));
    case 'verify':
      return going ? 'a run is open' : backupHere(view) === undefined ? noBackup : undefined;
    case 'repair':
      return owesSomething(view) ? (going ? 'the run pays by itself' : undefined) : orUnknown(view, 'owes nothing');
    case 'resume':
      return going ? 'a run is open' : chosen(view, ({ stopped }) => stopped, 'none stopped');
    case 'rollback':
      return going ? 'a run is open' : chosen(view, ({ canGoBack }) => canGoBack, 'none kept');
    case 'close':
      return going ? 'a run is open' : chosen(view, ({ keeps }) => keeps, 'keeps nothing');
    case 'transcript':
      return chosenRun(view) === undefined ? 'no run is under the cursor' : undefined;
    case 'switch':
      return going ? 'a run is open: it belongs to this target' : undefined;
    case 'story':
      return state.story ? undefined : 'in practice';
    case 'next-block':
      return blocksHere(view).length > 1 ? undefined : 'there is only one block';
    case 'logs':
      return noLogs(view);
    case 'open':
      return ui.screen === 'text' ? leadsNowhere(view) : nothingHere(view);
    case 'describe':
      return ui.screen === 'plan' && state.review !== undefined ? undefined : nothingHere(view);
    case 'wrap':
      return ui.screen === 'text' && !isCut(view) ? 'all of it is wrapped' : undefined;
    case 'edit':
      return state.review === undefined && ui.refusal?.plans !== true ? 'no plan is open' : undefined;
    case 'next-match':
    case 'previous-match':
      return (ui.searches[ui.screen] ?? '') === '' ? '/ searches first' : undefined;
    default:
      return undefined;
  }
}

/** One run at a time: a plan would be refused after its yes. What has just ended here may still be listed as at work. */
function heldBy({ state }: View): string | undefined {
  const lease = state.listing.last?.value.lease;
  const run = runAtWork(lease);
  if (run === undefined || run === state.run?.state.plan?.run) return undefined;
  return `run ${run} of ${lease?.holder} holds the lease`;
}

function nothingHere(view: View): string | undefined {
  return cursorHere(view) === undefined ? 'nothing is under the cursor' : undefined;
}

function leadsNowhere({ state }: View): string | undefined {
  return state.ui.reading?.runbook === undefined ? 'this text leads nowhere' : undefined;
}

function noLogs(view: View): string | undefined {
  const cursor = cursorHere(view);
  if (view.state.ui.screen === 'run') return cursor === undefined ? 'no run is open' : undefined;
  return cursor?.block === 'members' ? undefined : 'tab to a member first';
}

/** Of the run under the cursor; from the dashboard the way to one that it would be true of. */
function chosen(view: View, is: (run: ChosenRun) => boolean, none: string): string | undefined {
  const run = chosenRun(view);
  if (run !== undefined && is(run)) return undefined;
  const { screen } = view.state.ui;
  const other = screen === 'run' ? undefined : listed(view).find(is);
  if (other === undefined) return orUnknown(view, none);
  return screen === 'dashboard' ? `4, then run ${other.run}` : `not this run, but ${other.run}`;
}

/** That there is nothing is said only where all of it could be read. */
function orUnknown({ state }: View, none: string): string {
  return owedUnknown(state) === undefined ? none : 'not known: 4 says why';
}

const noBackup = 'no backup is under the cursor';

function backupHere(view: View): BackupRow | undefined {
  const cursor = cursorHere(view);
  return view.state.listing.last?.value.backups.rows.find(({ id }) => cursor?.block === 'backups' && id === cursor.id);
}

/** From the dashboard it leads to the list. */
function notRestorable(view: View): string | undefined {
  if (view.state.ui.screen === 'dashboard') return undefined;
  const backup = backupHere(view);
  if (backup === undefined) return noBackup;
  return backup.mark === '-' ? `${backup.id} cannot be restored: ${backup.proof}` : undefined;
}

/** What a backup needs of every member (design §6.4): said before anything is planned. */
function unfitForBackup(view: View): string | undefined {
  const { cluster, state } = view;
  const silent = cluster.members.filter(({ row }) => row.sign === 'unknown');
  if (cluster.members.length === 0) return state.look.failing?.found ?? 'nothing was read yet';
  // Short enough to stand whole on row 23, with the key that helps.
  const which = (of: typeof silent) =>
    of.length === 1 ? (of[0]?.row.member ?? '') : `${of.length} of ${cluster.members.length}`;
  if (silent.length > 0)
    return `needs all members: ${which(silent)} silent.  ${state.ui.screen === 'dashboard' ? 'd says why' : '1 shows it'}`;
  const desynced = cluster.members.filter(({ row }) => (row.desyncCount ?? 0) > 0);
  if (desynced.length > 0)
    return `none may be desynced: ${which(desynced)} is${owesSomething(view) ? '.  p repairs it' : ''}`;
  if (cluster.health.verdict !== 'DOWN') return undefined;
  const start = owesSomething(view) || owedUnknown(state) !== undefined ? '1 says why' : '2, then galera-start';
  return `the Galera cluster is DOWN: ${start}`;
}

export function owesSomething({ state }: View): boolean {
  if (state.run !== undefined && owed(state.run.state).length > 0) return true;
  return (state.listing.last?.value.debts ?? []).some(({ due }) => due === 'end');
}
