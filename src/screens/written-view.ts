import { frame, scrollNow } from './frame.ts';
import { textOf } from './line.ts';
import { outputOf } from './output-pane.ts';
import { shownRun, shownStep } from './screen-run.ts';
import type { ScreensState } from './state.ts';
import { viewOf } from './view.ts';

/** Wide enough for the longest row of a list. */
const columns = 240;
/** Above and below what is paged. */
const around = 200;

/** What the operator looks at as a text, uncut: as tall as it needs. A text is given as it is written. */
export function writtenView(state: ScreensState): string {
  const { reading, screen } = state.ui;
  if (screen === 'text' && reading !== undefined) return ended(reading.lines.join('\n'));
  const view = viewOf({ ...state, size: { columns: Math.max(columns, state.size.columns), rows: around } });
  const { backups, runs } = state.listing.last?.value ?? { backups: undefined, runs: [] };
  const run = screen === 'run' ? shownRun(view) : undefined;
  const output = run === undefined ? 0 : outputOf(run, shownStep(view, run)).length;
  const rows = around + (scrollNow(view)?.lines ?? 0) + (backups?.rows.length ?? 0) + runs.length + output;
  const lines = frame({ ...view.state, size: { columns: view.width, rows } }).map((each) => textOf(each).trimEnd());
  // Row 24 is about keys. What only fills the screen is left out.
  const shown = lines.slice(0, -1).filter((each, at) => !isEmpty(each) || !isEmpty(lines[at - 1] ?? ''));
  return ended(shown.join('\n'));
}

function isEmpty(text: string): boolean {
  return /^[\s│]*$/.test(text);
}

function ended(text: string): string {
  return `${text.trimEnd()}\n`;
}
