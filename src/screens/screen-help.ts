import { bindingFor, keyTable } from './key-table.ts';
import { type Line, line, span } from './line.ts';
import { sideBySide } from './panes.ts';
import type { Screen } from './screen.ts';
import { isTall, type View } from './view.ts';
import { whyNot } from './works.ts';

/** Made from the key table: keys that work on the screen it was opened from, and those that do not, with the reason. */
export const helpScreen: Screen = {
  name: 'help',
  members: 'tall',
  blocks: () => [],
  hints: () => ['back'],
  line: () => '" - ": the key does not work now; pressing it says why, on this row',
  body(view, area) {
    const left = Math.floor(area.width / 2) + 1;
    return sideBySide(
      [
        {
          head: [`Help: ${cameFrom(view)}`, ''],
          lines: [line(' Look'), ...group(view, 'look'), line(' Leave'), ...group(view, 'leave')],
        },
      ],
      [
        {
          head: ['', 'what works here now'],
          lines: [
            line(' Act: opens a plan, changes nothing'),
            ...group(view, 'act'),
            line(' Start: only inside a gate'),
            ...gateKeys,
            line(' Signs'),
            ...signs,
          ],
        },
      ],
      isTall(view) ? left : 41,
      area,
    );
  },
};

function cameFrom({ state }: View) {
  return state.ui.back.at(-1) ?? 'dashboard';
}

/** A practice has one target and a story; everything else has targets. */
function elsewhere({ state }: View) {
  return state.story ? 'switch' : 'story';
}

function group(view: View, wanted: 'look' | 'act' | 'leave'): Line[] {
  const screen = cameFrom(view);
  const there = { ...view, state: { ...view.state, ui: { ...view.state.ui, screen } } };
  return (
    keyTable
      .filter((binding) => binding.group === wanted && binding.label !== '' && binding.command !== elsewhere(view))
      // What opens a plan is shown everywhere, with the screens on which it does.
      .filter(({ on, local }) => (wanted === 'act' && local !== true) || on === undefined || on.includes(screen))
      .map((binding) => {
        const here = bindingFor(binding.keys[0] ?? '', screen) === binding;
        const why = here ? whyNot(binding.command, there) : `in ${binding.on?.join(', ')}`;
        return line(
          `   ${binding.label.padEnd(wanted === 'act' ? 5 : 14)} ${binding.says}`,
          ...(why === undefined ? [] : [span(`  - ${why}`, 'off')]),
        );
      })
  );
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
