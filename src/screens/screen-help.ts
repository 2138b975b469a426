import { type Binding, bindingOn, elsewhere, keyTable } from './key-table.ts';
import { blank, type Line, line, span } from './line.ts';
import { sideBySide } from './panes.ts';
import type { Screen } from './screen.ts';
import type { ScreenName } from './state.ts';
import { wrapped } from './text.ts';
import type { Area, View } from './view.ts';
import { whyNot } from './works.ts';

/** Made from the key table: keys that work on the screen it was opened from, and those that do not, with the reason. */
export const helpScreen: Screen = {
  name: 'help',
  members: 'tall',
  blocks: () => [],
  hints: () => ['page-down', 'back'],
  line: () => '" - ": the key does not work now; pressing it says why, on this row',
  scrolls: (view, area) => ({ lines: rowsOf(view, area).length, page: pageOf(area) }),
  body(view, area) {
    const rows = rowsOf(view, area);
    const page = pageOf(area);
    const top = Math.max(0, Math.min(view.state.ui.scroll.help ?? 0, rows.length - page));
    const shown = rows.slice(top, top + page);
    const range = rows.length > page ? `${top + 1}-${top + shown.length} of ${rows.length}` : 'what works here now';
    return sideBySide(
      [{ head: [`Help: ${below(view).state.ui.screen}`, ''], lines: shown.map(([left]) => left) }],
      [{ head: ['', range], lines: shown.map(([, right]) => right) }],
      leftWidth(area),
      area,
    );
  },
};

/** Reasons stand below each other. */
const saysWidth = 15;

/** The screen that help was opened from, as it is seen there: what help is about. */
export function below(view: View): View {
  const { ui } = view.state;
  const screen: ScreenName = ui.back.at(-1) ?? 'dashboard';
  return { ...view, state: { ...view.state, ui: { ...ui, screen } } };
}

function pageOf({ height }: Area): number {
  return height - 1;
}

function leftWidth({ width }: Area): number {
  return Math.ceil(width / 2) + 1;
}

/** Both columns side by side: they scroll together. */
function rowsOf(view: View, area: Area): readonly (readonly [left: Line, right: Line])[] {
  const width = leftWidth(area);
  const left = [line(' Look'), ...group(view, 'look', width), line(' Leave'), ...group(view, 'leave', width)];
  const right = [
    line(' Act: opens a plan, changes nothing'),
    ...group(view, 'act', area.width - width - 1),
    line(' Start: only inside a gate'),
    ...gateKeys,
    line(' Signs'),
    ...signs,
  ];
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => [
    left[index] ?? blank,
    right[index] ?? blank,
  ]);
}

/** A practice has one target and a story; everything else has targets. */
function hidden({ state }: View) {
  return state.story ? 'switch' : 'story';
}

function group(view: View, wanted: Binding['group'], width: number): Line[] {
  const there = below(view);
  const { screen } = there.state.ui;
  const labelWidth = wanted === 'act' ? 2 : 14;
  return (
    keyTable
      .filter((binding) => binding.group === wanted && binding.label !== '' && binding.command !== hidden(view))
      // What opens a plan is shown everywhere, with the screens on which it does.
      .filter(({ on, local }) => (wanted === 'act' && local !== true) || on === undefined || on.includes(screen))
      .flatMap((binding) => keyLines(binding, reasonOf(binding, there), labelWidth, width))
  );
}

function reasonOf(binding: Binding, there: View): string | undefined {
  return bindingOn(binding, there.state.ui.screen) ? whyNot(binding.command, there) : elsewhere(binding);
}

/** Nothing is cut: what is too long goes on below. */
function keyLines({ label, says }: Binding, why: string | undefined, labelWidth: number, width: number): Line[] {
  const indent = labelWidth + 4;
  const room = width - indent - 1;
  const texts = wrapped(says, room).map((text) => line(text));
  const beside = `${says.padEnd(saysWidth)}  - ${why}`;
  const all =
    why === undefined
      ? texts
      : beside.length <= room
        ? [line(says.padEnd(saysWidth), span(`  - ${why}`, 'off'))]
        : [...texts, ...wrapped(`- ${why}`, room).map((text) => line(span(text, 'off')))];
  return all.map((each, index) => line(index === 0 ? `   ${label.padEnd(labelWidth)} ` : ' '.repeat(indent), each));
}

const gateKeys: readonly Line[] = [
  line('   y     yes, once its keys are live'),
  line('   name  typed, for what destroys data'),
  line('   esc   no, and so is n; enter never'),
];

const signs: readonly Line[] = [
  line('   ✓ good   ! look   ✗ bad   ? unknown'),
  line('   » running   - not now   ~ cut here'),
  line('   ! asks yes or no   !! asks the name'),
  line('   (0:05) estimate   trend _⣀⣤⣶⣿'),
  line('   proof # no = sums + restored - bad'),
];
