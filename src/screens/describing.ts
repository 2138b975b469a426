import type { DebtRow } from '../views/status-view.ts';
import type { SessionContext } from './context.ts';
import { debtKey, debtText } from './describe-debt.ts';
import { runText } from './describe-run.ts';
import { stepText } from './describe-step.ts';
import { detailLines } from './detail-panel.ts';
import { textOf } from './line.ts';
import type { Operations } from './operations.ts';
import { planLines } from './plan-lines.ts';
import { reading } from './reading.ts';
import { shownRun, shownStep } from './screen-run.ts';
import { textMargin } from './screen-text.ts';
import { type View, viewOf } from './view.ts';

/** Shows every value of what is under the cursor. */
export function describe(of: SessionContext, { block, id }: { readonly block: string; readonly id: string }): void {
  const view = viewOf(of.store.getState());
  const at = view.state.now;
  switch (block) {
    case 'backups':
      values(of, id, (operations) => operations.backup(id));
      return;
    case 'runs':
      values(of, `Run ${id}`, async (operations) => runText(await operations.run(id), at));
      return;
    case 'debts': {
      const row = debtRow(view, id);
      if (row !== undefined)
        values(of, `Debt ${row.id}`, async (operations) => debtText(row, await operations.run(row.run), at));
      return;
    }
    case 'steps':
    case 'output': {
      const shown = shownRun(view);
      const run = shown?.state.plan?.run;
      const step = shown === undefined ? undefined : shownStep(view, shown);
      if (run !== undefined && step !== undefined)
        values(of, `Step ${step}, run ${run}`, async (operations) => stepText(await operations.run(run), step, at));
      return;
    }
    default:
      values(of, id, async () => detailLines(view, block, id).map((line) => textOf(line)));
  }
}

/** All of the plan that is looked at. Its gate waits meanwhile, and asks again. */
export function describePlan(of: SessionContext): void {
  const view = viewOf(of.store.getState());
  const { review } = view.state;
  if (review === undefined) return;
  const lines = planLines(view, review, view.width - textMargin).map((each) => textOf(each).trimEnd());
  values(of, `Plan ${review.proposal.plan.run} of ${review.proposal.plan.runbook.name}`, async () => lines);
}

/** As it is listed; what has just failed here is not in the list yet. */
function debtRow(view: View, id: string): DebtRow | undefined {
  const listed = view.state.listing.last?.value.debts.find((each) => debtKey(each) === id);
  const run = shownRun(view);
  const debt = run?.state.debts.find((each) => debtKey({ run: run.state.plan?.run ?? '', id: each.id }) === id);
  if (listed !== undefined || run === undefined || debt === undefined) return listed;
  const { state, owedSince, going } = run;
  return {
    run: state.plan?.run ?? '',
    id: debt.id,
    step: debt.step,
    says: debt.says,
    since: owedSince[debt.id] ?? state.startedAt ?? view.state.now,
    by: state.by,
    due: debt.due,
    carried: going,
  };
}

function values(of: SessionContext, title: string, read: (operations: Operations) => Promise<readonly string[]>): void {
  const { writer } = of;
  reading(of, read, (lines) => {
    writer.reading({ title, kind: 'values', lines, at: of.store.getState().now });
    writer.show('text');
  });
}
