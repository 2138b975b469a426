import { owed } from '../engine/state.ts';
import { chosenRun } from './chosen-run.ts';
import type { CommandName } from './key-table.ts';
import type { View } from './view.ts';

/**
 * Why a command does not work now, in the words of row 23 and of help; undefined when it does. Only what the screens know already: a plan
 * may still refuse.
 */
export function whyNot(command: CommandName, view: View): string | undefined {
  const { state, cluster } = view;
  const going = state.run?.going === true;
  switch (command) {
    case 'backup':
      return going ? `run ${state.run?.state.plan?.run} is open` : unfitForBackup(view);
    case 'restore':
      return going ? `run ${state.run?.state.plan?.run} is open` : undefined;
    case 'verify':
      return going ? 'a run is open' : state.ui.screen === 'backups' ? undefined : 'in Backups';
    case 'repair':
      return owesSomething(view) ? (going ? 'the run pays by itself' : undefined) : 'owes nothing';
    case 'resume':
      return going ? 'a run is open' : chosenRun(view)?.stopped === true ? undefined : 'none stopped';
    case 'rollback':
      return going ? 'a run is open' : chosenRun(view)?.canGoBack === true ? undefined : 'none kept';
    case 'close':
      return going ? 'a run is open' : chosenRun(view)?.keeps === true ? undefined : 'keeps nothing';
    case 'transcript':
      return chosenRun(view) === undefined ? 'no run is under the cursor' : undefined;
    case 'switch':
      return going ? 'a run is open: it belongs to this target' : undefined;
    case 'story':
      return state.story ? undefined : 'in practice';
    case 'describe':
    case 'logs':
    case 'open':
      return cluster.members.length === 0 && state.ui.screen === 'dashboard' ? 'nothing was read yet' : undefined;
    default:
      return undefined;
  }
}

/** What a backup needs of every member (design §6.4): said before anything is planned. */
function unfitForBackup({ cluster, state }: View): string | undefined {
  const silent = cluster.members.filter(({ row }) => row.sign === 'unknown');
  if (cluster.members.length === 0) return state.look.failing?.found ?? 'nothing was read yet';
  if (silent.length > 0)
    return `every member must answer: ${silent.map(({ row }) => row.member).join(', ')} unknown.  d describes it`;
  const desynced = cluster.members.filter(({ row }) => (row.desyncCount ?? 0) > 0);
  if (desynced.length > 0)
    return `none may be desynced: ${desynced.map(({ row }) => row.member).join(', ')} is.  p repairs a debt`;
  return cluster.health.verdict === 'DOWN' ? 'the Galera cluster is DOWN: 2, then galera-start' : undefined;
}

export function owesSomething({ state }: View): boolean {
  if (state.run !== undefined && owed(state.run.state).length > 0) return true;
  return (state.listing.last?.value.debts ?? []).some(({ due }) => due === 'end');
}
