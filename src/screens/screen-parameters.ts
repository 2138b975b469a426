import { heads, type Line, line, row, span } from './line.ts';
import { stacked } from './panes.ts';
import { type Block, cursorIn, type Screen } from './screen.ts';
import { wrapped } from './text.ts';
import type { View } from './view.ts';

/** What a runbook wants to be told; `enter` on one opens a text field, and what is typed there is planned with. */
export const parametersScreen: Screen = {
  name: 'parameters',
  members: 'tall',
  blocks,
  hints: () => ['open', 'help', 'back'],
  body(view, area) {
    const { editing } = view.state.ui;
    if (editing === undefined) return [line('  no plan is open: esc goes back')];
    const cursor = cursorIn(view, blocks(view), 'parameters');
    const columns = [
      { title: 'parameter', width: 22, cut: 'middle' },
      { title: 'value', width: 26 },
      { title: 'may be', width: area.width - 4 - 50 },
    ] as const;
    const lines = editing.rows.map(({ name, value, mayBe }): Line => {
      const focused = name === cursor;
      return line(
        focused ? span('>', 'cursor') : ' ',
        '   ',
        row(columns, [focused ? span(name, 'cursor') : name, value ?? span('?', 'unknown'), mayBe]),
      );
    });
    const about = editing.rows.find(({ name }) => name === cursor);
    const empty = [line(`    ${editing.runbook} has no parameters: esc goes back`)];
    return stacked(
      [
        {
          head: [`Parameters of ${editing.runbook}`, 'a new value is planned with at once'],
          lines: editing.rows.length === 0 ? empty : [line('    ', heads(columns)), ...lines],
        },
        ...(about === undefined
          ? []
          : [
              {
                head: [about.name, ''] as const,
                lines: wrapped(about.says, Math.min(100, area.width - 2)).map((text) => line(` ${text}`)),
              },
            ]),
      ],
      area.width,
    );
  },
};

function blocks({ state }: View): readonly Block[] {
  return [{ name: 'parameters', ids: (state.ui.editing?.rows ?? []).map(({ name }) => name) }];
}
