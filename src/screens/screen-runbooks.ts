import { filtered, noneMatches } from './filtering.ts';
import { heads, line, row, span } from './line.ts';
import type { RunbookRow } from './operations.ts';
import { stacked } from './panes.ts';
import { type Block, cursorIn, type Screen, windowOf } from './screen.ts';
import type { ScreensState } from './state.ts';
import { wrapped } from './text.ts';
import type { View } from './view.ts';

/** The documents that can be run; `enter` plans one, `d` reads it. */
export const runbooksScreen: Screen = {
  name: 'runbooks',
  members: 'tall',
  blocks,
  hints: () => ['open', 'describe', 'filter', 'help', 'back'],
  body(view, area) {
    const all = listed(view.state);
    const count = view.state.runbooks?.length ?? 0;
    const cursor = cursorIn(view, blocks(view), 'runbooks');
    const columns = [
      { title: 'runbook', width: 18 },
      { title: 'danger', width: 9 },
      { title: 'what it does', width: area.width - 33 },
    ] as const;
    const chosen = all.find(({ runbook }) => runbook.name === cursor);
    const shown = windowOf(
      all,
      all.findIndex(({ runbook }) => runbook.name === cursor),
      Math.max(1, area.height - 6),
    );
    const lines = shown.map(({ runbook, danger }) => {
      const focused = runbook.name === cursor;
      const name = focused ? span(runbook.name, 'cursor') : runbook.name;
      const mark = danger === 'destroys' ? span(danger, 'bad') : danger === 'disrupts' ? span(danger, 'look') : danger;
      return line(focused ? span('>', 'cursor') : ' ', '   ', row(columns, [name, mark, runbook.summary]));
    });
    const about =
      chosen === undefined
        ? []
        : wrapped(
            `${chosen.runbook.title}. ${chosen.runbook.summary} Flavours: ${chosen.runbook.flavours.join(', ')}; ${chosen.runbook.steps.length} steps.`,
            Math.min(100, area.width - 2),
          );
    return stacked(
      [
        {
          head: ['Runbooks', `${shown.length} of ${count}`],
          lines: [line('    ', heads(columns)), ...(all.length === 0 ? [line(`    ${empty(view.state)}`)] : lines)],
        },
        ...(chosen === undefined
          ? []
          : [
              {
                head: [chosen.runbook.name, 'enter plans it, d reads it'] as const,
                lines: about.map((text) => line(` ${text}`)),
              },
            ]),
      ],
      area.width,
    );
  },
};

function blocks({ state }: View): readonly Block[] {
  return [{ name: 'runbooks', ids: listed(state).map(({ runbook }) => runbook.name) }];
}

function listed(state: ScreensState): readonly RunbookRow[] {
  return filtered(state, 'runbooks', state.runbooks ?? [], ({ runbook }) => `${runbook.name} ${runbook.summary}`);
}

function empty(state: ScreensState): string {
  const { runbooks } = state;
  if (runbooks === undefined) return 'not read yet: 2 asks again';
  return runbooks.length === 0
    ? 'there are no runbooks: esc goes back'
    : noneMatches(state, 'runbooks', runbooks.length);
}
