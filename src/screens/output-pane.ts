import { clockText } from '../base/time.ts';
import { type Line, line } from './line.ts';
import { marked } from './marked.ts';
import type { Section } from './panes.ts';
import type { OpenRun, OutputLine } from './state.ts';
import { wrapped } from './text.ts';
import { type Area, isWide, type View } from './view.ts';

/** A line with its number among all that the run has written. */
export interface Numbered extends OutputLine {
  readonly number: number;
}

/** What is kept here of a step's output; lines without a step belong to each. */
export function outputOf({ output }: OpenRun, step: string | undefined): readonly Numbered[] {
  const first = output.total - output.lines.length + 1;
  return output.lines.flatMap((each, index) =>
    each.step === undefined || each.step === step ? [{ ...each, number: first + index }] : [],
  );
}

/** Index of the last line that is shown: the newest, or where the operator holds it. */
export function lastShown(view: View, lines: readonly Numbered[]): number {
  const held = view.state.ui.scroll.output;
  if (held === undefined) return lines.length - 1;
  const at = lines.findLastIndex(({ number }) => number <= held);
  return Math.max(0, at);
}

/** What the step's Jobs write, newest below. */
export function outputPane(view: View, run: OpenRun, step: string | undefined, area: Area): Section {
  const lines = outputOf(run, step);
  const last = lastShown(view, lines);
  const rows: Line[] = [];
  let first = last + 1;
  while (first > 0) {
    const more = rowsOf(view, lines[first - 1], area.width - 1);
    if (rows.length + more.length > area.height && rows.length > 0) break;
    rows.unshift(...more);
    first -= 1;
  }
  return {
    head: [titleOf(view, lines), rangeOf(view, lines, first + 1, last + 1)],
    lines: lines.length === 0 ? [line(` ${emptyText(run, step)}`)] : rows.slice(-Math.max(1, area.height)),
  };
}

function titleOf(view: View, lines: readonly Numbered[]): string {
  const jobs = new Set(lines.map(({ member }) => member)).size;
  const wanted = view.state.ui.searches.run ?? '';
  const of = isWide(view) && jobs > 1 ? `Output of ${jobs} Jobs` : 'Output';
  return wanted === '' ? of : `${of}, /${wanted}`;
}

function rangeOf(view: View, lines: readonly Numbered[], from: number, to: number): string {
  if (view.state.ui.scroll.output !== undefined && to < lines.length)
    return `held, ${lines.length - to} new: ${view.state.ui.focus.run === 'output' ? '' : 'tab, '}G follows`;
  if (isWide(view) && lines.length > 0) return `follow, ${from}-${to} of ${lines.length}`;
  return `follow, ${lines.length} ${lines.length === 1 ? 'line' : 'lines'}`;
}

function emptyText({ going, state }: OpenRun, step: string | undefined): string {
  if (going && step !== undefined && state.steps[step]?.is === 'started') return 'nothing was written yet';
  return 'none is held here: l reads what was kept';
}

function rowsOf(view: View, of: Numbered | undefined, width: number): Line[] {
  if (of === undefined) return [];
  const { ui } = view.state;
  const head = ` ${of.member === undefined ? '' : `${ordinalOf(of.member)} `}${clockText(of.at)} `;
  const room = width - head.length + 1;
  const text = of.text.replaceAll('\t', '    ');
  const parts = ui.wraps ? wrapped(text, room) : [text];
  return parts.map((part, index) =>
    line(index === 0 ? head : ' '.repeat(head.length), marked(part, ui.searches.run ?? '')),
  );
}

/** In narrow places a member is its ordinal, in the order of the strip. */
export function ordinalOf(member: string): string {
  return /-(\d+)$/.exec(member)?.[1] ?? member;
}
