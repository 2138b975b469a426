import type { Runbook } from '../runbook/runbook.ts';
import { dangerMark } from './danger-mark.ts';
import { filtered, noneMatches } from './filtering.ts';
import { blank, heads, type Line, line, row, span } from './line.ts';
import type { RunbookRow } from './operations.ts';
import { stacked } from './panes.ts';
import { type Block, cursorIn, type Screen, windowOf } from './screen.ts';
import type { ScreensState } from './state.ts';
import { wrapped } from './text.ts';
import { valueLines } from './value-line.ts';
import { isWide, type View } from './view.ts';

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
    const wide = isWide(view);
    const columns = [
      { title: 'runbook', width: 18 },
      { title: 'danger', width: 9 },
      ...(wide ? [{ title: 'flavours', width: 24 }] : []),
      { title: 'what it does', width: area.width - (wide ? 58 : 33) },
    ];
    const chosen = all.find(({ runbook }) => runbook.name === cursor);
    const shown = windowOf(
      all,
      all.findIndex(({ runbook }) => runbook.name === cursor),
      Math.max(1, area.height - 14),
    );
    const lines = shown.map(({ runbook, danger }) => {
      const focused = runbook.name === cursor;
      const name = focused ? span(runbook.name, 'cursor') : runbook.name;
      const mark = danger === 'destroys' ? span(danger, 'bad') : danger === 'disrupts' ? span(danger, 'look') : danger;
      return line(
        focused ? span('>', 'cursor') : ' ',
        '   ',
        row(columns, [name, mark, ...(wide ? [runbook.flavours.join(', ')] : []), runbook.summary]),
      );
    });
    const about = chosen === undefined ? [] : aboutLines(chosen, area.width);
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
                lines: about,
              },
            ]),
      ],
      area.width,
    );
  },
};

function aboutLines({ runbook, steps }: RunbookRow, width: number): readonly Line[] {
  const marked = (of: Runbook['steps']) =>
    of
      .map(({ id, gate }) => {
        const mark = dangerMark({ danger: steps[id]?.danger ?? 'reads', ...(gate === undefined ? {} : { gate }) });
        return mark === undefined ? id : `${id}\u00a0${mark.text}`;
      })
      .join(', ');
  return [
    ...wrapped(`${runbook.title}. ${runbook.summary}`, Math.min(100, width - 2)).map((text) => line(` ${text}`)),
    blank,
    ...valueLines('flavours', runbook.flavours.join(', '), width),
    ...valueLines('steps', `${runbook.steps.length}: ${marked(runbook.steps)}`, width),
    ...(runbook.rollback.length === 0 ? [] : valueLines('rollback', marked(runbook.rollback), width)),
  ];
}

function blocks({ state, cluster }: View): readonly Block[] {
  const ids = listed(state).map(({ runbook }) => runbook.name);
  // What brings a Galera cluster up that is down: `2`, then enter.
  const start = cluster.health.verdict === 'DOWN' && ids.includes('galera-start') ? { start: 'galera-start' } : {};
  return [{ name: 'runbooks', ids, ...start }];
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
