import { resumption } from '../engine/resumption.ts';
import { kept } from '../engine/state.ts';
import type { RunSummary } from '../record/run-summary.ts';
import { debtUnderCursor } from './debt-under-cursor.ts';
import { isRunning } from './lists.ts';
import { cursorOf, focusOf } from './screen.ts';
import { shownRun } from './screen-run.ts';
import { runsOf } from './screen-runs.ts';
import type { OpenRun } from './state.ts';
import type { View } from './view.ts';

/** The run that keys are about, and what may be done with it. */
export interface ChosenRun {
  readonly run: string;
  /** It has stopped before its end, or owes something. */
  readonly stopped: boolean;
  /** It has replaced data and has the old. */
  readonly canGoBack: boolean;
  /** It keeps something that closing it frees. */
  readonly keeps: boolean;
}

/** On the run screen the run that it shows; in a list the one under the cursor. */
export function chosenRun(view: View): ChosenRun | undefined {
  const { ui } = view.state;
  if (ui.screen === 'run') {
    const run = shownRun(view);
    return run === undefined ? undefined : ofState(run);
  }
  const debt = debtUnderCursor(view);
  if (debt !== undefined) {
    const owing = view.state.listing.last?.value.runs.find(({ run }) => run === debt.run);
    return owing === undefined ? undefined : ofSummary(owing, view);
  }
  const runs = runsOf(view);
  const block = { name: 'runs', ids: runs.map(({ run }) => run) };
  if (ui.screen === 'dashboard' && focusOf(view.state, [{ name: 'members', ids: ['any'] }, block])?.name !== 'runs')
    return undefined;
  const id = cursorOf(view.state, block);
  const found = runs.find(({ run }) => run === id);
  return found === undefined ? undefined : ofSummary(found, view);
}

function ofState({ state, going }: OpenRun): ChosenRun | undefined {
  if (state.plan === undefined) return undefined;
  const keeps = !going && !state.closed && kept(state).length > 0;
  return {
    run: state.plan.run,
    stopped: !going && !state.closed && ['anew', 'same-part'].includes(resumption(state).is),
    canGoBack: keeps || (!going && !state.closed && state.crossed),
    keeps,
  };
}

function ofSummary(of: RunSummary, { state }: View): ChosenRun {
  const running = isRunning(of, state);
  const keeps = !running && !of.closed && of.kept.length > 0;
  return {
    run: of.run,
    stopped: !running && !of.closed && (of.endedAt === undefined || of.unpaid.length > 0),
    canGoBack: keeps,
    keeps,
  };
}
