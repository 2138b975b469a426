import { owed } from '../engine/state.ts';
import type { DebtRow } from '../views/status-view.ts';
import { debtKey } from './describe-debt.ts';
import { cursorIn } from './screen.ts';
import { shownRun } from './screen-run.ts';
import { debtsOf, runBlocks } from './screen-runs.ts';
import type { View } from './view.ts';

/** On the runs screen, where debts stand above the runs. */
export function debtUnderCursor(view: View): DebtRow | undefined {
  if (view.state.ui.screen !== 'runs') return undefined;
  const id = cursorIn(view, runBlocks(view), 'debts');
  return debtsOf(view).find((each) => debtKey(each) === id);
}

/** Whose debts `p` is about: of the debt under the cursor, of the run that is looked at, or else of whoever owes. */
export function runToRepair(view: View): string | undefined {
  const { state } = view;
  const debt = debtUnderCursor(view);
  if (debt?.due === 'end') return debt.run;
  const looked = state.ui.screen === 'run' ? shownRun(view) : state.run;
  for (const run of [looked, state.run])
    if (run !== undefined && !run.going && owed(run.state).length > 0) return run.state.plan?.run;
  const open = (state.listing.last?.value.debts ?? []).filter(({ due }) => due === 'end');
  // The lease of a process that was killed is held still: taking the run up finds out whether it lives.
  return (open.find(({ carried }) => !carried) ?? open[0])?.run;
}
