import type { Context } from './context.ts';
import { hasMatch } from './marked.ts';
import { lastShown, outputOf } from './output-pane.ts';
import { focusOf } from './screen.ts';
import { runScreen, shownRun, shownStep } from './screen-run.ts';
import { type View, viewOf } from './view.ts';
import type { Writer } from './writer.ts';

/** The pane with the output of the run screen has the focus. */
export function isOutput(view: View): boolean {
  return view.state.ui.screen === 'run' && focusOf(view.state, runScreen.blocks(view))?.name === 'output';
}

/** Up holds what is seen; at the end it follows again. */
export function scrollOutput({ store, writer }: Context, by: number): void {
  const view = viewOf(store.getState());
  const lines = linesNow(view);
  const to = Math.max(0, lastShown(view, lines) + by);
  const line = lines[Math.min(to, lines.length - 1)];
  if (line !== undefined && to < lines.length - 1) hold(view, writer, line.number);
  else {
    writer.follow('output');
    writer.uncursor('steps');
  }
}

/** To the next line that has what was searched for; false when none has. */
export function matchOutput({ store, writer }: Context, wanted: string, by: 1 | -1, first: 0 | 1 = 1): boolean {
  const view = viewOf(store.getState());
  const lines = linesNow(view);
  const from = lastShown(view, lines);
  const order = lines.map((_, index) => (from + by * (index + first) + lines.length * 2) % lines.length);
  const found = lines[order.find((index) => hasMatch(lines[index]?.text ?? '', wanted)) ?? -1];
  if (found !== undefined) hold(view, writer, found.number);
  return found !== undefined;
}

/** What is read stays, also when another step begins. */
function hold(view: View, writer: Writer, number: number): void {
  const run = shownRun(view);
  const step = run === undefined ? undefined : shownStep(view, run);
  if (step !== undefined) writer.cursor('steps', step, 0);
  writer.scroll('output', number);
}

function linesNow(view: View) {
  const run = shownRun(view);
  return run === undefined ? [] : outputOf(run, shownStep(view, run));
}
