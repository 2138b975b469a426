import { resumption } from '../engine/resumption.ts';
import { isPutBack, kept } from '../engine/state.ts';
import type { RunSummary } from '../record/run-summary.ts';
import { cursorHere } from './cursor-here.ts';
import { isRunning } from './lists.ts';
import { shownRun } from './screen-run.ts';
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
  const cursor = cursorHere(view);
  // A debt is named by its run and its own id.
  const wanted = cursor?.block === 'debts' ? cursor.id.split(' ')[0] : cursor?.block === 'runs' ? cursor.id : undefined;
  return listed(view).find(({ run }) => run === wanted);
}

/** Every run that is listed, whatever the cursor is on. */
export function listed(view: View): readonly ChosenRun[] {
  return (view.state.listing.last?.value.runs ?? []).map((run) => ofSummary(run, view));
}

function ofState({ state, going }: OpenRun): ChosenRun | undefined {
  if (state.plan === undefined) return undefined;
  const keeps = !going && !state.closed && kept(state).length > 0;
  return {
    run: state.plan.run,
    stopped: !going && !state.closed && ['anew', 'same-part'].includes(resumption(state).is),
    canGoBack: !isPutBack(state) && (keeps || (!going && !state.closed && state.crossed)),
    keeps,
  };
}

function ofSummary(of: RunSummary, { state }: View): ChosenRun {
  const running = isRunning(of, state);
  const keeps = !running && !of.closed && of.kept.length > 0;
  return {
    run: of.run,
    stopped: !running && !of.closed && (of.endedAt === undefined || of.unpaid.length > 0),
    canGoBack: keeps && !of.putBack,
    keeps,
  };
}
